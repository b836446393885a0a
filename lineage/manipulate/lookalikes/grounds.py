"""Other things on one ground, and one thing in other colours."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.lookalikes.boxes import inset, largest_box, middle
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.cut_outs import coloured, shaped, subject
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.style import blended, frame, grainy, hsv
from lineage.manipulate.lookalikes.surface import Surface, covering
from lineage.manipulate.maps import resized, size_of
from lineage.records import Pixels

_RATIOS = (3 / 4, 3 / 4, 1, 4 / 3)


def _floor(look: Dose, content: Content, size: tuple[int, int]) -> Surface:
    """Boards, tiles, carpet, a sheet, a wall with a hook, a board with a horizon, or the ground of a photograph."""
    sheet = Surface(size, (200, 200, 200))
    kind = look.pick(("boards", "tiles", "carpet", "cloth", "wall", "studio", "photograph"))
    base = (
        hsv(look.uniform(15, 45), look.uniform(0.02, 0.55), look.uniform(0.35, 0.97))
        if look.chance(0.7)
        else look.colour()
    )
    wide, high = size
    sheet.box(sheet.frame, base)
    if kind == "photograph":
        sheet.pixels[:] = _corner(look, content.common_photograph(), size)
    elif kind in ("boards", "tiles"):
        step, lean = (
            max(wide, high) * look.uniform(0.07, 0.3),
            look.uniform(-0.4, 0.4) if kind == "boards" else look.pick((0.0, 0.2)),
        )
        dark = blended(base, (0, 0, 0), look.uniform(0.15, 0.45))
        for k in range(-3, int(max(wide, high) / step) + 4):
            x = k * step
            if kind == "boards":
                tone = blended(base, (0, 0, 0), look.uniform(0, 0.16))
                sheet.polygon([(x, 0), (x + step, 0), (x + step + lean * high, high), (x + lean * high, high)], tone)
            sheet.line([(x, 0), (x + lean * high, high)], dark, max(1, wide / 300))
            if kind == "tiles":
                sheet.line([(0, x), (wide, x - lean * wide)], dark, max(1, wide / 300))
    elif kind == "studio":
        horizon = high * look.uniform(0.55, 0.8)
        sheet.box((0, horizon, wide, high), blended(base, (0, 0, 0), 0.12))
        sheet.pixels[:] = cv2.GaussianBlur(sheet.pixels, (0, 0), max(1, high / 40))
    rough = {"carpet": 16.0, "cloth": 5.0}.get(kind, 6.0)
    if kind in ("carpet", "cloth", "wall", "boards"):
        cells = look.rng.normal(0, 1, (look.whole(4, 9), look.whole(4, 9))).astype(np.float32)
        waves = cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC) * look.uniform(1, 14)
        sheet.pixels[:] = np.clip(sheet.pixels + waves[..., None], 0, 255).astype(np.uint8)
    grainy(look, sheet, most=rough)
    return sheet


def _corner(look: Dose, picture: Pixels, size: tuple[int, int]) -> Pixels:
    """The ground that a corner of a photograph shows, mirrored again and again to fill (width, height)."""
    high, wide = max(4, picture.shape[0] // 4), max(4, picture.shape[1] // 4)
    corner = picture[:high, :wide] if look.chance(0.5) else picture[-high:, -wide:]
    scale = max(size) / look.uniform(1.2, 3) / max(high, wide)
    patch = resized(np.ascontiguousarray(corner), (max(8, round(wide * scale)), max(8, round(high * scale))))
    pair = np.hstack([patch, patch[:, ::-1]])
    tile = np.vstack([pair, pair[::-1]])
    times = -(-size[1] // tile.shape[0]), -(-size[0] // tile.shape[1]), 1
    return np.asarray(np.tile(tile, times)[: size[1], : size[0]], np.uint8)


def _laid(look: Dose, content: Content) -> Pixels:
    """Something else on the same floor, wall or sheet, with its soft shadow; what else lies there stays."""
    size = frame(look, look.pick(_RATIOS))
    sheet = _floor(look, content, size)
    unit = min(size) / 100
    for _ in range(look.pick((0, 0, 1, 2))):
        side = unit * look.uniform(12, 30)
        _put(
            sheet,
            look,
            content.common_photograph(),
            (look.uniform(-0.05, 0.9) * size[0], look.pick((-0.03, 0.85)) * size[1], side, side),
        )
    hanger = look.chance(0.25)
    box = inset(sheet.frame, size[0] * look.uniform(0.06, 0.16), size[1] * look.uniform(0.08, 0.16))
    if hanger:
        x, y = box[0] + box[2] / 2, box[1]
        sheet.line(
            [
                (x, y - 9 * unit),
                (x, y - 2 * unit),
                (x - box[2] * 0.3, y + 4 * unit),
                (x + box[2] * 0.3, y + 4 * unit),
                (x, y - 2 * unit),
            ],
            (70, 60, 55),
            unit * 0.8,
        )
    _put(sheet, content.own(), content.photograph(), box, cut=look.chance(0.5))
    light = np.linspace(look.uniform(0.82, 1.12), look.uniform(0.82, 1.12), size[0], dtype=np.float32)[None, :, None]
    sheet.pixels[:] = np.clip(sheet.pixels * light, 0, 255).astype(np.uint8)
    return sheet.pixels


def _put(
    sheet: Surface, dose: Dose, picture: Pixels, box: tuple[float, float, float, float], *, cut: bool = False
) -> None:
    """A thing with its shadow in a box: cut out of the photograph where that works, or of its cloth."""
    alpha = subject(picture) if cut else None
    if alpha is None:
        side = middle(box, min(box[2], box[3] * dose.uniform(0.7, 1)), box[3])
        colours, alpha = shaped(dose, picture, (max(8, round(side[2])), max(8, round(side[3]))))
        x, y = side[:2]
    else:
        rows, columns = np.nonzero(alpha > 60)
        part = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
        colours, alpha = np.ascontiguousarray(picture[part]), np.ascontiguousarray(alpha[part])
        x, y, wide, high = largest_box(size_of(colours), box)
        colours, alpha = (resized(plane, (max(1, round(wide)), max(1, round(high)))) for plane in (colours, alpha))
    off = max(alpha.shape) * 0.012
    sheet.shadow(alpha, x + off, y + 1.5 * off, soft=2 * off, opacity=0.5)
    sheet.lay(colours, alpha, x, y)


def _colourway(look: Dose, content: Content) -> Pixels:
    """One product photograph, the product in another colour; all else is the same."""
    picture = content.common_photograph()
    size = frame(look, picture.shape[1] / picture.shape[0])
    picture = covering(picture, size)
    alpha = subject(picture)
    if alpha is None:
        sheet = _floor(look, content, size)
        box = inset(sheet.frame, size[0] * 0.1, size[1] * 0.1)
        colours, alpha_ = shaped(look, picture, (max(8, round(box[2])), max(8, round(box[3]))))
        sheet.shadow(alpha_, box[0] + 2, box[1] + 4, soft=max(size) / 60, opacity=0.45)
        sheet.lay(coloured(colours, alpha_, content.own()), alpha_, box[0], box[1])
        return sheet.pixels
    return coloured(picture, alpha, content.own())


GROUNDS = (
    Kind("laid", "another thing on the same floor, wall or hanger", _laid),
    Kind("colourway", "the same product in another colour", _colourway),
)
