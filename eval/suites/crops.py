"""How little of an asset is enough: the crop ladder."""

from __future__ import annotations

from functools import partial

import numpy as np

from eval.corpora.corpus import Corpus
from eval.suites.copies import manipulated
from eval.suites.material import Material, Treatment, make_posts

KEPT = (0.9, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.07, 0.05)  # share of the area
WIDEST, NARROWEST = 0.9, 0.05  # what strengths 0 and 1 of the manipulation `crop` keep, geometric between them


def crops(material: Material) -> tuple[Corpus, ...]:
    """For each share of the area 40 known and 20 novel posts."""
    ladder = [_crop(kept) for kept in KEPT]
    return (Corpus("crops", material.known, make_posts(ladder, material, known=40, novel=20)),)


def _crop(kept: float) -> Treatment:
    strength = float(np.log(kept / WIDEST) / np.log(NARROWEST / WIDEST))
    return Treatment(f"crop to {kept:.0%}", round(strength, 3), partial(manipulated, "crop", strength))
