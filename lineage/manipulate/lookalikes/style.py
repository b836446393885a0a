"""The look of one layout: size, colours, fonts, corners; the same for all its pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes.surface import Align, Font, Surface

SMALLEST, LARGEST = 300, 1600
"""Longer side of a layout, px."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What all pictures of a layout have in common.

    Attributes:
        size: (width, height), px
        paper, ink, faint: ground, text and secondary text
        colours: five that go together, the first for what stands out
        heading, body: fonts
        radius: of corners, px
        unit: a hundredth of the shorter side, px
        align: of titles
    """

    size: tuple[int, int]
    paper: Colour
    ink: Colour
    faint: Colour
    colours: tuple[Colour, ...]
    heading: Font
    body: Font
    radius: float
    unit: float
    align: Align

    @property
    def accent(self) -> Colour:
        """The colour of what stands out."""
        return self.colours[0]

    def surface(self) -> Surface:
        """An empty sheet of the paper."""
        return Surface(self.size, self.paper)


def style(look: Dose, ratios: tuple[float, ...], *, dark: float = 0.2, coloured: float = 0.2) -> Style:
    """A look with one of the ratios of width to height; dark or coloured paper with these probabilities."""
    size = frame(look, look.pick(ratios))
    colours = palette(look)
    paper = _paper(look, colours[0], dark=dark, coloured=coloured)
    ink = _ink(look, paper)
    return Style(
        size=size,
        paper=paper,
        ink=ink,
        faint=blended(ink, paper, look.uniform(0.35, 0.6)),
        colours=colours,
        heading=_font(look, (500, 900)),
        body=_font(look, (300, 500)),
        radius=min(size) * look.pick((0.0, 0.0, 0.008, 0.02, 0.04)),
        unit=min(size) / 100,
        align=look.pick(("left", "left", "centre")),
    )


def frame(look: Dose, ratio: float) -> tuple[int, int]:
    """(width, height) of a ratio, the longer side drawn evenly on a logarithmic scale."""
    longest = SMALLEST * (LARGEST / SMALLEST) ** look.uniform(0, 1)
    ratio *= look.uniform(0.96, 1.04)
    short = min(ratio, 1 / ratio)
    return (round(longest), round(longest * short)) if ratio >= 1 else (round(longest * short), round(longest))


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """A colour of a hue in degrees, saturation and value 0..1."""
    pixel = np.array([[[hue % 360, saturation, value]]], np.float32)
    red, green, blue = (cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0] * 255).round().astype(int).tolist()
    return red, green, blue


def palette(look: Dose) -> tuple[Colour, ...]:
    """Five colours: shades of one hue, neighbours, or hues from all around."""
    hue, step = look.uniform(0, 360), look.pick((0, 12, 30, 72, 180, 137.5))
    saturation, value = look.uniform(0.35, 0.95), look.uniform(0.45, 0.95)
    shades = [(k % 3) * look.uniform(-0.18, 0.05) for k in range(5)] if step else [-0.14 * k for k in range(5)]
    return tuple(hsv(hue + k * step, saturation, min(1.0, max(0.15, value + s))) for k, s in enumerate(shades))


def blended(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _paper(look: Dose, accent: Colour, *, dark: float, coloured: float) -> Colour:
    kind = look.uniform(0, 1)
    if kind < dark:
        return blended(look.pick(((0, 0, 0), (16, 18, 24), (24, 30, 44), (40, 36, 34))), accent, look.uniform(0, 0.15))
    if kind < dark + coloured:
        return accent if look.chance(0.4) else blended((255, 255, 255), accent, look.uniform(0.15, 0.5))
    return look.pick(((255, 255, 255), (255, 255, 255), (250, 248, 240), (244, 246, 249), (238, 236, 230)))


def _ink(look: Dose, paper: Colour) -> Colour:
    return blended(contrasting(paper), paper, look.uniform(0.03, 0.2))


def _font(look: Dose, weights: tuple[int, int]) -> Font:
    return Font(
        face=look.pick(("sans", "sans", "sans", "italic", "uni")),
        weight=look.whole(*weights),
        stretch=look.pick((1.0, 1.0, look.uniform(0.72, 1.3))),
        slope=look.pick((0.0, 0.0, 0.0, 0.2)),
        capitals=look.chance(0.2),
    )


def draw_ground(look: Dose, sheet: Surface, style: Style) -> None:
    """Give the sheet's ground something of its own: nothing, a gradient, waves, dots, stripes or large shapes."""
    kind = look.pick(("plain", "plain", "plain", "gradient", "gradient", "waves", "dots", "stripes", "shapes"))
    wide, high = style.size
    tone = blended(style.paper, style.accent, look.uniform(0.06, 0.25))
    if kind == "gradient":
        corners = np.array([[style.paper, tone], [tone if look.chance(0.5) else style.paper, style.paper]], np.uint8)
        sheet.pixels[:] = cv2.resize(corners, style.size, interpolation=cv2.INTER_LINEAR)
    elif kind == "waves":
        x, count = np.linspace(0, wide, 60), look.whole(3, 24)
        swing, turns, lag = high * look.uniform(0.01, 0.1), look.uniform(0.5, 4), look.uniform(0, 0.6)
        for k in range(count):
            y = high * (k + 0.5) / count + swing * np.sin(x / wide * 2 * np.pi * turns + k * lag)
            sheet.line(np.column_stack([x, y]), tone, style.unit * 0.3)
    elif kind == "dots":
        step = max(6, round(style.unit * look.uniform(3, 10)))
        tile = np.full((step, step, 3), style.paper, np.uint8)
        cv2.circle(tile, (step // 2, step // 2), max(1, round(step * look.uniform(0.08, 0.25))), tone, -1, cv2.LINE_AA)
        sheet.pixels[:] = np.tile(tile, (-(-high // step), -(-wide // step), 1))[:high, :wide]
    elif kind == "stripes":
        width, lean = style.unit * look.uniform(3, 14), look.pick((0.0, 0.5, 1.0))
        for west in np.arange(-high * lean, wide, 2 * width).tolist():
            sheet.polygon(
                [(west, high), (west + width, high), (west + width + high * lean, 0), (west + high * lean, 0)], tone
            )
    elif kind == "shapes":
        for _ in range(look.whole(2, 6)):
            side = min(wide, high) * look.uniform(0.15, 0.7)
            box = look.uniform(-0.2, 1) * wide, look.uniform(-0.2, 1) * high, side, side
            (sheet.ellipse if look.chance(0.6) else sheet.box)(box, blended(style.paper, tone, look.uniform(0.4, 1)))


def grainy(look: Dose, sheet: Surface, *, most: float) -> None:
    """Lay the grain of a scan or of paper over everything; standard deviation up to `most` of 255."""
    grain = look.rng.normal(0, look.uniform(0, most), (97, 89, 1)).round().astype(np.int16)
    high, wide = sheet.pixels.shape[:2]
    whole = np.tile(grain, (-(-high // 97), -(-wide // 89), 3))[:high, :wide]
    cv2.add(sheet.pixels, np.ascontiguousarray(whole), sheet.pixels, dtype=cv2.CV_8U)
