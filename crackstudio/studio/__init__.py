"""The studio: the window where a person looks, paints and trains. Qt, never torch."""

import os

os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # before numpy: else Linux takes 0.9 s in place of 0.2 for 432 MB
