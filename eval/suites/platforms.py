"""What networks do to a picture on its way: scaled, cut, encoded again."""

from __future__ import annotations

from eval.corpora.corpus import Corpus
from eval.suites.copies import treatments
from eval.suites.material import Material, make_posts
from lineage.manipulate import MANIPULATIONS

FAMILIES = ("platform", "codec")


def platforms(material: Material) -> tuple[Corpus, ...]:
    """Every platform profile and codec ladder at three strengths, six known and three novel posts each."""
    names = [name for name, manipulation in MANIPULATIONS.items() if manipulation.family in FAMILIES]
    return (Corpus("platforms", material.known, make_posts(treatments(names), material, known=6, novel=3)),)
