"""One adapter a format: bytes to the typed intermediate form (``corpus.document``)."""
