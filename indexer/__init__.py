"""The write path: scan a library, remember what is stored, fill the index."""
