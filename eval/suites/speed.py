"""How long an answer takes, stage by stage, and what an asset costs."""

from __future__ import annotations

from eval.corpora.corpus import TIMED, Corpus
from eval.suites.copies import treatments
from eval.suites.material import Material, make_posts

STRENGTHS = (0.5,)


def speed(material: Material) -> tuple[Corpus, ...]:
    """Two posts of every manipulation: enough for medians."""
    return (Corpus(TIMED, material.known, make_posts(treatments(strengths=STRENGTHS), material, known=1, novel=1)),)
