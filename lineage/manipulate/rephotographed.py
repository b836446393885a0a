"""A print, a page or a screen that somebody photographs among other things."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from lineage.manipulate.backdrop import backdrop
from lineage.manipulate.bent import FARTHEST, bent
from lineage.manipulate.camera import STEEPEST, view
from lineage.manipulate.canvas import Canvas
from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.exposure import expose
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import scaling, shifting, size_of, turning, warp
from lineage.manipulate.result import INPUT, Step
from lineage.manipulate.shapes import rounded
from lineage.records import Map, Pixels

_RATIOS = (3 / 4, 3 / 4, 4 / 3, 4 / 3, 9 / 16, 1)
_LONGEST = 1280  # px; sources are small pictures, and a phone's own scaling costs nothing new
_SKIN = ((236, 188, 158), (198, 140, 104), (120, 78, 54))


def _rephotographed(pixels: Pixels, dose: Dose, *, sort: str) -> Step:
    share = dose.ladder(0.98, 0.45) * dose.uniform(0.75, 1)
    longest = min(_LONGEST, max(64, max(size_of(pixels)) * dose.uniform(0.8, 1.3) / share**0.5))
    ratio = dose.pick(_RATIOS)
    canvas = _clutter(dose, (max(8, round(longest * min(1, ratio))), max(8, round(longest * min(1, 1 / ratio)))))
    map_ = view(pixels, dose, canvas.size, share)
    surface, alpha = _screened(pixels, dose) if sort == "screen" else _printed(pixels, dose), None
    if sort == "page":
        surface, alpha = bent(surface, dose)
    _under(canvas, dose, size_of(pixels), map_, sort)
    canvas.warp(INPUT, surface, map_, alpha=alpha)
    _over(canvas, dose, size_of(pixels), map_)
    step = canvas.step()
    return Step(expose(step.pixels, dose), step.map, step.shows, step.others)


def _clutter(dose: Dose, size: tuple[int, int]) -> Canvas:
    """A table or a wall, and things on it: sheets, pictures of the context, boxes."""
    canvas = backdrop(dose, size, foreign=0.4) if dose.chance(0.3) else _table(dose, size)
    for _ in range(dose.whole(0, round(dose.between(2, 7)))):
        wide = max(size) * dose.uniform(0.1, 0.6)
        high = wide * dose.uniform(0.4, 1.5)
        place = shifting(dose.uniform(0, size[0]), dose.uniform(0, size[1])) @ turning(dose.uniform(0, 360))
        index = dose.foreign()
        if index is not None and dose.chance(0.6):
            other = dose.context[index]
            onto = place @ scaling(wide / other.shape[1], wide / other.shape[1]) @ _centred(size_of(other))
            _shadow(canvas, dose, size_of(other), onto, max(size))
            canvas.warp(index, other, onto)
        else:
            onto = place @ scaling(wide / 16, high / 16) @ _centred((16, 16))
            _shadow(canvas, dose, (16, 16), onto, max(size))
            colour = dose.pick(((250, 250, 248), (240, 236, 226), (226, 226, 224), (40, 42, 48), dose.colour()))
            canvas.paint(np.full((16, 16, 3), colour, np.uint8), onto)
    return canvas


def _table(dose: Dose, size: tuple[int, int]) -> Canvas:
    """Wood, stone, cloth or a painted wall: one muted colour, grain along one axis, at times joints."""
    canvas, warm = Canvas(size), dose.chance(0.55)
    level, tint = dose.uniform(30, 235), dose.uniform(0.1, 0.5) if warm else dose.uniform(0, 0.12)
    colour = np.array([level * (1 + tint * 0.4), level * (1 - tint * 0.15), level * (1 - tint)], np.float32)
    fine, coarse = dose.rng.normal(0, 1, (2, dose.whole(60, 220), dose.whole(3, 60))).astype(np.float32)
    grain = cv2.resize(fine, size) * dose.uniform(1, 9) + cv2.resize(coarse[::12, ::3], size) * dose.uniform(1, 12)
    grain = grain if dose.chance(0.5) else np.asarray(cv2.flip(cv2.resize(grain.T, size), 1))
    canvas.pixels[:] = np.clip(colour + grain[..., None], 0, 255).astype(np.uint8)
    if dose.chance(0.35):
        step, thick = round(max(size) * dose.uniform(0.08, 0.4)) + 2, max(1, max(size) // 400)
        ends = [round(k + dose.uniform(0, step)) for k in range(-step, max(size), step)]
        lean = round(max(size) * dose.uniform(-0.3, 0.3))
        for at in ends:
            dark = tuple(int(value) for value in np.clip(colour * 0.7, 0, 255))
            cv2.line(canvas.pixels, (at, 0), (at + lean, size[1]), dark, thick, cv2.LINE_AA)
            if dose.chance(0.5):
                cv2.line(canvas.pixels, (0, at), (size[0], at - lean), dark, thick, cv2.LINE_AA)
    return canvas


def _centred(size: tuple[int, int]) -> Map:
    return shifting(-size[0] / 2, -size[1] / 2)


def _shadow(canvas: Canvas, dose: Dose, size: tuple[int, int], map_: Map, longest: float) -> None:
    """What a thing throws on what lies below it."""
    off = longest * dose.uniform(0.002, 0.02)
    fallen = shifting(off * dose.uniform(-1, 1), off * dose.uniform(0.2, 1)) @ map_
    alpha = warp(np.full((size[1], size[0]), 255, np.uint8), fallen, canvas.size)
    soft = cv2.GaussianBlur(alpha, (0, 0), max(0.6, off * 0.7))
    canvas.draw((0, 0, 0), np.asarray(cv2.convertScaleAbs(soft, alpha=dose.uniform(0.25, 0.7)), np.uint8))


def _under(canvas: Canvas, dose: Dose, size: tuple[int, int], map_: Map, sort: str) -> None:
    """The shadow of the thing, and the margin, frame, cover or bezel around the picture."""
    side, plain = max(size), (32, 32)
    edge = {"screen": dose.uniform(0.01, 0.06), "page": dose.pick((0.0, 0.0, dose.uniform(0.02, 0.3)))}.get(
        sort, dose.pick((0.0, 0.0, dose.uniform(0.01, 0.12)))
    )
    inks: tuple[Colour, ...] = ((8, 8, 10), (30, 30, 32), (200, 200, 204))
    if sort != "screen":
        inks = (250, 250, 246), (250, 250, 246), (25, 22, 20), (120, 84, 50), dose.colour(neutral=0.1)
    margins = side * edge * dose.rng.uniform(0.6, 1.4, 4)
    whole = size[0] + margins[0] + margins[2], size[1] + margins[1] + margins[3]
    onto = map_ @ shifting(-margins[0], -margins[1]) @ scaling(whole[0] / plain[0], whole[1] / plain[1])
    _shadow(canvas, dose, plain, onto, max(canvas.size))
    if edge:
        canvas.paint(np.full((32, 32, 3), dose.pick(inks), np.uint8), onto)


def _over(canvas: Canvas, dose: Dose, size: tuple[int, int], map_: Map) -> None:
    """At times fingers that hold the thing, or a label on it."""
    if dose.chance(dose.between(0.05, 0.3)):
        wide = max(size) * dose.uniform(0.05, 0.14)
        finger = rounded((24, 72), 12)
        at = dose.pick(((0.0, dose.uniform(0.2, 0.9)), (1.0, dose.uniform(0.2, 0.9)), (dose.uniform(0.1, 0.9), 1.0)))
        place = shifting(at[0] * size[0], at[1] * size[1]) @ turning(
            dose.uniform(-40, 40) + (90, -90, 0)[int(at[0] + 2 * (at[1] == 1))]
        )
        onto = map_ @ place @ scaling(wide / 24, wide / 24) @ shifting(-12, -24)
        canvas.draw(dose.pick(_SKIN), warp(finger, onto, canvas.size))
    if dose.chance(dose.between(0.03, 0.2)):
        wide, high = size[0] * dose.uniform(0.08, 0.25), size[1] * dose.uniform(0.04, 0.12)
        at = dose.uniform(0, size[0] - wide), dose.uniform(0, size[1] - high)
        canvas.paint(
            np.full((16, 16, 3), (246, 246, 242), np.uint8), map_ @ shifting(*at) @ scaling(wide / 16, high / 16)
        )


def _printed(pixels: Pixels, dose: Dose) -> Pixels:
    """Ink on paper: fewer colours, no real black, a tinted white, and the dots of the press."""
    grey = pixels.mean(2, keepdims=True, dtype=np.float32)
    inked = grey + (pixels - grey) * dose.uniform(dose.between(0.95, 0.55), 1)
    black, white = (
        dose.between(2, 45) * dose.uniform(0.2, 1),
        np.array([255, 252, 245]) - dose.between(0, 30) * dose.uniform(0, 1),
    )
    inked = black + inked / 255 * (white - black).astype(np.float32)
    if dose.chance(0.4):
        inked += dose.between(2, 22) * _dots(dose, size_of(pixels))
    return np.asarray(np.clip(inked, 0, 255), np.uint8)


def _dots(dose: Dose, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 3) float32 in -1..1: a raster for each channel, turned by its own angle."""
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    pitch = np.float32(2 * np.pi / dose.uniform(2.2, 4.5))
    angles = np.deg2rad([15, 75, 45])
    return np.stack(
        [
            np.cos(pitch * (x * np.cos(a) + y * np.sin(a))) * np.cos(pitch * (y * np.cos(a) - x * np.sin(a)))
            for a in angles
        ],
        2,
    ).astype(np.float32)


