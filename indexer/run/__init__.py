"""What works in a run: processes that read, a network that embeds, a writer that keeps."""
