"""Parts of drawn app screens: bars, avatars, lines of text, icons, buttons. Sizes in px."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lineage.manipulate.canvas import Box, Canvas
from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lettering import faded, lettering, phrase, shrunk, write
from lineage.manipulate.shapes import rounded
from lineage.records import Pixels


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of an app: ground, cards, ink, fainter ink, and one accent."""

    ground: Colour
    card: Colour
    ink: Colour
    faint: Colour
    accent: Colour


def theme(dose: Dose) -> Theme:
    """A light or a dark theme with any accent."""
    accent = dose.colour(neutral=0)
    if dose.chance(0.5):
        return Theme(
            (255, 255, 255), dose.pick(((255, 255, 255), (242, 243, 246))), (20, 20, 24), (165, 168, 175), accent
        )
    ground = dose.pick(((0, 0, 0), (18, 18, 20), (24, 30, 42)))
    card = ground[0] + 16, ground[1] + 16, ground[2] + 16
    return Theme(ground, card, (240, 240, 244), (110, 114, 124), accent)


def text(canvas: Canvas, content: str, box: Box, colour: Colour, *, weight: int = 400) -> None:
    """One line at the left of a box, as high as the box; below 5 px a bar stands for it."""
    x, y, width, height = box
    if height < 5:
        canvas.rectangle((x, y + height // 4, max(1, width * 2 // 3), max(1, height // 2)), colour, opacity=0.6)
        return
    mask = lettering(content, max(4, round(height * 0.75)), weight=weight)
    write(canvas, shrunk(mask, max(1, width)), (x, y), colour)


def paragraph(canvas: Canvas, dose: Dose, box: Box, colour: Colour, *, rows: int) -> None:
    """Lines of any words, the last one shorter."""
    x, y, width, height = box
    tall = max(1, height // rows)
    for row in range(rows):
        share = dose.uniform(0.4, 0.95)
        text(canvas, phrase(dose, dose.whole(2, 6)), (x, y + row * tall, round(width * share), tall), colour)


def avatar(canvas: Canvas, dose: Dose, x: int, y: int, side: int) -> None:
    """A round portrait: a head and shoulders on a colour."""
    side = max(3, side)
    picture = np.full((side, side, 3), dose.colour(neutral=0.2), np.uint8)
    skin = dose.colour(neutral=0.1)
    cv2.circle(picture, (side // 2, round(side * 0.4)), round(side * 0.2), skin, -1, cv2.LINE_AA)
    cv2.ellipse(picture, (side // 2, side), (round(side * 0.36), round(side * 0.34)), 0, 0, 360, skin, -1, cv2.LINE_AA)
    canvas.draw(picture, rounded((side, side), side / 2 if dose.chance(0.85) else side / 6), x, y)


_TURN = np.linspace(0, 2 * np.pi, 24)
_GLYPHS = tuple(
    np.array(points)
    for points in (
        np.column_stack([0.5 + 0.4 * np.cos(_TURN), 0.5 + 0.4 * np.sin(_TURN)]),
        [
            (0.5, 0.9),
            (0.08, 0.45),
            (0.12, 0.2),
            (0.35, 0.14),
            (0.5, 0.3),
            (0.65, 0.14),
            (0.88, 0.2),
            (0.92, 0.45),
            (0.5, 0.9),
        ],
        [(0.08, 0.15), (0.92, 0.15), (0.92, 0.7), (0.5, 0.7), (0.3, 0.92), (0.3, 0.7), (0.08, 0.7), (0.08, 0.15)],
        [(0.05, 0.5), (0.95, 0.1), (0.6, 0.92), (0.45, 0.6), (0.05, 0.5)],
        [(0.25, 0.08), (0.75, 0.08), (0.75, 0.92), (0.5, 0.7), (0.25, 0.92), (0.25, 0.08)],
        [(0.1, 0.5), (0.5, 0.1), (0.9, 0.5), (0.8, 0.5), (0.8, 0.9), (0.2, 0.9), (0.2, 0.5), (0.1, 0.5)],
        [(0.25, 0.1), (0.9, 0.5), (0.25, 0.9), (0.25, 0.1)],
        [(0.1, 0.2), (0.9, 0.2), (0.9, 0.8), (0.1, 0.8), (0.1, 0.2)],
        [(0.5, 0.1), (0.5, 0.9), (0.5, 0.5), (0.1, 0.5), (0.9, 0.5), (0.5, 0.5), (0.5, 0.1)],
        [(0.6, 0.1), (0.25, 0.5), (0.6, 0.9), (0.25, 0.5), (0.6, 0.1)],
    )
)


def glyph(dose: Dose, side: int) -> Pixels:
    """The outline, or now and then the solid shape, of any icon: alpha mask (side, side) uint8."""
    side = max(3, side)
    mask, corners = np.zeros((side, side), np.uint8), np.round(dose.pick(_GLYPHS) * side).astype(np.int32)
    if dose.chance(0.2):
        cv2.fillPoly(mask, [corners], (255,), cv2.LINE_AA)
    thick = max(1, round(side / 12))
    cv2.polylines(mask, [corners], isClosed=True, color=(255,), thickness=thick, lineType=cv2.LINE_AA)
    return mask


def icon_row(canvas: Canvas, dose: Dose, box: Box, colour: Colour, *, count: int) -> None:
    """Icons spread evenly over a box."""
    x, y, width, height = box
    side = round(height * 0.6)
    for k in range(count):
        canvas.draw(
            colour, glyph(dose, side), x + round((k + 0.5) * width / count) - side // 2, y + (height - side) // 2
        )


def status_bar(canvas: Canvas, dose: Dose, box: Box, colour: Colour) -> None:
    """Time at the left; signal and battery at the right."""
    x, y, width, height = box
    text(
        canvas,
        f"{dose.whole(0, 23)}:{dose.whole(0, 59):02d}",
        (x + width // 16, y + height // 5, width // 3, height * 3 // 5),
        colour,
        weight=600,
    )
    unit = max(1, height // 8)
    for k in range(4):
        canvas.rectangle((x + width * 3 // 4 + 2 * k * unit, y + 5 * unit - k * unit, unit, (k + 1) * unit), colour)
    canvas.rectangle((x + width * 7 // 8, y + 2 * unit, 6 * unit, 4 * unit), colour, opacity=0.8)


def button(canvas: Canvas, dose: Dose, x: int, y: int, side: int) -> None:
    """A round see-through button with an icon, as laid over pictures."""
    side = max(4, side)
    dark = dose.chance(0.6)
    ground, ink = ((0, 0, 0), (255, 255, 255)) if dark else ((255, 255, 255), (0, 0, 0))
    canvas.draw(ground, faded(rounded((side, side), side / 2), dose.uniform(0.35, 0.9)), x, y)
    inner = round(side * 0.56)
    canvas.draw(ink, glyph(dose, inner), x + (side - inner) // 2, y + (side - inner) // 2)
