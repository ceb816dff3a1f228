"""The folder on disk: no Qt, no torch."""
