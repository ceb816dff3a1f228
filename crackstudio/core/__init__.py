"""The words both wings speak: no numpy, no Qt, no torch."""
