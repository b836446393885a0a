"""Recommendation: what suits a profile, told from all of its pictures."""
