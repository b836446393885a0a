"""The same posts against more and more distractors. `lineage scale` measures what a large index costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eval.corpora.corpus import Corpus
from eval.suites.copies import treatments
from eval.suites.material import Material, make_posts

QUARTERINGS = 2  # the smallest library is a sixteenth of the largest
SMALLEST = 20  # assets; among fewer, distractors are no test
STRENGTHS = (0.5,)


def scale(material: Material) -> tuple[Corpus, ...]:
    """Nested libraries, each four times as large as the one before; sources of the posts lie in the smallest.

    One known and one novel post of every manipulation: asked three times over, a third of the questions of `copies`.
    """
    order = np.random.default_rng(material.seed).permutation(len(material.known))
    shuffled = tuple(material.known[n] for n in order)
    quarters = [len(shuffled) >> 2 * times for times in range(QUARTERINGS + 1)]
    sizes = sorted(size for size in quarters if size == len(shuffled) or size >= SMALLEST)
    smallest = replace(material, known=shuffled[: sizes[0]])
    posts = make_posts(treatments(strengths=STRENGTHS), smallest, known=1, novel=1)
    return tuple(Corpus(f"scale/{size}", shuffled[:size], posts) for size in sizes)
