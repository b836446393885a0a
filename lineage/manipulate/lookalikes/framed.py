"""Other photographs in one frame: under a preview's mark, in the news, in a meme, in a player."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting, phrase
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, sticker
from lineage.manipulate.lookalikes.style import draw_ground, style
from lineage.manipulate.lookalikes.surface import Font, Surface
from lineage.manipulate.maps import shifting, turning, warp
from lineage.manipulate.widgets import glyph
from lineage.records import Pixels

_PHOTOGRAPH = (3 / 2, 4 / 3, 3 / 4, 2 / 3, 1, 16 / 9)
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def _preview(look: Dose, content: Content) -> Pixels:
    """A photograph as picture agencies show it before it is paid for."""
    how = style(look, _PHOTOGRAPH)
    sheet = how.surface()
    sheet.picture(content.photograph(), sheet.frame)
    wide, high = how.size
    ink, opacity = look.pick((_WHITE, _WHITE, _WHITE, _BLACK)), look.uniform(0.35, 0.7)
    kind = look.pick(("tiles", "tiles", "once", "lines", "bar"))
    name = words.coin_word(look)
    if kind in ("tiles", "once"):
        mask = how.heading.mask(name, round(high * look.uniform(0.04, 0.09) * (2.4 if kind == "once" else 1)))
        marks = _repeated(look, mask, how.size, once=kind == "once")
        sheet.lay(contrasting(ink), np.asarray(marks * opacity * 0.4, np.uint8), how.unit * 0.3, how.unit * 0.3)
        sheet.lay(ink, np.asarray(marks * opacity, np.uint8), 0, 0)
    elif kind == "lines":
        cross = Surface(how.size, _BLACK)
        for k in (0.0, 1.0):
            cross.line([(0, high * k), (wide, high * (1 - k))], _WHITE, how.unit * 0.6)
        sheet.lay(ink, np.asarray(cross.pixels[..., 0] * opacity, np.uint8), 0, 0)
        logo_box = middle(sheet.frame, how.unit * 26, how.unit * 9)
        sheet.text(name, logo_box, how.heading, ink, align="centre", opacity=min(1.0, opacity * 1.5))
    if kind == "bar" or look.chance(0.3):
        bar = upper(sheet.frame, 0.92)[1]
        sheet.box(bar, _BLACK, opacity=0.85)
        sheet.text(
            f"{name}  |  ID {words.number(content.own(), 8)}", inset(bar, how.unit * 2, bar[3] * 0.28), how.body, _WHITE
        )
    return sheet.pixels


def _repeated(look: Dose, mask: Pixels, size: tuple[int, int], *, once: bool) -> Pixels:
    """The mark in the middle, or in turned rows all over: alpha (H, W) uint8."""
    marks = np.zeros(size[::-1], np.uint8)
    turn = turning(look.pick((0.0, -30.0, -45.0, 45.0, look.uniform(-40, 40))))
    wide, high = mask.shape[1], mask.shape[0]
    step = np.array([wide * 1.3, high * look.uniform(2, 5)])
    reach = int(np.hypot(wide, high) / 2) + 2
    for row in range(1 if once else 19):
        for column in range(1 if once else 13):
            spot = (0, 0) if once else step * (column - 6 + (row % 2) / 2, row - 9)
            x, y = np.array(size) / 2 + turn[:2, :2] @ spot
            if -reach < x < size[0] + reach and -reach < y < size[1] + reach:
                onto = shifting(reach + x % 1, reach + y % 1) @ turn @ shifting(-wide / 2, -high / 2)
                _merge(marks, warp(mask, onto, (2 * reach, 2 * reach)), int(x // 1) - reach, int(y // 1) - reach)
    return marks


def _merge(marks: Pixels, local: Pixels, x: int, y: int) -> None:
    """Lay a mask into a larger one, clipped; the stronger wins."""
    high, wide = local.shape
    west, north = max(0, -x), max(0, -y)
    east, south = min(wide, marks.shape[1] - x), min(high, marks.shape[0] - y)
    if east > west and south > north:
        place = marks[y + north : y + south, x + west : x + east]
        np.maximum(place, local[north:south, west:east], out=place)


def _news(look: Dose, content: Content) -> Pixels:
    """A frame of a broadcast: the sender's lower third stays, picture and words change."""
    how = style(look, (16 / 9, 16 / 9, 4 / 3), coloured=0.5)
    sheet = how.surface()
    shown = content.photograph()
    sheet.picture(shown, sheet.frame)
    if look.chance(0.25):
        rest = left(sheet.frame, look.uniform(0.35, 0.5))[1]
        sheet.box(rest, how.colours[1])
        sheet.picture(content.photograph(), inset(rest, how.unit * 4, how.unit * 14), radius=how.radius)
    wide, high = sheet.frame[2:]
    top = look.uniform(0.7, 0.82)
    third = (wide * look.pick((0.0, 0.05)), high * top, wide * look.uniform(0.7, 1.0), high * look.uniform(0.1, 0.15))
    sheet.box(third, how.accent, radius=how.radius, opacity=look.uniform(0.85, 1))
    sheet.text(
        words.title(content.own()), inset(third, how.unit * 4, third[3] * 0.22), how.heading, contrasting(how.accent)
    )
    under = (third[0], third[1] + third[3], third[2] * look.uniform(0.5, 1.0), high * 0.06)
    sheet.box(under, _WHITE, opacity=0.95)
    sheet.text(
        words.prose(content.also(), look.whole(4, 8)),
        inset(under, how.unit * 4, under[3] * 0.24),
        how.body,
        (20, 20, 24),
    )
    mark = (wide * look.pick((0.03, 0.85)), high * 0.05, wide * 0.12, high * 0.12)
    logo(sheet, look, mark, how)
    if look.chance(0.5):
        ticker = upper(sheet.frame, 0.94)[1]
        sheet.box(ticker, (20, 24, 40))
        sheet.text(words.prose(content.also(), 16), inset(ticker, how.unit * 2, ticker[3] * 0.25), how.body, _WHITE)
    if look.chance(0.5):
        live = (wide * 0.03, high * 0.2, wide * 0.09, high * 0.05)
        sheet.box(live, (205, 25, 35))
        sheet.text("LIVE", inset(live, live[2] * 0.15, live[3] * 0.22), Font(weight=700), _WHITE, align="centre")
    return sheet.pixels


