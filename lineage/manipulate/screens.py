"""Screens of apps, drawn by code: all but the picture, and the box where that goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lineage.manipulate.canvas import Box, Canvas
from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import phrase
from lineage.manipulate.shapes import rounded
from lineage.manipulate.widgets import Theme, avatar, icon_row, paragraph, status_bar, text, theme


@dataclass(frozen=True, slots=True)
class Screen:
    """A drawn screen.

    Attributes:
        canvas: everything but the picture
        box: where the picture goes
        theme: colours used
    """

    canvas: Canvas
    box: Box
    theme: Theme


Draw = Callable[[Dose, tuple[int, int]], Screen]


def _handle(dose: Dose) -> str:
    return phrase(dose, 1).strip("#@%").lower() + dose.pick(("", "_", ".")) + dose.pick(("", "01", "studio", "daily"))


def _post(canvas: Canvas, dose: Dose, look: Theme, box: Box, height: int) -> Box:
    """A post in a feed: name above, icons and text below; returns the picture's box."""
    x, y, width, _ = box
    unit = max(2, width // 14)
    avatar(canvas, dose, x + unit // 2, y + unit // 4, unit)
    text(canvas, _handle(dose), (x + 2 * unit, y + unit // 4, width // 2, unit * 2 // 3), look.ink, weight=600)
    if dose.chance(0.5):
        text(canvas, phrase(dose, 2), (x + 2 * unit, y + unit, width // 3, unit // 2), look.faint)
    top, words = y + unit * 7 // 4, dose.chance(0.3)
    if words:
        paragraph(canvas, dose, (x + unit // 2, top, width - unit, unit * 2), look.ink, rows=2)
        top += unit * 2
    below = top + height
    icon_row(
        canvas,
        dose,
        (x, below, round(width * dose.uniform(0.45, 1)), round(unit * 1.5)),
        look.ink,
        count=dose.whole(3, 5),
    )
    paragraph(canvas, dose, (x + unit // 2, below + round(unit * 1.5), width - unit, 3 * unit), look.ink, rows=3)
    margin = dose.pick((0, 0, unit // 2))
    return x + margin, top, max(1, width - 2 * margin), max(1, height)


def feed(dose: Dose, frame: tuple[int, int]) -> Screen:
    """A phone's feed: status bar, title, perhaps round portraits, a post, navigation below."""
    wide, high = frame
    canvas, look = Canvas(frame), theme(dose)
    canvas.pixels[:] = look.ground
    unit = max(2, wide // 14)
    status_bar(canvas, dose, (0, 0, wide, unit), look.ink)
    text(canvas, _handle(dose), (unit // 2, unit, wide // 2, unit), look.ink, weight=700)
    icon_row(canvas, dose, (wide * 2 // 3, unit, wide // 3, unit), look.ink, count=dose.whole(1, 3))
    y = unit * 9 // 4
    if dose.chance(dose.between(0.3, 0.9)):
        for k in range(6):
            avatar(canvas, dose, unit // 2 + k * unit * 5 // 2, y, 2 * unit)
        y += unit * 11 // 4
    room = high - y - 7 * unit
    height = max(2, min(room, round(wide * dose.between(1.2, 0.45) * dose.uniform(0.85, 1.15))))
    box = _post(canvas, dose, look, (0, y, wide, high - y), height)
    canvas.rectangle((0, high - 2 * unit, wide, 2 * unit), look.ground)
    icon_row(canvas, dose, (0, high - 2 * unit, wide, 2 * unit), look.ink, count=5)
    return Screen(canvas, box, look)


def chat(dose: Dose, frame: tuple[int, int]) -> Screen:
    """A conversation: bubbles of text, the picture as a message."""
    wide, high = frame
    canvas, look = Canvas(frame), theme(dose)
    canvas.pixels[:] = dose.pick((look.ground, (229, 221, 213), (14, 22, 33)))
    unit, y = max(2, wide // 14), 3 * max(2, wide // 14)
    canvas.rectangle((0, 0, wide, y), look.card)
    status_bar(canvas, dose, (0, 0, wide, unit), look.ink)
    avatar(canvas, dose, unit, unit + unit // 3, unit * 4 // 3)
    text(canvas, _handle(dose), (3 * unit, unit + unit // 2, wide // 2, unit), look.ink, weight=600)
    share, box, at = dose.between(0.85, 0.4), None, dose.whole(0, 1)
    for k in range(12):
        mine = dose.chance(0.5)
        width = round(wide * (share if k == at else dose.uniform(0.25, 0.75)))
        height = round(width * dose.uniform(0.75, 1.3)) if k == at else unit * dose.whole(1, 2) + unit // 2
        height = max(2, min(height, high - y - 3 * unit))
        x = wide - width - unit // 2 if mine else unit // 2
        y += unit // 2
        canvas.draw(look.accent if mine else look.card, rounded((width, height), unit / 2), x, y)
        if k == at:
            box = x + unit // 5, y + unit // 5, max(1, width - unit * 2 // 5), max(1, height - unit * 2 // 5)
        else:
            paragraph(
                canvas,
                dose,
                (x + unit // 2, y + unit // 4, width - unit, height - unit // 2),
                look.ink,
                rows=max(1, height // unit),
            )
        y += height
        if box is not None and y > high - 5 * unit:
            break
    canvas.rectangle((0, high - 2 * unit, wide, 2 * unit), look.card)
    icon_row(canvas, dose, (0, high - 2 * unit, wide, 2 * unit), look.faint, count=dose.whole(3, 5))
    return Screen(canvas, box or (0, 0, wide, high), look)


def viewer(dose: Dose, frame: tuple[int, int]) -> Screen:
    """A gallery: the picture alone on black or white, tools above and below."""
    wide, high = frame
    canvas, look = Canvas(frame), theme(dose)
    canvas.pixels[:] = look.ground
    unit = max(2, min(wide, high) // 14)
    status_bar(canvas, dose, (0, 0, wide, unit), look.ink)
    icon_row(canvas, dose, (0, unit, wide, 2 * unit), look.ink, count=dose.whole(2, 5))
    icon_row(canvas, dose, (0, high - 2 * unit, wide, 2 * unit), look.ink, count=dose.whole(3, 6))
    margin = round(dose.between(0, 0.25) * wide)
    return Screen(canvas, (margin, 3 * unit, max(1, wide - 2 * margin), max(1, high - 6 * unit)), look)


def desktop(dose: Dose, frame: tuple[int, int]) -> Screen:
    """A browser window: address bar, navigation at the left, a post in the middle, cards at the right."""
    wide, high = frame
    canvas, look = Canvas(frame), theme(dose)
    canvas.pixels[:] = look.card
    unit = max(2, high // 24)
    canvas.rectangle((0, 0, wide, 2 * unit), look.faint, opacity=0.4)
    for k, colour in enumerate(((237, 106, 94), (245, 191, 79), (98, 197, 84))):
        canvas.draw(colour, rounded((unit * 2 // 3 + 1,) * 2, unit), unit // 2 + k * unit, unit // 2)
    canvas.draw(look.ground, rounded((wide // 2, max(2, unit * 5 // 4)), unit), wide // 6, unit // 3)
    text(canvas, f"www.{_handle(dose)}.example/p", (wide // 6 + unit, unit // 2, wide // 3, unit * 4 // 5), look.faint)
    share = dose.between(0.7, 0.3)
    middle = round(wide * share)
    left = round((wide - middle) * dose.uniform(0.2, 0.8))
    for k in range(8):
        avatar(canvas, dose, unit // 2, (4 + 2 * k) * unit, unit)
        text(canvas, phrase(dose, 2), (2 * unit, (4 + 2 * k) * unit, max(1, left - 3 * unit), unit), look.ink)
    right = left + middle + unit
    for k in range(3):
        y = (4 + 7 * k) * unit
        canvas.rectangle((right, y, max(0, wide - right - unit), 5 * unit), look.ground)
        paragraph(
            canvas, dose, (right + unit // 2, y + unit, max(1, wide - right - 2 * unit), 3 * unit), look.faint, rows=3
        )
    canvas.rectangle((left, 3 * unit, middle, high), look.ground)
    height = round(high * dose.between(0.72, 0.45))
    return Screen(canvas, _post(canvas, dose, look, (left, 3 * unit, middle, high), height), look)


def player(dose: Dose, frame: tuple[int, int]) -> Screen:
    """A video player's page: picture above, title, channel and suggestions below."""
    wide, high = frame
    canvas, look = Canvas(frame), theme(dose)
    canvas.pixels[:] = look.ground
    unit = max(2, wide // 16)
    height = max(2, min(round(wide * dose.between(0.75, 0.45)), high - 6 * unit))
    y = unit + height + unit // 2
    status_bar(canvas, dose, (0, 0, wide, unit), look.ink)
    text(canvas, phrase(dose, 5), (unit // 2, y, wide - unit, unit), look.ink, weight=700)
    icon_row(canvas, dose, (0, y + 2 * unit, wide, 2 * unit), look.ink, count=5)
    for k in range(max(0, (high - y - 4 * unit) // (4 * unit))):
        top = y + (4 + 4 * k) * unit
        card = np.clip(np.array(look.faint) + dose.whole(-40, 40), 0, 255)
        canvas.rectangle((unit // 2, top, 6 * unit, round(3.4 * unit)), (int(card[0]), int(card[1]), int(card[2])))
        paragraph(canvas, dose, (7 * unit, top, wide - 8 * unit, 3 * unit), look.ink, rows=3)
    return Screen(canvas, (0, unit, wide, height), look)


def shop(dose: Dose, frame: tuple[int, int]) -> Screen:
    """A product page: the picture above a name, a price and a button."""
    wide, high = frame
    canvas, look = Canvas(frame), theme(dose)
    canvas.pixels[:] = look.ground
    unit = max(2, wide // 14)
    height = max(2, min(round(wide * dose.between(1.2, 0.6)), high - 8 * unit))
    icon_row(canvas, dose, (0, 0, wide, 2 * unit), look.ink, count=4)
    y = 2 * unit + height + unit // 2
    paragraph(canvas, dose, (unit, y, wide - 2 * unit, 2 * unit), look.ink, rows=1)
    text(
        canvas,
        f"€ {dose.whole(5, 400)}.{dose.pick(('00', '90', '99'))}",
        (unit, y + 2 * unit, wide // 2, unit * 3 // 2),
        look.accent,
        weight=700,
    )
    canvas.draw(look.accent, rounded((max(2, wide - 2 * unit), 2 * unit), dose.pick((0, 6, 999))), unit, y + 4 * unit)
    margin = round(dose.between(0, 0.12) * wide)
    return Screen(canvas, (margin, 2 * unit, max(1, wide - 2 * margin), height), look)
