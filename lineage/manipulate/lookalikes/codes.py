"""Codes that machines read, or look as if: squares and bars."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lookalikes.boxes import Box, square
from lineage.manipulate.lookalikes.surface import Surface
from lineage.records import Pixels


def _eye(cells: Pixels, y: int, x: int) -> None:
    cells[max(0, y - 1) : y + 8, max(0, x - 1) : x + 8] = 0
    cells[y : y + 7, x : x + 7] = 1
    cells[y + 1 : y + 6, x + 1 : x + 6] = 0
    cells[y + 2 : y + 5, x + 2 : x + 5] = 1


def square_code(sheet: Surface, dose: Dose, box: Box, ink: Colour, paper: Colour, *, cells: int = 25) -> None:
    """A square of cells with eyes in three corners, on paper; `cells` a side, at least 21."""
    grid = dose.rng.integers(0, 2, (cells, cells), np.uint8)
    for y, x in ((0, 0), (0, cells - 7), (cells - 7, 0)):
        _eye(grid, y, x)
    x0, y0, side, _ = square(box)
    sheet.box((x0, y0, side, side), paper)
    step = max(1, int(side / (cells + 4)))
    picture = np.kron(grid, np.ones((step, step), np.uint8)) * 255
    sheet.lay(ink, picture, x0 + (side - step * cells) / 2, y0 + (side - step * cells) / 2)


def bar_code(sheet: Surface, dose: Dose, box: Box, ink: Colour, paper: Colour) -> None:
    """Bars of one to four units on paper."""
    sheet.box(box, paper)
    widths = dose.rng.integers(1, 5, 59)
    widths[[0, 1, 2, -3, -2, -1]] = 1
    dark = np.repeat(np.arange(59) % 2 == 0, widths)
    wide, high = max(1, round(box[2] * 0.92)), max(1, round(box[3] * 0.9))
    line = dark[(np.arange(wide) * len(dark) / wide).astype(int)].astype(np.uint8) * 255
    sheet.lay(ink, np.tile(line, (high, 1)), box[0] + box[2] * 0.04, box[1] + box[3] * 0.05)