def _meme(look: Dose, content: Content) -> Pixels:
    """One joke: bars of text or a frame around another photograph."""
    how = style(look, (1, 4 / 5, 4 / 3), dark=0.4, coloured=0.2)
    sheet = how.surface()
    kind = look.pick(("bars", "impact", "frame", "panels"))
    if kind == "panels":
        for k, row in enumerate(rows(sheet.frame, look.whole(2, 3), how.unit)):
            text, shown = left(row, 0.5)
            sheet.picture(content.photograph() if k == 0 else content.common_photograph(), shown)
            sheet.paragraph(
                phrase(look if k else content.also(), 5), inset(text, how.unit * 5), how.unit * 7, how.heading, how.ink
            )
        return sheet.pixels
    text, shown = upper(sheet.frame, look.uniform(0.14, 0.28))
    if kind == "bars":
        sheet.picture(content.photograph(), shown)
        sheet.paragraph(
            phrase(look, 7),
            inset(text, how.unit * 5, text[3] * 0.12),
            text[3] * 0.28,
            how.heading,
            how.ink,
            align=how.align,
        )
    elif kind == "frame":
        draw_ground(look, sheet, how)
        sheet.picture(content.photograph(), inset(shown, how.unit * 6), radius=how.radius * 2)
        sheet.text(phrase(look, 3), inset(text, how.unit * 6, text[3] * 0.25), how.heading, how.ink, align="centre")
        for _ in range(look.whole(0, 4)):
            side = how.unit * look.uniform(12, 24)
            sticker(
                sheet,
                look,
                (look.uniform(0, 0.85) * sheet.frame[2], look.uniform(0, 0.85) * sheet.frame[3], side, side),
            )
    else:
        sheet.picture(content.photograph(), sheet.frame)
        for box in (text, upper(sheet.frame, 0.82)[1]):
            say = inset(box, how.unit * 4, box[3] * 0.15)
            line = phrase(look, look.whole(2, 4)).upper()
            for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                moved = (say[0] + dx * how.unit * 0.6, say[1] + dy * how.unit * 0.6, say[2], say[3])
                sheet.text(line, moved, Font(weight=900), _BLACK, align="centre")
            sheet.text(line, say, Font(weight=900), _WHITE, align="centre")
    return sheet.pixels


def _player(look: Dose, content: Content) -> Pixels:
    """A video's or a record's player with another still."""
    how = style(look, (16 / 9, 9 / 16, 1, 4 / 3), dark=0.7)
    sheet = how.surface()
    shown, rest = upper(sheet.frame, look.uniform(0.6, 0.85))
    sheet.picture(content.photograph(), shown if look.chance(0.6) else inset(shown, how.unit * 8), radius=how.radius)
    side = how.unit * look.uniform(14, 24)
    spot = middle(shown, side, side)
    sheet.ellipse(spot, look.pick((_BLACK, how.accent)), opacity=0.7)
    x, y, *_ = spot
    sheet.polygon(
        [(x + side * 0.38, y + side * 0.28), (x + side * 0.38, y + side * 0.72), (x + side * 0.74, y + side * 0.5)],
        _WHITE,
    )
    text, tools = upper(inset(rest, how.unit * 4, how.unit * 2), 0.55)
    bar = (text[0], rest[1] - how.unit, text[2], how.unit * 1.2)
    sheet.box(bar, how.faint)
    sheet.box((*bar[:2], bar[2] * content.also().uniform(0.05, 0.95), bar[3]), how.accent)
    sheet.text(
        f"{words.title(content.own())} – {words.name(content.also())}",
        middle(text, text[2], min(text[3] * 0.6, how.unit * 6)),
        how.heading,
        how.ink,
    )
    for place in columns(tools, look.whole(3, 6)):
        size = round(min(place[3] * 0.8, how.unit * 7))
        sheet.lay(how.ink, glyph(look, max(3, size)), place[0] + (place[2] - size) / 2, place[1])
    return sheet.pixels


FRAMED = (
    Kind("preview", "another photograph under one preview mark", _preview),
    Kind("news", "another picture and headline in one lower third", _news),
    Kind("meme", "another photograph in one meme's frame", _meme),
    Kind("player", "another still and title in one player", _player),
)
