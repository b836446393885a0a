"""Things laid over the picture: it stays where it is, and parts of it are hidden."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.canvas import Canvas
from lineage.manipulate.degrade import blurred
from lineage.manipulate.dose import Dose
from lineage.manipulate.icons import icon
from lineage.manipulate.lettering import contrasting, faded, lettering, phrase, shrunk, styled, write
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import size_of
from lineage.manipulate.result import Step
from lineage.manipulate.shapes import polygon, ribbon
from lineage.records import Pixels


def _text(pixels: Pixels, dose: Dose) -> Step:
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    for _ in range(round(dose.between(1, 5))):
        tall = round(max(width, height) * dose.ladder(0.045, 0.16) * dose.uniform(0.7, 1.3))
        mask = styled(dose, phrase(dose, dose.whole(1, 5)), tall)
        if dose.chance(0.6):
            mask = shrunk(mask, round(width * 0.95))
        if dose.chance(0.2):
            mask = _turned(mask, dose.uniform(-40, 40))
        # Longer lines run out of the frame, as careless ones do.
        x, y = dose.whole(min(0, width - mask.shape[1]), width // 2), dose.whole(0, max(0, height - mask.shape[0]))
        colour = dose.colour()
        outline = contrasting(colour) if dose.chance(0.35) else None
        write(canvas, faded(mask, 1 if dose.chance(0.7) else dose.uniform(0.4, 0.9)), (x, y), colour, outline=outline)
    return canvas.step()


def _turned(mask: Pixels, degrees: float) -> Pixels:
    height, width = mask.shape
    side = int(np.hypot(width, height))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += (side - width) / 2, (side - height) / 2
    return np.asarray(cv2.warpAffine(mask, turn, (side, side)), np.uint8)


def _impact(pixels: Pixels, dose: Dose) -> Step:
    """White shouted lines with a black outline at the top and the bottom."""
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    tall = max(6, round(height * dose.ladder(0.06, 0.16)))
    for top in (True, False):
        for line in range(round(dose.between(1, 2.4))):
            mask = shrunk(lettering(phrase(dose, dose.whole(2, 4)).upper(), tall, weight=900), round(width * 0.96))
            y = line * tall if top else height - (line + 1) * round(tall * 1.2) - tall // 4
            write(canvas, mask, ((width - mask.shape[1]) // 2, y), (255, 255, 255), outline=(0, 0, 0))
    return canvas.step()


def _caption(pixels: Pixels, dose: Dose) -> Step:
    """Bars with a line of text across the picture."""
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    for _ in range(round(dose.between(1, 2.4))):
        tall = max(8, round(height * dose.between(0.08, 0.3)))
        y, colour = round((height - tall) * dose.pick((0, 0.1, 0.5, 0.75, 0.9, 1))), dose.colour(neutral=0.7)
        canvas.rectangle((0, y, width, tall), colour, opacity=1 if dose.chance(0.5) else dose.uniform(0.4, 0.9))
        mask = shrunk(styled(dose, phrase(dose, dose.whole(2, 6)), round(tall * 0.6)), round(width * 0.92))
        place = (width - mask.shape[1]) // 2 if dose.chance(0.6) else width // 25, y + (tall - mask.shape[0]) // 2
        write(canvas, mask, place, contrasting(colour) if dose.chance(0.8) else dose.colour())
    return canvas.step()


def _emoji(pixels: Pixels, dose: Dose) -> Step:
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    for _ in range(round(dose.between(1, 6))):
        side = round(min(width, height) * dose.ladder(0.12, 0.42) * dose.uniform(0.7, 1.3))
        colours, alpha = icon(dose, side)
        place = round(dose.uniform(-0.2, 1) * width), round(dose.uniform(-0.2, 1) * height)
        canvas.draw(colours, faded(alpha, 1 if dose.chance(0.8) else dose.uniform(0.4, 0.9)), *place)
    return canvas.step()


def _stripes(pixels: Pixels, dose: Dose) -> Step:
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    angle, period = dose.uniform(0, np.pi), max(width, height) * dose.uniform(0.12, 0.5)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    phase = ((x * np.cos(angle) + y * np.sin(angle)) / period + dose.uniform(0, 1)) % 1
    opacity = dose.between(0.35, 1) if dose.chance(0.5) else 1.0
    canvas.draw(dose.colour(), ((phase < dose.between(0.12, 0.6)) * (255 * opacity)).astype(np.uint8))
    return canvas.step()


def _watermark(pixels: Pixels, dose: Dose) -> Step:
    """One large mark, a mark in a corner, or a small one tiled over everything."""
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    kind, opacity = dose.pick(("large", "corner", "tiled", "tiled")), dose.between(0.15, 0.75)
    share = {"large": 0.9, "corner": 0.35, "tiled": 0.3}[kind]
    text = phrase(dose, dose.whole(1, 2))
    mask = shrunk(styled(dose, text, max(6, round(max(width, height) * share / len(text) * 1.8))), round(width * share))
    if kind != "corner":
        mask = _turned(mask, dose.pick((0, 30, 45, -30)))
    mask, colour = faded(mask, opacity), dose.colour(neutral=0.8)
    tall, wide = mask.shape
    if kind == "large":
        places = [((width - wide) // 2, (height - tall) // 2)]
    elif kind == "corner":
        places = [(dose.pick((0, width - wide)), dose.pick((0, height - tall)))]
    else:
        places = [(x, y) for y in range(0, height, max(tall, 8)) for x in range(0, width, max(wide, 8))]
    for place in places:
        write(canvas, mask, place, colour)
    return canvas.step()


def _scribble(pixels: Pixels, dose: Dose) -> Step:
    """Freehand lines, rings and arrows."""
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    for _ in range(round(dose.between(1, 7))):
        thick = max(1, round(max(width, height) * dose.ladder(0.008, 0.05)))
        knots = dose.rng.uniform(0, 1, (dose.whole(2, 6), 2)) * (width, height)
        canvas.draw(dose.colour(neutral=0.2), ribbon((width, height), knots, thick))
    return canvas.step()


def _redact(pixels: Pixels, dose: Dose) -> Step:
    """Patches blacked out, blurred or pixelated."""
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    sigma = max(width, height) * 0.04
    hidden = blurred(pixels, sigma)
    if dose.chance(0.4):
        cells = cv2.resize(pixels, (max(1, width // 16), max(1, height // 16)), interpolation=cv2.INTER_AREA)
        hidden = np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    for _ in range(round(dose.between(1, 4))):
        corners = dose.rng.uniform(0, 1, 2) * (width, height)
        reach = np.array([width, height]) * dose.between(0.06, 0.25) * dose.rng.uniform(0.6, 1.6, 2)
        alpha = polygon((width, height), corners, reach, sides=4 if dose.chance(0.6) else 40)
        canvas.draw(hidden if dose.chance(0.6) else dose.colour(neutral=0.8), alpha)
    return canvas.step()


def _confetti(pixels: Pixels, dose: Dose) -> Step:
    """Many small dots, flakes or hearts."""
    canvas, (width, height) = Canvas.over(pixels), size_of(pixels)
    colours, alpha = icon(dose, max(4, round(max(width, height) * dose.uniform(0.025, 0.06))))
    for _ in range(round(dose.ladder(6, 90))):
        canvas.draw(colours, alpha, dose.whole(-3, width), dose.whole(-3, height))
    return canvas.step()


OVERLAY = (
    Manipulation("text", "overlay", "1 … 5 lines of 4.5 … 16 % of the longer side", _text),
    Manipulation("impact", "overlay", "outlined lines at top and bottom, 6 … 16 % of the height each", _impact),
    Manipulation("caption", "overlay", "1 … 2 bars with text, 8 … 30 % of the height each", _caption),
    Manipulation("emoji", "overlay", "1 … 6 icons of 12 … 42 % of the shorter side", _emoji),
    Manipulation("stripes", "overlay", "bands over 12 … 60 % of the area", _stripes),
    Manipulation("watermark", "overlay", "opacity 15 … 75 %; once, in a corner or tiled", _watermark),
    Manipulation("scribble", "overlay", "1 … 7 lines of 0.8 … 5 % of the longer side", _scribble),
    Manipulation("redact", "overlay", "1 … 4 patches of 6 … 25 % of the sides, black, blurred or pixelated", _redact),
    Manipulation("confetti", "overlay", "6 … 90 small icons", _confetti),
)
