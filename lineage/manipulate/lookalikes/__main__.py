"""Writes look-alikes: python -m lineage.manipulate.lookalikes DIR --photographs FOLDER, or --sheet SHEET.jpg."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

import numpy as np
from PIL import Image

from lineage.errors import UsageError
from lineage.machine.whole_file import whole
from lineage.manipulate.lookalikes.catalogue import KINDS
from lineage.manipulate.lookalikes.corpus import CorpusRecipe, write_corpus
from lineage.manipulate.lookalikes.posts import write_posts
from lineage.manipulate.lookalikes.sheet import contact_sheet
from lineage.records import Pixels

_LARGEST = 640  # px, longer side of a photograph; designs show it smaller than that


def _photographs(folder: Path, most: int) -> list[Pixels]:
    """Up to so many photographs, spread over the folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not files:
        raise UsageError(f"{folder} holds no *.jpg or *.png to show in look-alikes")
    pictures = []
    for path in files[:: max(1, len(files) // most)][:most]:
        with Image.open(path) as picture:
            upright = picture.convert("RGB")
            upright.thumbnail((_LARGEST, _LARGEST))
            pictures.append(np.array(upright))
    return pictures


def _span(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not low.isdigit() or not (high or low).isdigit() or not 1 <= int(low) <= int(high or low):
        raise ArgumentTypeError(f"{text!r} is no span such as 1-6")
    return int(low), int(high or low)


def table() -> str:
    """Name of every kind and what differs within a layout, as Markdown."""
    rows = (f"| `{kind.name}` | {kind.differs} |\n" for kind in KINDS.values())
    return "| kind | what differs within a layout |\n|---|---|\n" + "".join(rows)


def main() -> None:
    """Write a corpus or a sheet, as the arguments say."""
    parser = ArgumentParser(prog="python -m lineage.manipulate.lookalikes", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where to write library/, withheld/ and lookalikes.csv")
    parser.add_argument("--photographs", type=Path, required=True, help="folder of pictures that designs show")
    parser.add_argument("--most", type=int, default=1000, help="read at most so many of them")
    parser.add_argument("--layouts", type=int, default=10, help="layouts of each kind")
    parser.add_argument("--siblings", type=_span, default=(1, 6), help="pictures of a layout in the library, as 1-6")
    parser.add_argument("--withheld", type=int, default=2, help="pictures of a layout that are not in the library")
    parser.add_argument("--posts", type=int, default=0, help="known, and novel posts of each layout, with their truth")
    parser.add_argument("--kinds", default=",".join(KINDS), help="names with commas between them; default: all")
    parser.add_argument("--seed", type=int, default=0, help="no two seeds share a layout")
    parser.add_argument("--sheet", type=Path, help="draw one layout of every kind, and print the catalogue")
    asked = parser.parse_args()
    photographs, kinds = _photographs(asked.photographs, asked.most), asked.kinds.split(",")
    if unknown := sorted({*kinds} - {*KINDS}):
        parser.error(f"there is no kind {unknown[0]!r}; there are: {', '.join(KINDS)}")
    if asked.sheet:
        with whole(asked.sheet) as part:
            Image.fromarray(contact_sheet(photographs, kinds, seed=asked.seed)).save(part, quality=80)
        sys.stdout.write(table())
    if asked.folder:
        recipe = CorpusRecipe(
            kinds=kinds, layouts=asked.layouts, siblings=asked.siblings, withheld=asked.withheld, seed=asked.seed
        )
        rows = [*write_corpus(asked.folder, photographs, recipe)]
        inside = sum(row.in_library for row in rows)
        sys.stdout.write(f"{inside} pictures in the library, {len(rows) - inside} withheld\n")
        if asked.posts:
            posts = [*write_posts(asked.folder, rows, count=asked.posts, seed=asked.seed)]
            known = sum(bool(row.asset) for row in posts)
            sys.stdout.write(f"{known} posts of pictures in the library, {len(posts) - known} of withheld ones\n")


if __name__ == "__main__":
    main()
