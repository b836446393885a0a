"""Projector: the vectors of an index or a folder as a map that a person can look at."""
