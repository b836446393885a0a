"""How an index behaves when it is large: filled with real fingerprints and synthetic ones like them, then measured."""
