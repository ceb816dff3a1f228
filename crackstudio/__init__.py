"""CrackStudio: masks of cracks and defects you can stand by."""

__version__ = "0.1.0"
