"""A surface that designed pictures are drawn on: boxes, lines, text and photographs, anti-aliased, quick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from lineage.manipulate.dose import Colour
from lineage.manipulate.lettering import faded, lettering
from lineage.manipulate.lookalikes.boxes import Box, inset
from lineage.manipulate.maps import resized, size_of
from lineage.manipulate.shapes import rounded
from lineage.records import Pixels

Align = Literal["left", "centre", "right"]
_FIXED = 4  # bits behind the point in OpenCV's coordinates
_PLACE = {"left": 0.0, "centre": 0.5, "right": 1.0}


@dataclass(frozen=True, slots=True)
class Font:
    """A face with its weight (100 … 900), its width in relation to normal, its slope, and whether it shouts."""

    face: str = "sans"
    weight: int = 400
    stretch: float = 1.0
    slope: float = 0.0
    capitals: bool = False

    def mask(self, text: str, height: int) -> Pixels:
        """One line as an alpha mask (about 1.5 × height, w) uint8; the middle of its capitals is at .65 × height."""
        mask = lettering(text.upper() if self.capitals else text, height, face=self.face, weight=self.weight)
        mask = mask[:, height // 4 : mask.shape[1] - height // 4 + 1]
        if self.stretch == 1 and self.slope == 0:
            return mask
        wide, high = size_of(mask)
        shear = np.array([[self.stretch, -self.slope, self.slope * high * 0.7], [0, 1, 0]])
        frame = max(1, round(wide * self.stretch + self.slope * high * 0.7)), high
        return np.asarray(cv2.warpAffine(mask, shear, frame, flags=cv2.INTER_AREA), np.uint8)


class Surface:
    """A picture under construction, (H, W, 3) uint8 in `pixels`; all measures in px, clipped at the edge."""

    def __init__(self, size: tuple[int, int], colour: Colour) -> None:
        self.pixels: Pixels = _plain((size[1], size[0], 3), colour)

    @property
    def frame(self) -> Box:
        """The whole as a box."""
        return 0.0, 0.0, float(self.pixels.shape[1]), float(self.pixels.shape[0])

    def lay(self, colours: Pixels | Colour, alpha: Pixels, x: float, y: float) -> None:
        """Lay colours (h, w, 3), or one colour, over the surface through an alpha mask (h, w) uint8."""
        left, top = round(x), round(y)
        high, wide = alpha.shape
        west, north = max(0, -left), max(0, -top)
        east, south = min(wide, self.pixels.shape[1] - left), min(high, self.pixels.shape[0] - top)
        if east <= west or south <= north:
            return
        part = slice(north, south), slice(west, east)
        place = slice(top + north, top + south), slice(left + west, left + east)
        under, weight = np.ascontiguousarray(self.pixels[place]), alpha[part].astype(np.float32) * np.float32(1 / 255)
        over = np.ascontiguousarray(colours[part]) if isinstance(colours, np.ndarray) else _plain(under.shape, colours)
        self.pixels[place] = cv2.blendLinear(under, over, 1 - weight, weight)

    def box(self, box: Box, colour: Colour, *, radius: float = 0.0, opacity: float = 1.0) -> None:
        """A filled box with round corners."""
        x, y, wide, high = _whole(box)
        if wide < 1 or high < 1:
            return
        if radius == 0 and opacity == 1:
            self.pixels[max(0, y) : max(0, y + high), max(0, x) : max(0, x + wide)] = colour
            return
        self.lay(colour, faded(rounded((wide, high), radius), opacity), x, y)

    def outline(self, box: Box, colour: Colour, thick: float, *, radius: float = 0.0) -> None:
        """The edge of a box, drawn inwards."""
        x, y, wide, high = inset(box, thick / 2)
        radius = min(max(0.0, radius - thick / 2), wide / 2, high / 2)
        quarter = np.linspace(0, np.pi / 2, 8 if radius else 1)
        middles = (x + wide - radius, y + high - radius), (x + radius, y + high - radius), (x + radius, y + radius)
        corners = [
            np.array(middle) + radius * np.column_stack([np.cos(quarter + turn), np.sin(quarter + turn)])
            for middle, turn in zip((*middles, (x + wide - radius, y + radius)), np.arange(4) * np.pi / 2, strict=True)
        ]
        self.line(np.vstack(corners), colour, thick, closed=True)

    def line(self, points: object, colour: Colour, thick: float, *, closed: bool = False) -> None:
        """A line through (N, 2) points."""
        fixed = np.round(np.asarray(points, np.float64) * 2**_FIXED).astype(np.int32)
        cv2.polylines(self.pixels, [fixed], closed, colour, max(1, round(thick)), cv2.LINE_AA, _FIXED)

    def polygon(self, points: object, colour: Colour, *, opacity: float = 1.0) -> None:
        """A filled shape with (N, 2) corners."""
        fixed = np.round(np.asarray(points, np.float64) * 2**_FIXED).astype(np.int32)
        if opacity == 1:
            cv2.fillPoly(self.pixels, [fixed], colour, cv2.LINE_AA, _FIXED)
            return
        mask = np.zeros(self.pixels.shape[:2], np.uint8)
        cv2.fillPoly(mask, [fixed], (round(255 * opacity),), cv2.LINE_AA, _FIXED)
        self.lay(colour, mask, 0, 0)

    def ellipse(self, box: Box, colour: Colour, *, opacity: float = 1.0) -> None:
        """A filled ellipse that touches the sides of a box."""
        self.polygon(_round(box), colour, opacity=opacity)

    def ring(self, box: Box, colour: Colour, thick: float) -> None:
        """The edge of that ellipse."""
        self.line(_round(box), colour, thick, closed=True)

    def picture(self, picture: Pixels, box: Box, *, radius: float = 0.0, opacity: float = 1.0) -> None:
        """A picture that covers a box; what is too long is cut on both sides."""
        x, y, wide, high = _whole(box)
        if wide >= 1 and high >= 1:
            self.lay(covering(picture, (wide, high)), faded(rounded((wide, high), radius), opacity), x, y)

    def shadow(self, alpha: Pixels, x: float, y: float, *, soft: float, opacity: float) -> None:
        """A blurred dark copy of a mask whose upper left corner is at (x, y)."""
        room = max(1, round(2 * soft))
        wider = cv2.copyMakeBorder(alpha, room, room, room, room, cv2.BORDER_CONSTANT)
        blurred = cv2.GaussianBlur(wider, (0, 0), max(0.5, soft))
        self.lay((0, 0, 0), faded(np.asarray(blurred, np.uint8), opacity), x - room, y - room)

    def text(
        self, text: str, box: Box, font: Font, colour: Colour, *, align: Align = "left", opacity: float = 1.0
    ) -> None:
        """One line as high as the box, smaller where the box is too narrow for it."""
        x, y, wide, high = box
        size = round(high)
        if size < 4 or wide < 4 or not text:
            return
        mask = font.mask(text, size)
        if mask.shape[1] > wide:
            scale = wide / mask.shape[1]
            mask, size = resized(mask, (max(1, round(wide)), max(1, round(mask.shape[0] * scale)))), round(size * scale)
        at = x + (wide - mask.shape[1]) * _PLACE[align], y + high / 2 - 0.65 * size
        self.lay(colour, mask if opacity == 1 else faded(mask, opacity), *at)

    def paragraph(
        self, text: str, box: Box, height: float, font: Font, colour: Colour, *, align: Align = "left"
    ) -> float:
        """Lines of text of a height, broken at words, as many as the box holds; returns the y below the last."""
        x, y, wide, high = box
        letters = max(4, int(wide / (0.52 * height * font.stretch * (1.2 if font.capitals else 1))))
        bottom = y + high
        for line in _broken(text, letters):
            if y + height > bottom:
                break
            self.text(line, (x, y, wide, height), font, colour, align=align)
            y += height * 1.35
        return y


def _plain(shape: tuple[int, ...], colour: Colour) -> Pixels:
    """Filling a row and copying it is far quicker than `np.full` with three values."""
    plain = np.empty(shape, np.uint8)
    plain[:1] = colour
    plain[1:] = plain[:1]
    return plain


def covering(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """The middle of a picture that fills (width, height)."""
    wide, high = size_of(picture)
    scale = max(size[0] / wide, size[1] / high)
    kept_wide, kept_high = max(1, min(wide, round(size[0] / scale))), max(1, min(high, round(size[1] / scale)))
    x, y = (wide - kept_wide) // 2, (high - kept_high) // 2
    return resized(np.ascontiguousarray(picture[y : y + kept_high, x : x + kept_wide]), size)


def _whole(box: Box) -> tuple[int, int, int, int]:
    x, y, wide, high = box
    return round(x), round(y), round(x + wide) - round(x), round(y + high) - round(y)


def _round(box: Box) -> np.ndarray:
    x, y, wide, high = box
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    return np.column_stack([x + wide / 2 * (1 + np.cos(turn)), y + high / 2 * (1 + np.sin(turn))])


def _broken(text: str, letters: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
