"""Widgets with signals and setters; none of them knows the session."""
