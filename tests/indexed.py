"""A library of drawings and its index, as commands and services find them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.command import call
from tests.conftest import draw


def indexed(place: Path, count: int, *options: str, width: int = 320, height: int = 240) -> Path:
    """The place, once it has a library of drawings, 0.png and so on, and the index of it.

    Args:
        place: a folder, in which `library` and `index` are made
        count: how many drawings
        options: of `lineage index`
        width, height: of each, px
    """
    (place / "library").mkdir()
    for seed in range(count):
        Image.fromarray(draw(seed, width=width, height=height)).save(place / "library" / f"{seed}.png")
    done = call("index", place / "library", "--store", place / "index", "--workers", "1", *options)
    assert done.returncode == 0, done.stderr
    return place
