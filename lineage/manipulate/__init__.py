"""Named manipulations: what posts do to pictures, each with a strength, a seed, the exact map and the mask.

    from lineage.manipulate import apply, chain

    post = apply("screenshot_feed", pixels, strength=0.6, seed=7, context=others)
    post.pixels, post.original_to_result, post.visible

Training and evaluation share them. `MANIPULATIONS` lists all by name; docs/evaluation.md shows them.
"""

from lineage.manipulate.apply import apply, apply_all
from lineage.manipulate.chain import any_post, chain, plan, rephotograph
from lineage.manipulate.manipulation import FAMILIES, Manipulation
from lineage.manipulate.registry import MANIPULATIONS
from lineage.manipulate.result import Manipulated, Placement

__all__ = [
    "FAMILIES",
    "MANIPULATIONS",
    "Manipulated",
    "Manipulation",
    "Placement",
    "any_post",
    "apply",
    "apply_all",
    "chain",
    "plan",
    "rephotograph",
]