def _screened(pixels: Pixels, dose: Dose) -> Pixels:
    """A display: a little cold, its grid beating with the sensor's, and lines where it is redrawn."""
    x, y = np.meshgrid(np.arange(pixels.shape[1], dtype=np.float32), np.arange(pixels.shape[0], dtype=np.float32))
    beats = np.zeros(pixels.shape, np.float32)
    for _ in range(2):
        angle, period = dose.uniform(0, np.pi), max(pixels.shape) * dose.ladder(0.15, 0.02) * dose.uniform(0.5, 1.5) + 2
        bend = dose.uniform(-1, 1) / max(pixels.shape)
        phase = (x * np.cos(angle) + y * np.sin(angle) + bend * x * y / 4) * np.float32(2 * np.pi / period)
        sine, cosine = np.sin(phase), np.cos(phase)
        for channel, lag in enumerate(dose.rng.uniform(0, 1.5, 3).tolist()):
            beats[..., channel] += sine * np.float32(np.cos(lag)) + cosine * np.float32(np.sin(lag))
    lit = pixels * (1 + dose.between(0.01, 0.12) * beats) * np.array([0.97, 1, 1.05], np.float32)
    if dose.chance(0.3):
        lit *= 1 + dose.between(0.02, 0.15) * np.sin(y / pixels.shape[0] * dose.uniform(5, 60))[..., None]
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


_SCALE = f"98 … 34 % of what would fit, up to 8 … {STEEPEST}° from aside, any turn; light, blur, noise, JPEG"
REPHOTOGRAPHED = (
    Manipulation(
        "photo_of_print", "rephotograph", f"a print among things; {_SCALE}", partial(_rephotographed, sort="print")
    ),
    Manipulation(
        "photo_of_page",
        "rephotograph",
        f"the same of bent paper, points up to {0.2 * FARTHEST:.1%} … {FARTHEST:.1%} of the side off its map",
        partial(_rephotographed, sort="page"),
    ),
    Manipulation(
        "photo_of_display",
        "rephotograph",
        f"a screen among things; {_SCALE}; moiré",
        partial(_rephotographed, sort="screen"),
    ),
)
