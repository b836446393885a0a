"""Nothing of it in the index: how often is a stranger called by name?"""

from __future__ import annotations

from eval.corpora.corpus import Corpus
from eval.suites.copies import treatments
from eval.suites.material import Material, make_posts
from lineage.manipulate import MANIPULATIONS

POSTS = 600


def novel(material: Material) -> tuple[Corpus, ...]:
    """Posts of held-out sources only, every manipulation at three strengths."""
    rows = treatments()
    posts = make_posts(rows, material, known=0, novel=max(1, POSTS // (3 * len(MANIPULATIONS))))
    return (Corpus("novel", material.known, posts),)
