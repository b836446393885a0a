"""Every manipulation at three strengths: what is caught, and how far it may go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from eval.corpora.corpus import Corpus
from eval.suites.material import Material, Treatment, make_posts
from lineage.manipulate import MANIPULATIONS, Manipulated, apply
from lineage.records import Pixels

STRENGTHS = (0.2, 0.5, 0.8)  # mild, plain, severe
POSTS = 1500  # at .5 s a query 12.5 minutes; the rest of 20 minutes is for indexing 500 assets


def copies(material: Material) -> tuple[Corpus, ...]:
    """As many posts of each manipulation and strength as make `POSTS` in all, at least three; one in three is novel."""
    each = max(3, POSTS // (len(MANIPULATIONS) * len(STRENGTHS)))
    novel = max(1, each // 3)
    posts = make_posts(treatments(), material, known=each - novel, novel=novel)
    return (Corpus("copies", material.known, posts),)


def treatments(names: Sequence[str] = tuple(MANIPULATIONS), strengths: Sequence[float] = STRENGTHS) -> list[Treatment]:
    """These manipulations at these strengths."""
    return [Treatment(name, strength, partial(manipulated, name, strength)) for name in names for strength in strengths]


def manipulated(name: str, strength: float, pixels: Pixels, seed: int, context: Sequence[Pixels]) -> Manipulated:
    """A single manipulation as a treatment applies it."""
    return apply(name, pixels, strength=strength, seed=seed, context=context)
