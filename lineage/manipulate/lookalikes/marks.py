"""Small things that designs have: logos, seals, signatures, portraits, bursts, fruit."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.icons import icon
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes.boxes import Box, inset, middle, square
from lineage.manipulate.lookalikes.style import Style, blended, hsv
from lineage.manipulate.lookalikes.surface import Surface
from lineage.manipulate.widgets import glyph


def logo(sheet: Surface, dose: Dose, box: Box, how: Style, *, colour: Colour | None = None) -> None:
    """A mark of simple shapes in a square."""
    box, tone = square(box), colour or how.accent
    x, y, side, _ = box
    kind = dose.pick(("discs", "letter", "bars", "star", "leaf", "glyph"))
    if kind == "discs":
        sheet.ellipse((x, y + side * 0.15, side * 0.65, side * 0.65), tone)
        sheet.ellipse((x + side * 0.35, y + side * 0.25, side * 0.6, side * 0.6), how.colours[1], opacity=0.75)
    elif kind == "letter":
        sheet.box(box, tone, radius=side * dose.uniform(0, 0.5))
        letter = dose.pick("ABCDEFGHKLMNOPRSTUVXZ")
        sheet.text(letter, inset(box, side * 0.12, side * 0.1), how.heading, contrasting(tone), align="centre")
    elif kind == "bars":
        for k in range(dose.whole(3, 4)):
            tall = side * dose.uniform(0.3, 1)
            sheet.box((x + k * side / 4, y + side - tall, side / 5, tall), how.colours[k])
    elif kind == "star":
        sheet.polygon(star(box, dose.whole(3, 12), dose.uniform(0.4, 0.8)), tone)
        if dose.chance(0.5):
            sheet.ellipse(middle(box, side * 0.35, side * 0.35), how.paper)
    elif kind == "leaf":
        for k in range(dose.whole(2, 3)):
            turn = np.linspace(0, np.pi, 14)
            curve = np.column_stack([np.cos(turn), 0.45 * np.sin(turn)])
            leaf = np.vstack([curve, curve[::-1] * (1, -0.2)]) * side / 2
            angle = -0.4 - 0.9 * k
            spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            sheet.polygon(leaf @ spin.T + (x + side / 2, y + side / 2), how.colours[k])
    else:
        sheet.lay(tone, glyph(dose, round(side)), x, y)


def star(box: Box, points: int, inner: float) -> np.ndarray:
    """A star with so many points in a box; `inner` is the share of the radius between the points."""
    x, y, wide, high = box
    angle = np.arange(2 * points) * np.pi / points - np.pi / 2
    reach = np.where(np.arange(2 * points) % 2, inner, 1.0) / 2
    return np.column_stack([x + wide * (0.5 + reach * np.cos(angle)), y + high * (0.5 + reach * np.sin(angle))])


def seal(sheet: Surface, dose: Dose, box: Box, how: Style) -> None:
    """A toothed seal, perhaps with ribbons."""
    box = square(box)
    x, y, side, _ = box
    if dose.chance(0.5):
        for lean in (-0.16, 0.16):
            foot = x + side * (0.5 + 2 * lean)
            low = y + side * 1.35
            sheet.polygon(
                [
                    (x + side * 0.4, y + side * 0.6),
                    (x + side * 0.6, y + side * 0.6),
                    (foot + side * 0.12, low),
                    (foot - side * 0.12, low),
                ],
                blended(how.accent, (0, 0, 0), 0.25),
            )
    sheet.polygon(star(box, dose.whole(14, 30), 0.88), how.accent)
    sheet.ring(inset(box, side * 0.14), contrasting(how.accent), side * 0.02)
    sheet.text(
        str(dose.whole(1, 25)),
        inset(box, side * 0.25, side * 0.33),
        how.heading,
        contrasting(how.accent),
        align="centre",
    )


def signature(sheet: Surface, dose: Dose, box: Box, ink: Colour) -> None:
    """A scrawl, as long as the box."""
    x, y, wide, high = box
    knots = dose.whole(7, 13)
    fine = np.linspace(0, knots - 1, knots * 8)
    heights = dose.rng.uniform(0.1, 0.9, knots)
    loops = np.interp(fine, np.arange(knots), heights) + 0.1 * np.sin(fine * dose.uniform(4, 9))
    along = np.linspace(0, 1, len(fine)) + 0.04 * np.cos(fine * dose.uniform(3, 7))
    sheet.line(np.column_stack([x + wide * along * 0.95, y + high * loops]), ink, max(1.0, high * 0.045))


def portrait(sheet: Surface, dose: Dose, box: Box, *, round_: bool) -> None:
    """Head and shoulders on a colour."""
    wide, high = box[2:]
    small = Surface((max(8, round(wide)), max(8, round(high))), hsv(dose.uniform(0, 360), 0.3, 0.85))
    w, h = small.frame[2:]
    skin, cloth = hsv(dose.uniform(15, 35), dose.uniform(0.25, 0.6), dose.uniform(0.4, 0.95)), dose.colour()
    hair = hsv(dose.uniform(10, 50), dose.uniform(0.2, 0.7), dose.uniform(0.08, 0.75))
    small.ellipse((w * 0.26, h * 0.12, w * 0.48, h * dose.uniform(0.45, 0.75)), hair)
    small.ellipse((w * 0.08, h * 0.72, w * 0.84, h * 0.7), cloth)
    small.box((w * 0.42, h * 0.55, w * 0.16, h * 0.24), skin)
    small.ellipse((w * 0.32, h * 0.2, w * 0.36, h * 0.46), skin)
    sheet.picture(small.pixels, box, radius=min(wide, high) / 2 if round_ else min(wide, high) * 0.06)


def burst(sheet: Surface, dose: Dose, box: Box, how: Style, text: str) -> None:
    """A disc, a star or a tag with a price on it."""
    box, colour = square(box), how.colours[2]
    kind = dose.pick(("disc", "star", "box"))
    if kind == "disc":
        sheet.ellipse(box, colour)
    elif kind == "star":
        sheet.polygon(star(box, dose.whole(10, 22), dose.uniform(0.75, 0.92)), colour)
    else:
        sheet.box(inset(box, 0, box[3] * 0.22), colour, radius=how.radius)
    sheet.text(text, inset(box, box[2] * 0.14, box[3] * 0.36), how.heading, contrasting(colour), align="centre")


def sticker(sheet: Surface, dose: Dose, box: Box) -> None:
    """Any icon in full colour."""
    x, y, side, _ = square(box)
    colours, alpha = icon(dose, round(side))
    sheet.lay(colours, alpha, x, y)


def fruit(sheet: Surface, dose: Dose, box: Box) -> None:
    """One kind of fruit or bean, several times, drawn flat."""
    x, y, side, _ = square(box)
    hue = dose.uniform(0, 360)
    flesh, dark, light = hsv(hue, 0.85, 0.9), hsv(hue, 0.9, 0.65), hsv(hue, 0.45, 1.0)
    count, long, slices = dose.whole(1, 5), dose.uniform(0.6, 1.5), dose.chance(0.4)
    for k in range(count):
        r = side * (0.42 if count == 1 else dose.uniform(0.2, 0.3))
        cx = x + side * (0.5 if count == 1 else dose.uniform(0.25, 0.75))
        cy = y + side * (0.55 if count == 1 else dose.uniform(0.35, 0.72))
        body = cx - r, cy - r * min(long, 1.2), 2 * r, 2 * r * min(long, 1.2)
        sheet.ellipse(body, dark if k % 2 else flesh)
        if slices:
            sheet.ellipse(inset(body, r * 0.18), light)
            for angle in np.arange(0, 2 * np.pi, np.pi / 4):
                sheet.line([(cx, cy), (cx + r * 0.75 * np.cos(angle), cy + r * 0.75 * np.sin(angle))], flesh, r * 0.08)
        else:
            sheet.ellipse((cx - r * 0.55, cy - r * 0.65, r * 0.4, r * 0.5), light, opacity=0.7)
        sheet.polygon([(cx, cy - r * 0.9), (cx + r * 0.7, cy - r * 1.5), (cx + r * 0.5, cy - r * 0.95)], (70, 140, 60))


def ornament(sheet: Surface, dose: Dose, how: Style) -> None:
    """Frames and corners around the whole sheet, as diplomas have them."""
    edge = inset(sheet.frame, how.unit * dose.uniform(2, 5))
    for k in range(dose.whole(1, 3)):
        sheet.outline(
            inset(edge, how.unit * 1.6 * k), how.colours[k % 2], how.unit * dose.uniform(0.2, 1.2), radius=how.radius
        )
    corner, kind = how.unit * dose.uniform(6, 14), dose.pick(("none", "disc", "fan", "star"))
    x, y, wide, high = edge
    for cx, cy in ((x, y), (x + wide, y), (x, y + high), (x + wide, y + high)):
        spot = cx - corner / 2, cy - corner / 2, corner, corner
        if kind == "disc":
            sheet.ellipse(spot, how.accent)
        elif kind == "star":
            sheet.polygon(star(spot, 8, 0.5), how.accent)
        elif kind == "fan":
            for k in range(4):
                sheet.ring(middle(spot, corner * (2 - 0.4 * k), corner * (2 - 0.4 * k)), how.colours[1], how.unit * 0.4)
