"""Which parts of a picture a network looks at; the mean of their vectors stands for the picture.

A logo fills a few per cent of a photograph and little of a vector of the whole. Four overlapping quarters and the whole
(regional aggregation, Tolias et al. 2016, arXiv 1511.05879) show it larger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from lineage.errors import UsageError
from lineage.insight.labels.faces import Finder, Window, by_cascade, face_window, yunet
from lineage.protocols import Embedder
from lineage.read.exposure import brightened
from lineage.records import Floats, Pixels

Cut = Callable[[Pixels], list[Window]]
"""(H, W, 3) uint8 → where its parts lie, of any size."""


class FaceCut(Protocol):
    """A cut around the largest face."""

    def __call__(self, pixels: Pixels, finder: Finder = ...) -> list[Window]:
        """(H, W, 3) uint8 → where its parts lie."""
        ...


SIDE = 0.6  # of a tile, as a share of the picture's side: what lies on the border of one tile is well inside another


def whole(pixels: Pixels) -> list[Window]:
    """The picture itself."""
    return [(slice(0, pixels.shape[0]), slice(0, pixels.shape[1]))]


def tiles(pixels: Pixels) -> list[Window]:
    """The picture and its four overlapping quarters."""
    upper, lower = _ends(pixels.shape[0])
    left, right = _ends(pixels.shape[1])
    return [*whole(pixels), (upper, left), (upper, right), (lower, left), (lower, right)]


def face(pixels: Pixels, finder: Finder = by_cascade) -> list[Window]:
    """The largest face; the picture itself where there is none."""
    return [face_window(pixels, finder, above=0.1, around=0.1)]


def head(pixels: Pixels, finder: Finder = by_cascade) -> list[Window]:
    """The largest face with hair, hat and neck around it; the picture itself where there is none."""
    return [face_window(pixels, finder, above=0.8, around=0.4)]


REGIONS: Mapping[str, Cut] = {"whole": whole, "tiles": tiles, "face": face, "head": head}
WITH_FACES: Mapping[str, FaceCut] = {"face": face, "head": head}


def region(name: str) -> Cut:
    """The region of this name; `face@FILE` and `head@FILE` find faces by the YuNet network in that file.

    Raises:
        UsageError: there is no such region
        WeightsError: the file is no such network
    """
    kind, file = name.partition("@")[0], file_of(name)
    if file and kind in WITH_FACES:
        return partial(WITH_FACES[kind], finder=yunet(file))
    if name not in REGIONS:
        raise UsageError(f"{name}: no such region; there are {', '.join(REGIONS)}, face@FILE, head@FILE")
    return REGIONS[name]


def file_of(name: str) -> Path | None:
    """The file that a region's name names."""
    file = name.partition("@")[2]
    return Path(file) if file else None


def parts(pixels: Pixels, cut: Cut) -> list[Pixels]:
    """The parts of a picture, (h, w, 3) each."""
    return [np.ascontiguousarray(pixels[window]) for window in cut(pixels)]


def face_in(pixels: Pixels, cut: Cut) -> Pixels | None:
    """The face, (h, w, 3), that a region of faces shows; None where none is found."""
    (window,) = cut(pixels)
    found = np.ascontiguousarray(pixels[window])
    return None if found.shape == pixels.shape else found


def look(pictures: Sequence[Pixels], embedder: Embedder, cut: Cut) -> Floats:
    """N pictures → (N, D) float32, L2 norm 1: the mean of the vectors of their parts."""
    cuts = [parts(pixels, cut) for pixels in pictures]
    vectors = embedder.embed([brightened(part) for of_one in cuts for part in of_one])
    ends = np.cumsum([len(of_one) for of_one in cuts])
    means = [part.mean(0) for part in np.split(vectors, ends[:-1])] if cuts else []
    table = np.array(means, np.float32).reshape(len(cuts), embedder.spec.dim)
    return np.asarray(table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12), np.float32)


def _ends(length: int) -> tuple[slice, slice]:
    """The first and the last `SIDE` of a length."""
    side = max(1, round(SIDE * length))
    return slice(0, side), slice(length - side, length)
