"""What a user names → the files to index."""
