"""The picture as someone else's screen shows it: screenshots of several apps, and a screen photographed."""

from __future__ import annotations

from functools import partial

from lineage.manipulate.canvas import Canvas
from lineage.manipulate.collage import tiled
from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import phrase
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.padding import frame_size
from lineage.manipulate.photographed import photographed
from lineage.manipulate.result import INPUT, Step
from lineage.manipulate.screens import Draw, Screen, chat, desktop, feed, player, shop, viewer
from lineage.manipulate.widgets import button, status_bar, text, theme
from lineage.records import Pixels

_PHONE = (9 / 16, 9 / 19.5, 1 / 2, 3 / 4)
_DESK = (16 / 9, 16 / 10, 4 / 3)


def _screenshot(pixels: Pixels, dose: Dose, *, draw: Draw, ratios: tuple[float, ...], fills: float) -> Step:
    """`fills` is the chance that the picture fills its box and is cut, instead of lying whole in it."""
    frame = frame_size(pixels, dose, dose.pick(ratios))
    screen = draw(dose, frame)
    canvas, box = screen.canvas, screen.box
    if dose.chance(fills):
        canvas.fill(INPUT, pixels, box, anchor=dose.uniform(0.2, 0.8))
    else:
        canvas.rectangle(box, dose.pick(((0, 0, 0), screen.theme.ground, screen.theme.card)))
        box = canvas.contain(INPUT, pixels, box)
    _buttons(canvas, dose, Screen(canvas, box, screen.theme))
    return canvas.step()


def _buttons(canvas: Canvas, dose: Dose, screen: Screen) -> None:
    """See-through buttons in the corners or the middle of the picture, and a bar that shows how far a video is."""
    x, y, width, height = screen.box
    side = max(4, round(min(width, height) * dose.uniform(0.08, 0.16)))
    for _ in range(round(dose.between(0, 3))):
        corner = round((width - side) * dose.pick((0.03, 0.97))), round((height - side) * dose.pick((0.03, 0.97)))
        button(canvas, dose, x + corner[0], y + corner[1], side)
    if dose.chance(dose.between(0.05, 0.35)):
        button(canvas, dose, x + width // 2 - side, y + height // 2 - side, 2 * side)
    if dose.chance(0.2):
        thick, played = max(1, side // 5), round(width * dose.uniform(0.1, 0.9))
        canvas.rectangle((x, y + height - thick, played, thick), screen.theme.accent)


def _story_view(pixels: Pixels, dose: Dose) -> Step:
    """A full-screen story or short video: buttons down the right side, name and text over the picture."""
    frame = frame_size(pixels, dose, dose.pick(_PHONE[:3]))
    wide, high = frame
    canvas, look = Canvas(frame, (0, 0, 0)), theme(dose)
    if dose.chance(dose.between(0.8, 0.3)):
        canvas.fill(INPUT, pixels, (0, 0, *frame), anchor=dose.uniform(0.2, 0.8))
    else:
        canvas.contain(INPUT, pixels, (0, high // 12, wide, high * 5 // 6))
    unit = max(4, wide // 10)
    status_bar(canvas, dose, (0, 0, wide, unit * 2 // 3), (255, 255, 255))
    canvas.rectangle((unit // 4, unit * 3 // 4, wide - unit // 2, max(1, unit // 12)), (255, 255, 255), opacity=0.7)
    for k in range(round(dose.between(1, 6))):
        button(canvas, dose, wide - unit * 4 // 3, high - (k + 3) * unit * 4 // 3, unit)
    for k in range(round(dose.between(1, 3))):
        box = unit // 2, high - (4 - k) * unit, wide * 7 // 10, unit * 3 // 4
        text(canvas, phrase(dose, dose.whole(1, 5)), box, (255, 255, 255))
    if dose.chance(0.4):
        canvas.rectangle((0, high - unit, wide, unit), look.ground)
    return canvas.step()


def _results(pixels: Pixels, dose: Dose) -> Step:
    """A grid of thumbnails in a gallery or in search results."""
    frame = frame_size(pixels, dose, dose.pick((*_PHONE, *_DESK)))
    wide, high = frame
    canvas, look = Canvas(frame), theme(dose)
    canvas.pixels[:] = look.ground
    unit, columns = max(2, min(frame) // 14), 2 if wide < high else 3
    columns += round(dose.between(0, 1.4))
    status_bar(canvas, dose, (0, 0, wide, unit), look.ink)
    text(canvas, phrase(dose, 3), (unit, unit * 3 // 2, wide // 2, unit), look.ink, weight=600)
    side, gap = wide // columns, max(1, unit // 6)
    rows = max(1, round((high - 3 * unit) / side))
    tall = max(1, (high - 3 * unit) // rows)
    boxes = [
        (x * side + gap, 3 * unit + y * tall + gap, max(1, side - 2 * gap), max(1, tall - 2 * gap))
        for y in range(rows)
        for x in range(columns)
    ]
    tiled(canvas, pixels, dose, boxes)
    return canvas.step()


_SCREENS = (
    ("screenshot_feed", "phone feed; picture 120 … 45 % as high as the screen is wide", feed, _PHONE, 0.6),
    ("screenshot_chat", "a message, 85 … 40 % of the screen's width", chat, _PHONE, 0.5),
    ("screenshot_viewer", "gallery viewer; margins 0 … 25 %", viewer, (*_PHONE, *_DESK), 0.1),
    ("screenshot_desktop", "browser; column of 70 … 30 % of the width", desktop, _DESK, 0.3),
    ("screenshot_player", "video page; picture 75 … 45 % as high as the screen is wide", player, _PHONE, 0.5),
    ("screenshot_shop", "product page; picture 120 … 60 % as high as the screen is wide", shop, _PHONE, 0.4),
)
CAPTURE = (
    *(
        Manipulation(
            name,
            "capture",
            f"{scale}; 0 … 3 buttons over it",
            partial(_screenshot, draw=draw, ratios=ratios, fills=fills),
        )
        for name, scale, draw, ratios, fills in _SCREENS
    ),
    Manipulation("screenshot_story", "capture", "full screen; 1 … 6 buttons and 1 … 3 lines over it", _story_view),
    Manipulation("screenshot_grid", "capture", "one thumbnail among 2 … 4 in a row", _results),
    Manipulation(
        "photo_of_screen",
        "capture",
        "keystone 1 … 12 %, moiré 2 … 18 %, exposure × or ÷ 1.04 … 1.45, glare",
        photographed,
    ),
)
