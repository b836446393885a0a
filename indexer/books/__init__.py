"""What is remembered about an index: which files are stored, which have gone, and who may write."""
