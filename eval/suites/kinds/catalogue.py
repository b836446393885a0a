"""Kinds of pictures that a library holds beside photographs, each made from seeds and from the user's own pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from eval.suites.kinds.kind import Drawn, Kind, coded, fitted
from lineage.manipulate.colour import grey_of
from lineage.manipulate.dose import Dose
from lineage.manipulate.icons import icon
from lineage.manipulate.lettering import lettering, phrase
from lineage.manipulate.lookalikes import KINDS as LAYOUTS
from lineage.manipulate.lookalikes import member
from lineage.records import Pixels

PANEL: Final = (480, 360)  # px, width and height of one of a strip, and of a frame
TILE: Final = (320, 240)  # px, of a contact sheet or poster
GUTTER: Final = 20  # px
SHADE: Final = 0.15  # of the light of a picture, in the dark
TINY: Final = 48  # px, longer side
DOT: Final = 5  # px, of a halftone


def _strip(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    panels = [fitted(one, *PANEL) for one in pictures]
    across = dose.chance(0.5)
    framed = [_framed(panel) for panel in panels]
    return Drawn(coded(np.concatenate(framed, axis=1 if across else 0), "PNG"), tuple(panels))


def _sheet(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    tiles = [fitted(one, *TILE) for one in pictures]
    rows = [np.concatenate([_framed(tile) for tile in tiles[n : n + 3]], axis=1) for n in range(0, len(tiles), 3)]
    return Drawn(coded(np.concatenate(rows), "PNG"), tuple(tiles))


def _framed(pixels: Pixels) -> Pixels:
    white = (255, 255, 255)
    edge = GUTTER // 2
    return np.asarray(cv2.copyMakeBorder(pixels, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=white))


def _film(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    first, *later = (fitted(one, *PANEL) for one in pictures)
    return Drawn(coded(first, "GIF", *later), tuple(later))


def _negative(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    (picture,) = pictures
    return Drawn(coded(picture, "JPEG"), (255 - picture,))


def _dark(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    (picture,) = pictures
    night = (picture * SHADE).astype(np.uint8)
    return Drawn(coded(night, "JPEG"), (night,))


def _halftone(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    """Printed as dots that grow with the ink, on a screen turned by 45°."""
    (picture,) = pictures
    rows, columns = np.indices(picture.shape[:2])
    screen = 0.5 + 0.25 * (np.cos(np.pi * (rows + columns) / DOT) + np.cos(np.pi * (rows - columns) / DOT))
    dots = np.where(grey_of(picture) / 255 > screen[..., None], 255, 0).astype(np.uint8)
    return Drawn(coded(picture, "JPEG"), (dots,))


def _tiny(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    (picture,) = pictures
    share = TINY / max(picture.shape[:2])
    size = [max(8, round(side * share)) for side in picture.shape[1::-1]]
    return Drawn(coded(picture, "JPEG"), (np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)),))


def _artwork(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    """A white mark and a name, transparent around; posts show it on a coloured ground."""
    _, mark = icon(dose, 256)
    name = lettering(phrase(dose, 2), 90, weight=700)
    alpha = np.zeros((mark.shape[0] + name.shape[0] + 60, max(mark.shape[1], name.shape[1]) + 60), np.uint8)
    alpha[20 : 20 + mark.shape[0], 30 : 30 + mark.shape[1]] = mark
    alpha[-20 - name.shape[0] : -20, 30 : 30 + name.shape[1]] = name
    ground = np.array(dose.colour(neutral=0), np.float32) * 0.6
    seen = ground + (255 - ground) * (alpha[..., None] / 255.0)
    return Drawn(coded(np.dstack([np.full((*alpha.shape, 3), 255, np.uint8), alpha]), "PNG"), (seen.astype(np.uint8),))


def _icon(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    colours, alpha = icon(dose, 200)
    ground = np.full((256, 256, 3), dose.colour(), np.uint8)
    top, left = (256 - alpha.shape[0]) // 2, (256 - alpha.shape[1]) // 2
    under = ground[top : top + alpha.shape[0], left : left + alpha.shape[1]]
    under[:] = under + (colours.astype(np.float32) - under) * (alpha[..., None] / 255.0)
    return Drawn(coded(ground, "PNG"), (ground,))


def _repeat(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    """A fabric of one motif; posts show another section of it, which begins at half a motif."""
    (picture,) = pictures
    cloth = np.tile(fitted(picture, 128, 128), (8, 8, 1))
    return Drawn(coded(cloth[:768, :768], "JPEG"), (cloth[64:640, 64:704],))


def _layout(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    """A template; what was made from it with other content is nobody's."""
    kind, layout = dose.pick(sorted(LAYOUTS)), dose.whole(1 << 20, 1 << 30)
    shown, other = (member(kind, layout=layout, content=n, photographs=pictures) for n in (1, 2))
    return Drawn(coded(shown, "PNG"), (shown,), (other,))


def _plain(pictures: Sequence[Pixels], dose: Dose) -> Drawn:
    """A page without anything on it, or with a gradient."""
    ramp = np.linspace(dose.uniform(0, 1), dose.uniform(0, 1), 400)[:, None, None]
    colour = np.array(dose.colour(), np.float32) if dose.chance(0.5) else np.full(3, dose.pick([0, 255]), np.float32)
    page = np.broadcast_to(colour * (ramp if dose.chance(0.5) else 1), (400, 600, 3)).astype(np.uint8)
    return Drawn(coded(page, "PNG"), (page,))


KINDS: Final = (
    Kind("strip", ".png", _strip, takes=5),
    Kind("sheet", ".png", _sheet, takes=9),
    Kind("film", ".gif", _film, takes=3),
    Kind("negative", ".jpg", _negative, takes=1),
    Kind("dark", ".jpg", _dark, takes=1),
    Kind("halftone", ".jpg", _halftone, takes=1),
    Kind("tiny", ".jpg", _tiny, takes=1, kept=1.0),
    Kind("artwork", ".png", _artwork, kept=1.0),
    Kind("icon", ".png", _icon, kept=1.0),
    Kind("repeat", ".jpg", _repeat, takes=1),
    Kind("layout", ".png", _layout, takes=1, siblings=True),
    Kind("plain", ".png", _plain, indexed=False),
)
