"""The same posts against more and more distractors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eval.corpus import Corpus
from eval.material import Material, make_posts
from eval.suites.copies import treatments

HALVINGS = 4  # the smallest library is a sixteenth of the largest
STRENGTHS = (0.5,)


def scale(material: Material) -> tuple[Corpus, ...]:
    """Nested libraries, each twice as large as the one before; sources of the posts lie in the smallest.

    Two known and one novel post of every manipulation: asked five times over, as many questions as `copies` asks.
    """
    order = np.random.default_rng(material.seed).permutation(len(material.known))
    shuffled = tuple(material.known[n] for n in order)
    sizes = sorted({max(1, len(shuffled) >> halving) for halving in range(HALVINGS + 1)})
    smallest = replace(material, known=shuffled[: sizes[0]])
    posts = make_posts(treatments(strengths=STRENGTHS), smallest, known=2, novel=1)
    return tuple(Corpus(f"scale/{size}", shuffled[:size], posts) for size in sizes)
