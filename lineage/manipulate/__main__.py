"""Draws all manipulations: python -m lineage.manipulate FOLDER SHEET.jpg writes a sheet and prints the catalogue."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from lineage.errors import UsageError
from lineage.machine.whole_file import whole
from lineage.manipulate import MANIPULATIONS
from lineage.manipulate.sheet import contact_sheet
from lineage.records import Pixels


def _photograph(path: Path) -> Pixels:
    with Image.open(path) as picture:
        upright = picture.convert("RGB")
        upright.thumbnail((320, 320))
        return np.array(upright)


def main(folder: str, sheet: str) -> None:
    """Write the sheet of the photographs (*.jpg) of a folder and print the catalogue as a Markdown table."""
    pictures = [_photograph(path) for path in sorted(Path(folder).rglob("*.jpg"))[:24]]
    if not pictures:
        raise UsageError(f"{folder} holds no *.jpg to manipulate")
    with whole(Path(sheet)) as part:
        Image.fromarray(contact_sheet(pictures)).save(part, quality=72, optimize=True)
    sys.stdout.write(table())


def table() -> str:
    """Name, family and scale of every manipulation, as Markdown."""
    rows = (f"| `{m.name}` | {m.family} | {m.scale} |\n" for m in MANIPULATIONS.values())
    return "| name | family | strength 0 … 1 |\n|---|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    main(*sys.argv[1:3])
