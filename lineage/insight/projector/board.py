"""Files of TensorBoard's embedding projector: show them with `tensorboard --logdir FOLDER`.

Written as its documentation describes them: a table of vectors, a table of names, a sprite sheet, and a configuration
that names the three. The files of a projection lie beside those of the full vectors, so both can be looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lineage.insight.projector.points import Points
from lineage.insight.projector.sprites import sprite_sheet, sprite_side
from lineage.machine.cells import cells
from lineage.machine.whole_file import whole, write_whole
from lineage.records import Floats

SPRITE = 64  # px, as large as the projector shows them well


def write_board(points: Points, maps: Mapping[str, Floats], folder: Path) -> None:
    """Write the vectors, and each map by its name, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    side = sprite_side(len(points.names), wanted=SPRITE)
    with whole(folder / "sprite.png") as part:
        sprite_sheet(points.pictures, side=side).save(part)
    rows = ["name\tgroup", *(f"{_cell(n)}\t{_cell(g)}" for n, g in zip(points.names, points.groups, strict=True))]
    write_whole(folder / "metadata.tsv", "\n".join(rows) + "\n")
    tables = {"vectors": points.vectors, **maps}
    for name, table in tables.items():
        with whole(folder / f"{name}.tsv") as part:
            np.savetxt(part, table, fmt="%.5g", delimiter="\t")
    config = "".join(_entry(name, side) for name in tables)
    write_whole(folder / "projector_config.pbtxt", config)


def _entry(name: str, side: int) -> str:
    lines = (
        f"tensor_name: {json.dumps(name)}",
        f"tensor_path: {json.dumps(f'{name}.tsv')}",
        'metadata_path: "metadata.tsv"',
        f'sprite {{ image_path: "sprite.png" single_image_dim: {side} single_image_dim: {side} }}',
    )
    return "embeddings {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _cell(text: str) -> str:
    """Tabs and line ends would shift the table; an empty cell would end it."""
    (made,) = cells([" ".join(text.split())])
    return str(made) or "-"
