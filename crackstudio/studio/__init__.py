"""The studio: the window where a person looks, paints and trains. Qt, never torch."""
