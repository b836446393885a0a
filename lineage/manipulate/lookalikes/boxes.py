"""Boxes (x, y, width, height) in px, cut into rows, columns and margins."""

from __future__ import annotations

Box = tuple[float, float, float, float]


def inset(box: Box, across: float, down: float | None = None) -> Box:
    """The box without a margin of so many px on either side."""
    x, y, width, height = box
    down = across if down is None else down
    return x + across, y + down, max(1.0, width - 2 * across), max(1.0, height - 2 * down)


def upper(box: Box, share: float) -> tuple[Box, Box]:
    """An upper part of that share of the height, and the rest."""
    x, y, width, height = box
    return (x, y, width, height * share), (x, y + height * share, width, height * (1 - share))


def left(box: Box, share: float) -> tuple[Box, Box]:
    """A left part of that share of the width, and the rest."""
    x, y, width, height = box
    return (x, y, width * share, height), (x + width * share, y, width * (1 - share), height)


def rows(box: Box, count: int, gap: float = 0.0) -> list[Box]:
    """So many boxes one below another, `gap` px apart."""
    x, y, width, height = box
    tall = (height - gap * (count - 1)) / count
    return [(x, y + k * (tall + gap), width, tall) for k in range(count)]


def columns(box: Box, count: int, gap: float = 0.0) -> list[Box]:
    """So many boxes side by side, `gap` px apart."""
    x, y, width, height = box
    wide = (width - gap * (count - 1)) / count
    return [(x + k * (wide + gap), y, wide, height) for k in range(count)]


def middle(box: Box, width: float, height: float) -> Box:
    """A box of that size in the middle of another."""
    x, y, wide, high = box
    return x + (wide - width) / 2, y + (high - height) / 2, width, height


def square(box: Box) -> Box:
    """The largest square in the middle of a box."""
    return middle(box, min(box[2:]), min(box[2:]))


def largest_box(size: tuple[int, int], box: Box) -> Box:
    """The largest box of the shape (width, height) in the middle of another."""
    scale = min(box[2] / size[0], box[3] / size[1])
    return middle(box, max(1.0, size[0] * scale), max(1.0, size[1] * scale))
