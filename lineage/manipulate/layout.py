"""Designed frames: memes, prints, adverts and stories."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.backdrop import backdrop, draw_surface
from lineage.manipulate.canvas import Box, Canvas, largest_inside
from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.icons import icon
from lineage.manipulate.lettering import contrasting, lettering, phrase, shrunk, styled, write
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import scaling, shifting, size_of, stretching, turning
from lineage.manipulate.padding import frame_size, middle
from lineage.manipulate.result import INPUT, Step
from lineage.manipulate.shapes import rounded
from lineage.records import Pixels


def lines(canvas: Canvas, dose: Dose, box: Box, colour: Colour, *, rows: int = 1) -> None:
    """Rows of text in a box, centred."""
    x, y, width, height = box
    tall = height // rows
    for row in range(rows):
        mask = shrunk(styled(dose, phrase(dose, dose.whole(2, 6)), round(tall * 0.6)), width)
        write(canvas, mask, (x + (width - mask.shape[1]) // 2, y + row * tall + (tall - mask.shape[0]) // 2), colour)


def _meme(pixels: Pixels, dose: Dose) -> Step:
    """A bar of text above, below or on both sides, as wide as the picture."""
    width, height = size_of(pixels)
    tall = max(6, round(height * dose.between(0.12, 0.6)))
    above, below = dose.pick(((1, 0), (1, 0), (1, 0), (0, 1), (1, 1)))
    colour = dose.pick(((255, 255, 255), (255, 255, 255), (0, 0, 0), dose.colour()))
    margin = round(width * dose.uniform(0.02, 0.1)) if dose.chance(0.3) else 0
    canvas = Canvas((width + 2 * margin, height + tall * (above + below) + margin), colour)
    canvas.fill(INPUT, pixels, (margin, tall * above, width, height))
    ink, rows = contrasting(colour) if dose.chance(0.8) else dose.colour(), dose.whole(1, 3)
    for y in [0] * above + [tall * above + height] * below:
        lines(canvas, dose, (round(width * 0.04), y, round(width * 0.92) + margin, tall), ink, rows=rows)
    return canvas.step()


def _card(pixels: Pixels, dose: Dose) -> Step:
    """An instant photograph or a framed print: turned a little, lying on something."""
    frame = frame_size(pixels, dose, dose.pick((1, 4 / 5, 3 / 2, 9 / 16)))
    canvas, (width, height) = backdrop(dose, frame), size_of(pixels)
    margin = dose.uniform(0.03, 0.1) * max(width, height)
    foot = margin * dose.uniform(1, 4)
    framed = width + 2 * margin, height + margin + foot
    scale = dose.between(0.92, 0.3) * min(frame[0] / framed[0], frame[1] / framed[1])
    sheet = np.full(
        (round(framed[1]), round(framed[0]), 3), dose.pick(((250, 250, 246), (20, 20, 20), dose.colour())), np.uint8
    )
    onto = shifting(frame[0] / 2, frame[1] / 2) @ turning(dose.sign() * dose.between(0, 25)) @ scaling(scale, scale)
    corner = onto @ shifting(-framed[0] / 2, -framed[1] / 2)
    canvas.paint(sheet, corner)
    canvas.warp(INPUT, pixels, corner @ shifting(margin, margin))
    return canvas.step()


def _advert(pixels: Pixels, dose: Dose) -> Step:
    """A banner: the picture on one side, text and a button on the other."""
    frame = frame_size(pixels, dose, dose.pick((1.91, 1, 3, 4 / 5, 9 / 16, 728 / 300)))
    wide, high = frame
    canvas, share = Canvas(frame), dose.between(0.7, 0.3)
    canvas.pixels[:] = (
        draw_surface(dose, frame) if dose.chance(0.4) else np.full((high, wide, 3), dose.colour(), np.uint8)
    )
    part = (max(1, round(wide * share)), high) if wide >= high else (wide, max(1, round(high * share)))
    first = dose.chance(0.5)
    place = (0, 0) if first else (wide - part[0], high - part[1])
    if dose.chance(0.6):
        canvas.fill(INPUT, pixels, (*place, *part), anchor=dose.uniform(0, 1))
    else:
        canvas.contain(INPUT, pixels, middle((*place, *part), dose.uniform(0.75, 0.98)))
    free = (wide - part[0], high) if wide >= high else (wide, high - part[1])
    start = (wide - free[0] if first else 0, high - free[1] if first else 0)
    text, button = middle((*start, *free), 0.85), (start[0] + free[0] // 6, start[1] + round(free[1] * 0.7))
    ground = canvas.pixels[min(high - 1, text[1] + text[3] // 2), min(wide - 1, text[0] + text[2] // 2)]
    lines(
        canvas,
        dose,
        (*text[:2], text[2], round(text[3] * 0.6)),
        contrasting(tuple(ground.tolist())),
        rows=dose.whole(2, 4),
    )
    pill, colour = (max(4, free[0] * 2 // 3), max(4, round(free[1] * 0.16))), dose.colour(neutral=0.2)
    canvas.draw(colour, rounded(pill, dose.pick((0, 4, 999))), *button)
    lines(canvas, dose, (*button, *pill), contrasting(colour))
    return canvas.step()


def _story(pixels: Pixels, dose: Dose) -> Step:
    """Shared into a 9:16 story: on a colour or a gradient, turned, with a name, text and stickers."""
    frame = frame_size(pixels, dose, 9 / 16)
    wide, high = frame
    canvas = backdrop(dose, frame, foreign=0.3)
    _, _, w, h = largest_inside(
        size_of(pixels), (0, 0, round(wide * dose.between(0.98, 0.35)), round(high * dose.between(0.75, 0.3)))
    )
    centre = wide * dose.uniform(0.4, 0.6), high * dose.uniform(0.35, 0.6)
    map_ = shifting(*centre) @ turning(dose.sign() * dose.between(0, 20)) @ shifting(-w / 2, -h / 2)
    corners = rounded(size_of(pixels), max(size_of(pixels)) * dose.uniform(0, 0.08))
    canvas.warp(INPUT, pixels, map_ @ stretching(size_of(pixels), (w, h)), alpha=corners)
    name = lettering("@" + phrase(dose, 1).strip("#@").lower(), max(6, wide // 18))
    write(canvas, shrunk(name, wide), (wide // 20, high // 40), (255, 255, 255), outline=(60, 60, 60))
    if dose.chance(0.7):
        lines(
            canvas,
            dose,
            (wide // 12, round(high * dose.uniform(0.72, 0.9)), wide * 5 // 6, max(6, high // 14)),
            dose.colour(),
        )
    for _ in range(round(dose.between(0, 3))):
        canvas.draw(*icon(dose, round(wide * dose.uniform(0.1, 0.3))), dose.whole(0, wide), dose.whole(0, high))
    return canvas.step()


LAYOUT = (
    Manipulation("meme", "layout", "bars with text, 12 … 60 % of the height each", _meme),
    Manipulation("card", "layout", "a print on a ground, 92 … 30 % of what would fit, turned by up to 25°", _card),
    Manipulation("advert", "layout", "70 … 30 % of a banner, text and a button beside it", _advert),
    Manipulation("story", "layout", "98 … 35 % of a story's width, turned by up to 20°, name, text, stickers", _story),
)
