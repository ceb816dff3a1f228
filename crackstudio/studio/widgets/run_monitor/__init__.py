"""The bottom dock: a run as it happens, or replayed."""
