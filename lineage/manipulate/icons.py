"""Emoji, stickers and signs drawn from circles, ellipses and polygons, in no one's house style."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lettering import contrasting, lettering, phrase, shrunk
from lineage.manipulate.maps import resized
from lineage.records import Pixels

_SIDE = 128
_YELLOW, _RED, _BLACK, _WHITE = (255, 204, 50), (225, 45, 60), (60, 35, 20), (255, 255, 255)


class _Pen:
    """Draws in a square whose sides go from 0 to 1 and remembers where it has drawn."""

    def __init__(self) -> None:
        self.colours = np.zeros((_SIDE, _SIDE, 3), np.uint8)
        self.alpha = np.zeros((_SIDE, _SIDE), np.uint8)

    def ellipse(self, x: float, y: float, a: float, b: float, colour: Colour, *, turn: float = 0) -> None:
        centre, axes = (round(x * _SIDE), round(y * _SIDE)), (max(1, round(a * _SIDE)), max(1, round(b * _SIDE)))
        cv2.ellipse(self.colours, centre, axes, turn, 0, 360, colour, -1, cv2.LINE_AA)
        cv2.ellipse(self.alpha, centre, axes, turn, 0, 360, (255,), -1, cv2.LINE_AA)

    def arc(self, x: float, y: float, a: float, b: float, ends: tuple[int, int], colour: Colour) -> None:
        centre, axes = (round(x * _SIDE), round(y * _SIDE)), (max(1, round(a * _SIDE)), max(1, round(b * _SIDE)))
        cv2.ellipse(self.colours, centre, axes, 0, *ends, colour, 6, cv2.LINE_AA)

    def polygon(self, points: Sequence[tuple[float, float]] | np.ndarray, colour: Colour) -> None:
        corners = np.round(np.array(points) * _SIDE).astype(np.int32)
        cv2.fillPoly(self.colours, [corners], colour, cv2.LINE_AA)
        cv2.fillPoly(self.alpha, [corners], (255,), cv2.LINE_AA)


def _face(pen: _Pen, dose: Dose) -> None:
    skin = _YELLOW if dose.chance(0.7) else dose.colour(neutral=0)
    pen.ellipse(0.5, 0.5, 0.47, 0.47, tuple(round(c * 0.85) for c in skin))  # type: ignore[arg-type]
    pen.ellipse(0.5, 0.49, 0.45, 0.45, skin)
    eyes, wide = dose.pick(("dots", "hearts", "big", "closed", "glasses")), dose.uniform(0.15, 0.2)
    for side in (-1, 1):
        x = 0.5 + side * wide
        if eyes == "hearts":
            pen.polygon(_HEART * 0.28 + (x - 0.14, 0.25), _RED)
        elif eyes == "big":
            pen.ellipse(x, 0.38, 0.1, 0.12, _WHITE)
            pen.ellipse(x + 0.02, 0.4, 0.045, 0.05, _BLACK)
        elif eyes == "closed":
            pen.arc(x, 0.42, 0.09, 0.07, (180, 360), _BLACK)
        elif eyes == "glasses":
            pen.polygon([(x - 0.16, 0.3), (x + 0.16, 0.3), (x + 0.11, 0.48), (x - 0.11, 0.48)], (20, 20, 25))
        else:
            pen.ellipse(x, 0.4, 0.05, 0.075, _BLACK)
    mouth = dose.pick(("smile", "sad", "open", "flat", "tongue"))
    if mouth == "smile":
        pen.arc(0.5, 0.55, 0.25, 0.22, (15, 165), _BLACK)
    elif mouth == "sad":
        pen.arc(0.5, 0.82, 0.2, 0.16, (200, 340), _BLACK)
    elif mouth == "flat":
        pen.polygon([(0.33, 0.68), (0.67, 0.66), (0.67, 0.71), (0.33, 0.73)], _BLACK)
    else:
        pen.ellipse(0.5, 0.7, 0.17 if mouth == "tongue" else 0.1, 0.13, _BLACK)
        pen.ellipse(0.5, 0.77, 0.1, 0.07, (240, 110, 120))


_TURN = np.linspace(0, 2 * np.pi, 40)
_HEART = np.column_stack(
    [
        0.5 + 0.47 * np.sin(_TURN) ** 3,
        0.46 - (13 * np.cos(_TURN) - 5 * np.cos(2 * _TURN) - 2 * np.cos(3 * _TURN) - np.cos(4 * _TURN)) / 34,
    ]
)


def _star(points: int, inner: float) -> np.ndarray:
    """A star with so many points in the unit square; `inner` is the radius between the points, 0..0.5."""
    angle = np.arange(2 * points) * np.pi / points - np.pi / 2
    radius = np.where(np.arange(2 * points) % 2, inner, 0.49)
    return np.column_stack([0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)])


def _heart(pen: _Pen, dose: Dose) -> None:
    pen.polygon(_HEART, _RED if dose.chance(0.5) else dose.colour(neutral=0.1))


def _burst(pen: _Pen, dose: Dose) -> None:
    colour = dose.colour(neutral=0.15)
    pen.polygon(_star(dose.pick((5, 5, 8, 12, 18)), dose.uniform(0.2, 0.43)), colour)
    _label(pen, dose, colour)


def _label(pen: _Pen, dose: Dose, ground: Colour) -> None:
    if dose.chance(0.4):
        return
    mask = shrunk(lettering(dose.pick(("SALE", "-50%", "NEW", "%", "1+1", phrase(dose, 1))), 44, weight=800), 92)
    x, y = (_SIDE - mask.shape[1]) // 2, (_SIDE - mask.shape[0]) // 2
    pen.colours[y : y + mask.shape[0], x : x + mask.shape[1]][mask > 100] = contrasting(ground)


def _bubble(pen: _Pen, dose: Dose) -> None:
    colour = dose.colour()
    pen.ellipse(0.5, 0.42, 0.48, 0.36, colour)
    pen.polygon([(0.25, 0.65), (0.5, 0.7), (0.2, 0.97)], colour)
    _label(pen, dose, colour)


def _sign(pen: _Pen, dose: Dose) -> None:
    colour = dose.colour(neutral=0.1)
    if dose.chance(0.5):
        pen.polygon([(0.03, 0.03), (0.97, 0.03), (0.97, 0.97), (0.03, 0.97)], colour)
    else:
        pen.ellipse(0.5, 0.5, 0.48, 0.48, colour)
    arrow = np.array([(0.15, 0.42), (0.5, 0.42), (0.5, 0.22), (0.85, 0.5), (0.5, 0.78), (0.5, 0.58), (0.15, 0.58)])
    tick = np.array([(0.18, 0.5), (0.28, 0.4), (0.43, 0.56), (0.74, 0.22), (0.84, 0.32), (0.43, 0.76)])
    cross = np.array([(0.2, 0.3), (0.3, 0.2), (0.8, 0.7), (0.7, 0.8)])
    pen.polygon(dose.pick((arrow, arrow[:, ::-1], 1 - arrow, tick, cross)), contrasting(colour))


def _flower(pen: _Pen, dose: Dose) -> None:
    colour, petals = dose.colour(neutral=0.1), dose.whole(5, 9)
    for angle in np.arange(petals) * 2 * np.pi / petals:
        x, y = 0.5 + 0.3 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)
        pen.ellipse(x, y, 0.19, 0.12, colour, turn=np.rad2deg(angle))
    pen.ellipse(0.5, 0.5, 0.16, 0.16, _YELLOW)


def _flame(pen: _Pen, dose: Dose) -> None:
    flame = np.array(
        [(0.5, 0.02), (0.72, 0.35), (0.8, 0.3), (0.88, 0.62), (0.7, 0.95), (0.3, 0.95), (0.12, 0.6), (0.3, 0.4)]
    )
    pen.polygon(flame, (245, 95, 30))
    pen.polygon(flame * 0.55 + (0.225, 0.42), (255, 205, 60))


def _fruit(pen: _Pen, dose: Dose) -> None:
    pen.polygon([(0.3, 0.7), (0.6, 0.08), (0.64, 0.1), (0.36, 0.7)], (70, 120, 40))
    pen.ellipse(0.72, 0.18, 0.2, 0.09, (90, 165, 60), turn=-25)
    colour = dose.colour(neutral=0)
    pen.ellipse(0.28, 0.7, 0.24, 0.24, colour)
    pen.ellipse(0.7, 0.74, 0.22, 0.22, colour)
    pen.ellipse(0.2, 0.62, 0.05, 0.07, _WHITE)


def _creature(pen: _Pen, dose: Dose) -> None:
    fur = dose.colour(neutral=0.2)
    for side in (-1, 1):
        x = 0.5 + side * 0.28
        pen.polygon([(x - 0.15, 0.4), (x + side * 0.1, 0.03), (x + 0.15, 0.4)], fur)
    pen.ellipse(0.5, 0.57, 0.43, 0.39, fur)
    for side in (-1, 1):
        pen.ellipse(0.5 + side * 0.18, 0.5, 0.07, 0.08, contrasting(fur))
    pen.ellipse(0.5, 0.66, 0.07, 0.05, (235, 130, 140))


def _camera(pen: _Pen, dose: Dose) -> None:
    colour = dose.colour(neutral=0.5)
    pen.polygon(
        [(0.04, 0.25), (0.3, 0.25), (0.36, 0.13), (0.64, 0.13), (0.7, 0.25), (0.96, 0.25), (0.96, 0.87), (0.04, 0.87)],
        colour,
    )
    pen.ellipse(0.5, 0.56, 0.24, 0.24, contrasting(colour))
    pen.ellipse(0.5, 0.56, 0.17, 0.17, (70, 110, 160))


_DRAWERS = (_face, _face, _face, _heart, _burst, _burst, _bubble, _sign, _flower, _flame, _fruit, _creature, _camera)


def icon(dose: Dose, side: int) -> tuple[Pixels, Pixels]:
    """Any icon, about `side` px wide, turned a little: colours (h, w, 3) and alpha (h, w), both uint8."""
    pen, degrees = _Pen(), dose.uniform(-35, 35) if dose.chance(0.5) else 0.0
    dose.pick(_DRAWERS)(pen, dose)
    side = max(3, side)
    turn = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), degrees, 1.0)
    turned = (cv2.warpAffine(plane, turn, (_SIDE, _SIDE)) if degrees else plane for plane in (pen.colours, pen.alpha))
    colours, alpha = (resized(np.asarray(plane, np.uint8), (side, side)) for plane in turned)
    return colours, alpha
