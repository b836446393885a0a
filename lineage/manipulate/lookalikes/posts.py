"""Posts of look-alikes with their truth: of pictures in the library, and of withheld ones that are not."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from lineage.machine.whole_file import whole
from lineage.manipulate.apply import apply_all
from lineage.manipulate.chain import any_post
from lineage.manipulate.lookalikes.corpus import Row
from lineage.manipulate.lookalikes.told_apart import told_apart
from lineage.manipulate.result import Manipulated
from lineage.records import Pixels

PLAIN = 0.3  # share of the posts that were only uploaded again, as most are
HARDEST = 0.8
QUALITY = (60, 95)  # of the JPEGs
CONTEXT = 4  # foreign pictures that a collage, a meme or a background may use
TRIES = 5  # other manipulations, until a novel post shows what is not in the library
LEAST = 0.06  # share of a picture that a post shows


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """One post, as `posts.csv` has it.

    Attributes:
        post: name of its file in `posts/`
        asset: path of its source below `library/`; empty: withheld
        track: what was done to it
        group: the layout, whose posts belong together
    """

    post: str
    asset: str
    track: str
    group: str


def write_posts(folder: Path, rows: Sequence[Row], *, count: int, seed: int) -> Iterator[PostRow]:
    """Write `posts/` and `posts.csv`, the posts of each layout known and novel ones in turn; yields a row a post.

    A novel post is left out where nobody can see in it what parts it from a picture of the library. Foreign pictures in
    posts are withheld ones of other layouts: who names an asset that shows the same photograph makes no mistake.

    Args:
        folder: where the corpus is
        rows: of its pictures
        count: of known, and of novel posts of each layout, at most
        seed: settles everything
    """
    (folder / "posts").mkdir(parents=True, exist_ok=True)
    layouts = defaultdict(list)
    for picture in rows:
        layouts[f"{picture.kind}_{picture.layout}"].append(picture)
    with whole(folder / "posts.csv") as part, part.open("w", encoding="utf-8", newline="") as table:
        lines = csv.DictWriter(table, PostRow.__dataclass_fields__)
        lines.writeheader()
        for number, (group, members) in enumerate(layouts.items()):
            foreign = [row.file for row in rows if not row.in_library and row not in members]
            for row in _posts(folder, group, members, foreign, count, np.random.default_rng((seed, 13, number))):
                lines.writerow(asdict(row))
                yield row


def _posts(
    folder: Path,
    group: str,
    members: Sequence[Row],
    foreign: Sequence[str],
    count: int,
    rng: np.random.Generator,
) -> Iterator[PostRow]:
    """The posts of one layout."""
    pictures = {row.file: _read(folder / row.file) for row in members}
    inside = [row.file for row in members if row.in_library]
    withheld = [row.file for row in members if not row.in_library]
    for file in [str(one) for side in (inside, withheld) if side for one in rng.choice(side, count)]:
        known = file in inside
        others = [] if known else [pictures[one] for one in inside]
        context = [_read(folder / str(one)) for one in rng.choice(foreign, CONTEXT)] if foreign else []
        made = _made(pictures[file], others, context, rng)
        if made is None:
            continue
        name = f"{group}_{Path(file).stem.rpartition('_')[2]}_{int(rng.integers(2**31))}.jpg"
        with whole(folder / "posts" / name) as part:
            Image.fromarray(made.pixels).save(part, quality=int(rng.integers(*QUALITY)))
        track = "+".join(made.steps) or "plain"
        yield PostRow(post=name, asset=file.removeprefix("library/") if known else "", track=track, group=group)


def _read(file: Path) -> Pixels:
    with Image.open(file) as picture:
        return np.array(picture.convert("RGB"))


def _made(
    picture: Pixels, others: Sequence[Pixels], context: Sequence[Pixels], rng: np.random.Generator
) -> Manipulated | None:
    """A post that shows something of the picture, and what parts it from each of the others; None: none was found."""
    for _ in range(TRIES):
        seed = int(rng.integers(2**31))
        plain = rng.random() < PLAIN
        made = (
            apply_all((), picture, seed=seed)
            if plain
            else any_post(picture, seed=seed, context=context, hardest=HARDEST)
        )
        visible = made.visible.astype(np.float32)
        if made.visible.mean() >= LEAST and all(
            one.shape != picture.shape or told_apart(picture, one, np.eye(3), visible) for one in others
        ):
            return made
    return None
