"""Several files of the library in one post: are all of them named?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from eval.corpora.corpus import Corpus, Post
from eval.suites.copies import manipulated
from eval.suites.material import Material, Treatment, make_post

TILES = (2, 4, 9)
POSTS = 40  # of each
FEWEST, MOST = 2, 9  # tiles that strengths 0 and 1 of the manipulation `collage` make


def collages(material: Material) -> tuple[Corpus, ...]:
    """Walls of two, four and nine tiles, each of another file of the library; with fewer files, the walls they fill."""
    rng = np.random.default_rng(material.seed)
    sizes = [tiles for tiles in TILES if tiles <= len(material.known)]
    posts = tuple(_wall(number, tiles, material, rng) for tiles in sizes for number in range(POSTS))
    return (Corpus("collages", material.known, posts),)


def _wall(number: int, tiles: int, material: Material, rng: np.random.Generator) -> Post:
    drawn = rng.choice(len(material.known), tiles, replace=False)
    source, *others = (material.known[n] for n in drawn)
    strength = (tiles - FEWEST) / (MOST - FEWEST)
    row = Treatment(f"{tiles} tiles", round(strength, 3), partial(manipulated, "collage", strength))
    beside = replace(material, held_out=tuple(others))
    post = make_post(number, source, row, beside, asset=source.asset, part=row.track)
    return replace(post, others=tuple(other.asset for other in others))
