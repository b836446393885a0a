"""Evidence pictures: what a reviewer looks at before a claim goes out.

    ┌──────────────────────────────────────────────────────┐
    │ KNOWN   spring/lip_042.tif                   p 0.998 │
    ├────────────────┬────────────────┬────────────────────┤
    │ post           │ asset          │ post over asset    │   a row for each source of the post
    │ with the part  │ with the part  │ cells that differ  │
    │ found in it    │ that is seen   │ tinted             │
    ├────────────────┴────────────────┴────────────────────┤
    │ shows 38 % of the asset · mirrored · 12 % covered    │
    ├──────────────────────────────────────────────────────┤
    │ not spring/lip_043.tif (p 0.004): differs at left    │
    ├────────────────┬────────────────┬────────────────────┤
    │ post           │ runner-up      │ post over runner-up│
    └────────────────┴────────────────┴────────────────────┘

Without geometry post and asset only stand side by side; without any candidate there is only the post. A page lists the
pictures of a folder, `page.py`.
"""

from __future__ import annotations

from lineage.tell.evidence.blocks import WIDTH
from lineage.tell.evidence.draw import Shown, draw
from lineage.tell.evidence.page import page_over
from lineage.tell.evidence.save import evidence_file, save_evidence, write_evidence

__all__ = ["WIDTH", "Shown", "draw", "evidence_file", "page_over", "save_evidence", "write_evidence"]
