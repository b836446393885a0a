"""Several edits in a row, as a picture meets them on its way through apps and reposts: the hard mixtures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from eval.corpora.corpus import Corpus
from eval.suites.copies import STRENGTHS
from eval.suites.material import Material, Treatment, make_posts
from lineage.manipulate import Manipulated, chain
from lineage.records import Pixels

LENGTHS = (3, 4, 5)


def chains(material: Material) -> tuple[Corpus, ...]:
    """Chains of three to five steps at three strengths, 40 known and 20 novel posts each."""
    rows = [
        Treatment(f"{length} steps", strength, partial(_chained, length, strength))
        for length in LENGTHS
        for strength in STRENGTHS
    ]
    return (Corpus("chains", material.known, make_posts(rows, material, known=40, novel=20)),)


def _chained(length: int, strength: float, pixels: Pixels, seed: int, context: Sequence[Pixels]) -> Manipulated:
    return chain(pixels, strength=strength, seed=seed, context=context, length=length)
