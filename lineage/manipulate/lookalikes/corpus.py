"""Writes folders of look-alikes: a library, and pictures that are not in it while others of their layout are."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from lineage.machine.whole_file import whole
from lineage.manipulate.lookalikes.catalogue import differing_pixels, member
from lineage.records import Pixels

LEAST = 0.001
"""Share of the pixels in which two pictures of a layout differ; with less they would be one picture to anybody."""
TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One picture of the corpus, as `lookalikes.csv` has it.

    Attributes:
        file: path below the corpus
        kind, layout, content: what `member` made it from
        in_library: 1 in the library, 0 withheld
    """

    file: str
    kind: str
    layout: int
    content: int
    in_library: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusRecipe:
    """What a corpus consists of.

    Attributes:
        kinds: names of kinds
        layouts: number of layouts of each kind
        siblings: least and most pictures of a layout in the library
        withheld: pictures of a layout that are not
        seed: settles everything; no two seeds share a layout
    """

    kinds: Sequence[str]
    layouts: int
    siblings: tuple[int, int] = (1, 6)
    withheld: int = 2
    seed: int = 0


def write_corpus(folder: Path, photographs: Sequence[Pixels], recipe: CorpusRecipe) -> Iterator[Row]:
    """Write `library/`, `withheld/` and `lookalikes.csv`; yields a row a picture once it is written.

    Of every ten photographs four are shown in the library alone, three in withheld pictures alone, and three in both,
    as what a layout has in common.

    Args:
        folder: made if need be; files of the same name are overwritten
        photographs: (h, w, 3) uint8
        recipe: what to write
    """
    for side in ("library", "withheld"):
        (folder / side).mkdir(parents=True, exist_ok=True)
    pools = [
        [p for k, p in enumerate(photographs) if k % 10 in those] for those in ((0, 2, 5, 8), (1, 4, 7), (3, 6, 9))
    ]
    with whole(folder / "lookalikes.csv") as part, part.open("w", encoding="utf-8", newline="") as table:
        lines = csv.DictWriter(table, Row.__dataclass_fields__)
        lines.writeheader()
        for kind in recipe.kinds:
            for number in range(recipe.layouts):
                for row in _layout(folder, pools, recipe, kind, recipe.seed * 1_000_000 + number):
                    lines.writerow(asdict(row))
                    yield row


def _layout(
    folder: Path, pools: Sequence[Sequence[Pixels]], recipe: CorpusRecipe, kind: str, layout: int
) -> Iterator[Row]:
    """The pictures of one layout, no two of them alike."""
    rng = np.random.default_rng((recipe.seed, layout, len(kind)))
    inside, quality = int(rng.integers(recipe.siblings[0], recipe.siblings[1] + 1)), int(rng.integers(80, 96))
    made, content = list[Pixels](), 0
    while len(made) < inside + recipe.withheld and content < TRIES + inside + recipe.withheld:
        withheld = len(made) >= inside
        picture = member(kind, layout=layout, content=content, photographs=pools[withheld], common=pools[2])
        content += 1
        if any(differing_pixels(picture, other).mean() < LEAST for other in made):
            continue
        made.append(picture)
        file = f"{'withheld' if withheld else 'library'}/{kind}_{layout}_{content - 1}.jpg"
        with whole(folder / file) as part:
            Image.fromarray(picture).save(part, quality=quality)
        yield Row(file=file, kind=kind, layout=layout, content=content - 1, in_library=int(not withheld))
