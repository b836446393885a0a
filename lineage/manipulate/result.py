"""What a manipulation hands back: inside the package a `Step` in pixels, outside a `Manipulated` in unit frames.

Pixel coordinates have their origin at the upper left *corner* of the upper left pixel, as the unit frame has, so the
centre of that pixel lies at (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineage.records import Map, Pixels

Mask = npt.NDArray[np.bool_]
INPUT = -1
"""Number of the picture that is manipulated; pictures of the context count from 0."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A picture that a step has put into its result.

    Attributes:
        source: `INPUT`, or the index of a picture of the context
        size: (width, height) of that picture, px
        map: 3 × 3, its pixel coordinates → those of the result
        shows: (H, W) bool over the result: the pixels of which this picture makes up at least half; None: all of them
    """

    source: int
    size: tuple[int, int]
    map: Map
    shows: Mask | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one manipulation makes of one picture.

    Attributes:
        pixels: (H, W, 3) uint8, the result
        map: 3 × 3, pixel coordinates of the input → those of the result
        shows: (H, W) bool over the result: the pixels of which the input makes up at least half; None: all of them
        others: pictures of the context that were put into the result
    """

    pixels: Pixels
    map: Map = field(default_factory=lambda: np.eye(3))
    shows: Mask | None = None
    others: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture of the context went.

    Attributes:
        picture: its index in the context
        picture_to_result: 3 × 3, unit frame → unit frame
        visible: (h, w) bool over that picture: pixels that can still be seen in the result
    """

    picture: int
    picture_to_result: Map
    visible: Mask


@dataclass(frozen=True, slots=True)
class Manipulated:
    """A post made from a picture, with its exact truth.

    Attributes:
        pixels: (H, W, 3) uint8, 8 ≤ H, W ≤ 4096
        original_to_result: 3 × 3, unit frame → unit frame
        visible: (h, w) bool over the original: pixels that can still be seen in the result
        steps: names of the manipulations in the order in which they were done
        placements: pictures of the context that are in the result; a picture may be there more than once
    """

    pixels: Pixels
    original_to_result: Map
    visible: Mask
    steps: tuple[str, ...]
    placements: tuple[Placement, ...] = ()
