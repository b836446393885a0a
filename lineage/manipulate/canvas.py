"""A surface to compose a post on that keeps book of which picture shows where."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from lineage.manipulate.dose import Colour
from lineage.manipulate.maps import Border, resized, scaling, shifting, size_of, transform, warp
from lineage.manipulate.result import INPUT, Layer, Step
from lineage.records import Map, Pixels

Box = tuple[int, int, int, int]
_DRAWN = 0
"""Owner of the pixels that belong to no picture; the k-th picture put owns the pixels marked k, counted from 1."""


def largest_inside(size: tuple[int, int], box: Box) -> Box:
    """The largest box of the shape (width, height) in the middle of a box; at least 1 px wide and high."""
    x, y, width, height = box
    scale = min(width / size[0], height / size[1])
    wide, high = max(1, min(width, round(size[0] * scale))), max(1, min(height, round(size[1] * scale)))
    return x + (width - wide) // 2, y + (height - high) // 2, wide, high


class Canvas:
    """A picture under construction. The manipulated picture must be put on it exactly once.

    Attributes:
        pixels: (H, W, 3) uint8, may be drawn on directly only where nothing has been put yet
    """

    def __init__(self, size: tuple[int, int], colour: Colour = (255, 255, 255)) -> None:
        self.pixels: Pixels = np.full((size[1], size[0], 3), colour, np.uint8)
        self._owners = np.zeros((size[1], size[0]), np.uint8)
        self._shares = np.ones((size[1], size[0]), np.float32)
        self._layers: list[Layer] = []

    @classmethod
    def over(cls, picture: Pixels) -> Canvas:
        """A canvas that is the manipulated picture itself, to be drawn over."""
        canvas = cls(size_of(picture))
        canvas.pixels[:] = picture
        canvas._own(INPUT, size_of(picture), np.eye(3))
        canvas._owners[:] = 1
        return canvas

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in px."""
        return size_of(self.pixels)

    def _own(self, source: int, size: tuple[int, int], map_: Map) -> int:
        self._layers.append(Layer(source, size, map_))
        return len(self._layers)

    def _lay(self, colours: Pixels | Colour, alpha: Pixels, x: int, y: int, owner: int) -> None:
        """Lay colours over the canvas, upper left corner at (x, y), clipped; alpha (h, w) uint8."""
        height, width = alpha.shape
        west, north = max(0, -x), max(0, -y)
        east, south = min(width, self.size[0] - x), min(height, self.size[1] - y)
        if east <= west or south <= north:
            return
        part = slice(north, south), slice(west, east)
        place = slice(y + north, y + south), slice(x + west, x + east)
        under, weight = np.ascontiguousarray(self.pixels[place]), alpha[part].astype(np.float32) * np.float32(1 / 255)
        over = np.ascontiguousarray(colours[part]) if isinstance(colours, np.ndarray) else np.full_like(under, colours)
        self.pixels[place] = cv2.blendLinear(under, over, 1 - weight, weight)
        # The owner of a pixel is whoever makes up most of it, through everything that has been laid over it since.
        left = self._shares[place] * (1 - weight)
        self._owners[place][weight >= left] = owner
        self._shares[place] = np.maximum(weight, left)

    def fill(self, source: int, picture: Pixels, box: Box, *, alpha: Pixels | None = None, anchor: float = 0.5) -> None:
        """Put a picture into a box (x, y, width, height) so that it covers it; what is too long is cut, and so is
        what lies beyond the canvas.

        `anchor` says which part is kept, 0 the upper or left, 1 the lower or right. `alpha` (height, width) uint8 over
        the box lets what is below shine through.
        """
        x, y, width, height = box
        wide, high = size_of(picture)
        scale = max(width / wide, height / high)
        cut_wide, cut_high = max(1, min(wide, round(width / scale))), max(1, min(high, round(height / scale)))
        left, top = round((wide - cut_wide) * anchor), round((high - cut_high) * anchor)
        cut = picture[top : top + cut_high, left : left + cut_wide]
        map_ = shifting(x, y) @ scaling(width / cut_wide, height / cut_high) @ shifting(-left, -top)
        owner = self._own(source, (wide, high), map_)
        colours = resized(cut, (width, height))
        self._lay(colours, np.full((height, width), 255, np.uint8) if alpha is None else alpha, x, y, owner)

    def contain(self, source: int, picture: Pixels, box: Box) -> Box:
        """Put a whole picture into the middle of a box (x, y, width, height); returns the box that it fills."""
        inner = largest_inside(size_of(picture), box)
        self.fill(source, picture, inner)
        return inner

    def warp(self, source: int, picture: Pixels, map_: Map, *, alpha: Pixels | None = None) -> None:
        """Put a picture where a map sends it; `alpha` (h, w) uint8 over it lets what is below shine through."""
        opaque = np.full(picture.shape[:2], 255, np.uint8) if alpha is None else alpha
        owner = self._own(source, size_of(picture), map_)
        x, y, width, height = self._reach(size_of(picture), map_)
        if width > 0 and height > 0:
            onto = shifting(-x, -y) @ map_
            # Beyond its edge the picture goes on, so that only the alpha decides how the edge blends.
            colours = warp(picture, onto, (width, height), border="replicate")
            self._lay(colours, warp(opaque, onto, (width, height)), x, y, owner)

    def _reach(self, size: tuple[int, int], map_: Map) -> Box:
        """The part of the canvas that a mapped frame can touch; a side is 0 or less where it lies outside."""
        width, height = size
        corners = transform(map_, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64))
        low = np.maximum(np.floor(corners.min(0)) - 1, 0).astype(int)
        high = np.minimum(np.ceil(corners.max(0)) + 1, self.size).astype(int)
        return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])

    def underlay(self, picture: Pixels, map_: Map, border: Border) -> None:
        """Fill the canvas with a picture continued beyond its edges; it counts as drawn."""
        self.pixels[:] = warp(picture, map_, self.size, border=border)

    def draw(self, colours: Pixels | Colour, alpha: Pixels, x: int = 0, y: int = 0) -> None:
        """Lay a drawing over the canvas, upper left corner at (x, y), clipped; alpha (h, w) uint8."""
        self._lay(colours, alpha, x, y, _DRAWN)

    def paint(self, drawing: Pixels, map_: Map) -> None:
        """Lay an opaque drawing where a map sends it."""
        opaque = np.full(drawing.shape[:2], 255, np.uint8)
        self.draw(warp(drawing, map_, self.size, border="replicate"), warp(opaque, map_, self.size))

    def rectangle(self, box: Box, colour: Colour, *, opacity: float = 1.0) -> None:
        """Lay a plain rectangle over the canvas, clipped."""
        x, y, width, height = box
        if width > 0 and height > 0:
            self.draw(colour, np.full((height, width), round(255 * opacity), np.uint8), x, y)

    def step(self) -> Step:
        """The finished picture."""
        half = self._shares >= 0.5
        shown = [(layer, half & (self._owners == k)) for k, layer in enumerate(self._layers, 1)]
        ((own, shows),) = ((layer, shows) for layer, shows in shown if layer.source == INPUT)
        others = (replace(y, shows=shows) for y, shows in shown if y.source != INPUT and shows.any())
        return Step(self.pixels, own.map, shows, tuple(others))
