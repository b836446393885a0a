"""What people decided, and what follows from it.

journal   notes: confirmed, rejected, ignored, put under quarantine, taken back
state     notes → Feedback: what holds now
bank      features of ignored pictures are left out of a post before it is looked up
watch     an asset that matches a large share of unrelated posts goes under quarantine

How it changes a verdict stands in `lineage/decide/overrides.py`, with all else that does.
"""

from __future__ import annotations

from lineage.feedback.bank import leave_out
from lineage.feedback.state import Feedback, Ignored, read_feedback

__all__ = ["Feedback", "Ignored", "leave_out", "read_feedback"]
