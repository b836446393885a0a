"""Evidence pictures: what a reviewer looks at before a claim goes out.

    ┌──────────────────────────────────────────────────────┐
    │ KNOWN   spring/lip_042.tif                   p 0.998 │
    ├────────────────┬────────────────┬────────────────────┤
    │ post           │ asset          │ post over asset    │
    │ with the part  │ with the part  │ cells that differ  │
    │ found in it    │ that is seen   │ tinted             │
    ├────────────────┴────────────────┴────────────────────┤
    │ shows 38 % of the asset · mirrored · 12 % covered    │
    └──────────────────────────────────────────────────────┘

Without geometry post and asset only stand side by side; without any candidate there is only the post.
"""

from __future__ import annotations

from lineage.evidence.draw import WIDTH, draw
from lineage.evidence.save import save_evidence

__all__ = ["WIDTH", "draw", "save_evidence"]
