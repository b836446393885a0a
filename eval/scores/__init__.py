"""Predictions → figures of merit with intervals, and what a change may cost."""
