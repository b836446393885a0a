"""Candidates → evidence: where each lies in the post, and whether the rest of the picture agrees."""
