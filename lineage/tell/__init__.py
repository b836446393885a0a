"""Verdict → words, JSON, CSV and pictures."""
