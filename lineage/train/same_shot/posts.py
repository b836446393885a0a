"""Posts of pictures, laid over their own and over near frames of the library."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from lineage.geometry import invert
from lineage.manipulate import Manipulated, any_post
from lineage.manipulate.lookalikes.told_apart import told_apart
from lineage.read.images import decode
from lineage.records import Laid, Pixels
from lineage.train.autoencoder.gallery import Gallery, Rival
from lineage.train.autoencoder.posts import ALIKE
from lineage.train.same_shot.pairs import Group, LaidPair, Rng, as_found, part_seen

CONTEXT = 2  # foreign pictures that a collage, a meme or a background may use
LONGEST = 512  # px, of a picture that posts are made of
LEAST = 0.06  # share of a picture that a post must show for anything to be learned


def pairs_of_posts(
    files: Sequence[Path], gallery: Gallery, held_back: Collection[int], *, seed: int
) -> Iterator[list[LaidPair]]:
    """Of each of an endless stream of posts its pairs, the right one first.

    Args:
        files: of the pictures
        gallery: the same pictures, small, and which of them look alike
        held_back: numbers of pictures that are for the examination; none is laid under a post of another side
        seed: of the posts
    """
    rng, alike = np.random.default_rng((seed, 10)), [n for n, rivals in enumerate(gallery.rivals) if rivals]
    while True:
        number = int(rng.choice(alike)) if alike and rng.random() < ALIKE else int(rng.integers(len(files)))
        context = [gallery.pictures[int(n)] for n in rng.integers(0, len(files), CONTEXT)]
        made = any_post(decode(files[number], longest=LONGEST).pixels, seed=int(rng.integers(2**31)), context=context)
        if made.visible.mean() < LEAST:
            continue
        group = Group(str(files[number]), number in held_back)
        own = pair_of(made, gallery.pictures[number], group, rng)
        near = [one for one in gallery.rivals[number] if (one.picture in held_back) == group.held_back]
        wrong = (_over(made, gallery, number, one, group, rng) for one in near)
        yield [one for one in (own, *wrong) if one]


def pair_of(made: Manipulated, preview: Pixels, group: Group, rng: Rng, *, right: bool = True) -> LaidPair | None:
    """A post over its own picture, or over one that lies in the same place."""
    found = as_found(made.pixels, preview, made.original_to_result, rng)
    return group.pair(made.pixels, Laid(preview, found, part_seen(made, rng)), right=right)


def _over(made: Manipulated, gallery: Gallery, own: int, rival: Rival, group: Group, rng: Rng) -> LaidPair | None:
    """A post over a near frame; None where it shows nothing that differs."""
    preview, visible = gallery.pictures[rival.picture], made.visible.astype(np.float32)
    if not told_apart(gallery.pictures[own], preview, rival.rival_to_picture, visible):
        return None
    found = as_found(made.pixels, preview, made.original_to_result @ rival.rival_to_picture, rng)
    one = Laid(preview, found, part_seen(made, rng, invert(rival.rival_to_picture)))
    return group.pair(made.pixels, one, right=False)
