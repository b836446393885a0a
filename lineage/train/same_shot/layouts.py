"""Posts of look-alikes, laid over their own picture and over others of the layout that visibly differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from lineage.errors import UsageError
from lineage.manipulate import Manipulated, any_post
from lineage.manipulate.lookalikes.told_apart import told_apart
from lineage.read.images import decode, shrink
from lineage.read.tables import read_rows
from lineage.records import Pixels
from lineage.train.autoencoder.gallery import LONGEST as PREVIEW
from lineage.train.same_shot.pairs import Group, LaidPair
from lineage.train.same_shot.posts import CONTEXT, LEAST, LONGEST, pair_of

TABLE = "lookalikes.csv"
COLUMNS = ("file", "kind", "layout")
MOST = 4  # other pictures of a layout that a post is laid over
Layouts = Mapping[str, Sequence[Path]]


def read_layouts(folders: Sequence[Path]) -> Layouts:
    """Pictures by layout, of folders that `python -m lineage.manipulate.lookalikes` wrote.

    Raises:
        UsageError: a folder has no table, or a picture of its table is not there, or no layout has two pictures
    """
    layouts: dict[str, list[Path]] = defaultdict(list)
    for folder in folders:
        if not (folder / TABLE).is_file():
            raise UsageError(
                f"{folder}: has no {TABLE}; write look-alikes with: python -m lineage.manipulate.lookalikes {folder}"
            )
        for row in read_rows(folder / TABLE, needed=COLUMNS):
            file = folder / row["file"]
            if not file.is_file():
                raise UsageError(f"{folder / TABLE}: there is no picture {row['file']!r} in {folder}")
            layouts[f"{row['kind']} {row['layout']}"].append(file)
    several = {name: files for name, files in sorted(layouts.items()) if len(files) > 1}
    if not several:
        raise UsageError(f"{folders[0] / TABLE}: no layout has two pictures, so there are no look-alikes to learn from")
    return several


def pairs_of_layouts(layouts: Layouts, held_back: Collection[str], *, seed: int) -> Iterator[list[LaidPair]]:
    """Of each of an endless stream of posts its pairs, the right one first.

    Args:
        layouts: as read
        held_back: names of layouts that are for the examination
        seed: of the posts
    """
    rng, names = np.random.default_rng((seed, 11)), [*layouts]
    while True:
        name = str(rng.choice(names))
        pictures = [decode(layouts[name][n], longest=LONGEST).pixels for n in rng.permutation(len(layouts[name]))]
        context = [decode(layouts[str(other)][0], longest=PREVIEW).pixels for other in rng.choice(names, CONTEXT)]
        made = any_post(pictures[0], seed=int(rng.integers(2**31)), context=context)
        if made.visible.mean() < LEAST:
            continue
        group = Group(name, name in held_back)
        others = [one for one in pictures[1:] if _differ(pictures[0], one, made)][:MOST]
        previews = [shrink(one, PREVIEW) for one in (pictures[0], *others)]
        laid = (pair_of(made, one, group, rng, right=n == 0) for n, one in enumerate(previews))
        yield [one for one in laid if one]


def _differ(own: Pixels, other: Pixels, made: Manipulated) -> bool:
    """Whether the post shows that it was not made from another picture of its layout; of another size none is."""
    return own.shape == other.shape and told_apart(own, other, np.eye(3), made.visible.astype(np.float32))
