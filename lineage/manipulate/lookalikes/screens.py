"""Screens and slides of one design with other content: lists, shops, chats, dashboards, decks, code."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.charts import bars, lines, pie
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, portrait
from lineage.manipulate.lookalikes.style import Style, blended, draw_ground, style
from lineage.manipulate.lookalikes.surface import Font, Surface
from lineage.manipulate.widgets import glyph
from lineage.records import Pixels

_PHONE, _DESK = (9 / 16, 9 / 19.5), (16 / 9, 16 / 10, 4 / 3)


def _icon(sheet: Surface, look: Dose, box: Box, how: Style) -> None:
    side = round(min(box[2:]))
    sheet.lay(how.ink, glyph(look, side), box[0] + (box[2] - side) / 2, box[1] + (box[3] - side) / 2)


def _bars_of_phone(sheet: Surface, look: Dose, content: Content, how: Style) -> Box:
    """Status above, title, tabs below; returns what is between."""
    wide, high = sheet.frame[2:]
    unit = how.unit
    clock = content.also()
    sheet.text(
        f"{clock.whole(0, 23)}:{clock.whole(0, 59):02d}",
        (4 * unit, 1.5 * unit, 20 * unit, 3.5 * unit),
        how.body,
        how.ink,
    )
    sheet.box((wide - 12 * unit, 1.8 * unit, 7 * unit, 3 * unit), how.ink, radius=unit, opacity=0.8)
    head = (0.0, 6 * unit, wide, unit * look.uniform(9, 14))
    if look.chance(0.4):
        sheet.box(head, how.accent)
    ink = contrasting(how.accent) if tuple(sheet.pixels[int(head[1] + 2), 1]) == how.accent else how.ink
    title = look.pick(("Inbox", "Orders", "Home", "Settings", "Activity", "Basket", "Search", words.coin_word(look)))
    sheet.text(title, middle(head, wide - 10 * unit, head[3] * 0.5), how.heading, ink, align=how.align)
    _icon(sheet, look, (wide - 11 * unit, head[1], 7 * unit, head[3]), how)
    foot = (0.0, high - 13 * unit, wide, 13 * unit)
    sheet.box(foot, blended(how.paper, how.ink, 0.06))
    for place in columns(foot, look.whole(3, 5)):
        _icon(sheet, look, middle(place, 6 * unit, 6 * unit), how)
    return 0.0, head[1] + head[3], wide, foot[1] - head[1] - head[3]


def _app(look: Dose, content: Content) -> Pixels:
    """Rows of a list: mails, orders, contacts, payments."""
    how = style(look, _PHONE, dark=0.35, coloured=0.05)
    sheet = how.surface()
    box = _bars_of_phone(sheet, look, content, how)
    pictured, cards, valued = look.pick(("face", "photograph", "icon", "none")), look.chance(0.4), look.chance(0.6)
    count = look.whole(4, 9)
    for row, dose in zip(
        rows(inset(box, how.unit * 3, how.unit), count, how.unit * 1.5), content.several(count), strict=True
    ):
        if cards:
            sheet.box(row, blended(how.paper, how.ink, 0.07), radius=how.radius)
        else:
            sheet.line([(row[0], row[1] + row[3]), (row[0] + row[2], row[1] + row[3])], how.faint, 1)
        mark, text = left(inset(row, how.unit * 2, row[3] * 0.12), 0.17)
        _mark(sheet, look, content, dose, mark, how, pictured)
        text, value = left(text if pictured != "none" else inset(row, how.unit * 2, row[3] * 0.12), 0.74)
        first, second = upper(text, 0.52)
        tall = min(first[3] * 0.72, how.unit * 5)
        sheet.text(words.name(dose), middle(first, first[2], tall), how.heading, how.ink)
        sheet.text(words.prose(dose, 6), middle(second, second[2], tall * 0.8), how.body, how.faint)
        if valued:
            sheet.text(
                words.figure(dose),
                middle(value, value[2] * 0.9, tall),
                how.body,
                how.accent if how.accent != how.paper else how.ink,
                align="right",
            )
    return sheet.pixels


def _mark(sheet: Surface, look: Dose, content: Content, dose: Dose, box: Box, how: Style, kind: str) -> None:
    side = min(box[2] * 0.85, box[3])
    spot = (box[0], box[1] + (box[3] - side) / 2, side, side)
    if kind == "face":
        portrait(sheet, dose, spot, round_=True)
    elif kind == "photograph":
        sheet.picture(content.photograph(), spot, radius=how.radius)
    elif kind == "icon":
        sheet.ellipse(spot, how.colours[dose.whole(0, 4)])


def _shop(look: Dose, content: Content) -> Pixels:
    """A grid of products, or one of them, with prices."""
    how = style(look, (*_PHONE, *_DESK), dark=0.15, coloured=0.05)
    sheet, sign = how.surface(), look.pick("€$£")
    phone = how.size[0] < how.size[1]
    box = _bars_of_phone(sheet, look, content, how) if phone else _browser(sheet, look, how)
    across, down = (look.whole(1, 2), look.whole(2, 3)) if phone else (look.whole(3, 5), look.whole(1, 2))
    for row in rows(inset(box, how.unit * 3), down, how.unit * 3):
        for cell in columns(row, across, how.unit * 3):
            shown, text = upper(cell, look.uniform(0.68, 0.76))
            sheet.picture(content.photograph(), shown, radius=how.radius)
            name, cost = upper(inset(text, 0, text[3] * 0.08), 0.5)
            sheet.text(
                f"{words.coin_word(content.also())} {words.flavour(content.also())}",
                middle(name, name[2], min(name[3] * 0.7, how.unit * 4)),
                how.body,
                how.ink,
            )
            sheet.text(
                words.price(content.own(), sign=sign),
                middle(cost, cost[2], min(cost[3] * 0.7, how.unit * 5)),
                how.heading,
                how.ink,
            )
    return sheet.pixels


def _browser(sheet: Surface, look: Dose, how: Style) -> Box:
    """Address bar and the head of a site; returns what is below."""
    wide, high = sheet.frame[2:]
    unit = how.unit
    sheet.box((0, 0, wide, 6 * unit), (224, 225, 229))
    for k in range(3):
        sheet.ellipse(
            ((2 + 3.4 * k) * unit, 2 * unit, 2 * unit, 2 * unit), ((236, 106, 94), (244, 190, 79), (97, 197, 84))[k]
        )
    sheet.box((16 * unit, 1.2 * unit, wide * 0.6, 3.6 * unit), (255, 255, 255), radius=2 * unit)
    sheet.text(
        f"{words.coin_word(look).lower()}.com", (18 * unit, 1.8 * unit, wide * 0.5, 2.4 * unit), Font(), (90, 90, 96)
    )
    head = (0.0, 6 * unit, wide, 11 * unit)
    if look.chance(0.5):
        sheet.box(head, how.colours[1])
    ink = contrasting(how.colours[1]) if tuple(sheet.pixels[int(8 * unit), 1]) == how.colours[1] else how.ink
    logo(sheet, look, (3 * unit, 8 * unit, 7 * unit, 7 * unit), how, colour=ink)
    for place in columns((wide * 0.4, head[1], wide * 0.58, head[3]), look.whole(3, 5), unit):
        sheet.text(words.topic(look), middle(place, place[2], 3.2 * unit), how.body, ink, align="right")
    return 0.0, 17 * unit, wide, high - 17 * unit


def _chat(look: Dose, content: Content) -> Pixels:
    how = style(look, _PHONE, dark=0.35, coloured=0.25)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    _, y, wide, high = _bars_of_phone(sheet, look, content, how)
    unit, bottom = how.unit, y + high
    y += 2 * unit
    sides, heights = look.rng.integers(0, 2, 12), look.rng.integers(1, 4, 12)
    for mine, lines_, dose in zip(sides.tolist(), heights.tolist(), content.several(12), strict=True):
        room = (4 + 6 * lines_) * unit
        if y + room > bottom - unit:
            break
        width = wide * (0.4 + 0.12 * lines_)
        bubble = (wide - width - 3 * unit if mine else 3 * unit, y, width, room)
        colour = how.accent if mine else blended((255, 255, 255), how.paper, 0.3)
        sheet.box(bubble, colour, radius=unit * 3)
        sheet.paragraph(
            words.prose(dose, 4 * lines_),
            inset(bubble, 3 * unit, 2.4 * unit),
            3.8 * unit,
            how.body,
            contrasting(colour),
        )
        y += room + 2 * unit
    return sheet.pixels


def _dashboard(look: Dose, content: Content) -> Pixels:
    how = style(look, _DESK, dark=0.4, coloured=0.05)
    sheet = how.surface()
    card = blended(how.paper, how.ink, look.uniform(0.03, 0.1))
    side, box = left(sheet.frame, look.uniform(0.1, 0.2))
    sheet.box(side, how.colours[1] if look.chance(0.4) else card)
    ink = contrasting(tuple(sheet.pixels[-2, 1].tolist()))
    entries = rows(inset(side, how.unit * 2, how.unit * 3), look.whole(7, 12), how.unit)
    logo(sheet, look, entries[0], how, colour=ink)
    for entry in entries[1:]:
        sheet.text(words.topic(look), middle(entry, entry[2], min(entry[3] * 0.5, how.unit * 3)), how.body, ink)
    box = inset(box, how.unit * 3)
    tiles, box = upper(box, look.uniform(0.16, 0.24))
    count = look.whole(3, 5)
    for tile, dose in zip(columns(tiles, count, how.unit * 2), content.several(count), strict=True):
        sheet.box(tile, card, radius=how.radius)
        small, large = upper(inset(tile, how.unit * 2), 0.35)
        sheet.text(words.topic(look), middle(small, small[2], min(small[3] * 0.8, how.unit * 3)), how.body, how.faint)
        sheet.text(
            words.figure(dose),
            middle(large, large[2], large[3] * 0.7),
            how.heading,
            how.accent if how.accent != card else how.ink,
        )
    panels = [
        panel
        for row in rows(inset(box, 0, how.unit), look.whole(1, 2), how.unit * 2)
        for panel in columns(row, look.whole(1, 3), how.unit * 2)
    ]
    for panel in panels:
        sheet.box(panel, card, radius=how.radius)
        head, plot = upper(inset(panel, how.unit * 2), 0.14)
        sheet.text(words.title(look), middle(head, head[2], min(head[3] * 0.8, how.unit * 4)), how.body, how.ink)
        look.pick((bars, lines, pie))(sheet, look, content, inset(plot, how.unit), how)
    return sheet.pixels


def _slide(look: Dose, content: Content) -> Pixels:
    """A slide of a deck: the master stays, title and body change."""
    how = style(look, (16 / 9, 16 / 9, 4 / 3), dark=0.2, coloured=0.2)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    wide, high = sheet.frame[2:]
    bar = look.pick(("none", "top", "left", "bottom", "corner"))
    strips = {
        "top": upper(sheet.frame, 0.17)[0],
        "left": left(sheet.frame, 0.04)[0],
        "bottom": upper(sheet.frame, 0.93)[1],
    }
    if bar in strips:
        sheet.box(strips[bar], how.accent)
    elif bar == "corner":
        sheet.polygon([(wide, 0), (wide, high * 0.5), (wide * 0.8, 0)], how.accent)
    box = inset(sheet.frame, wide * look.uniform(0.06, 0.09), high * 0.045)
    head, rest = upper(box, 0.17)
    ink = contrasting(how.accent) if bar == "top" else how.ink
    sheet.text(words.title(content.own()), middle(head, head[2], head[3] * 0.5), how.heading, ink, align=how.align)
    body, foot = upper(inset(rest, 0, how.unit * 2), 0.9)
    logo(sheet, look, left(foot, 0.1)[0] if look.chance(0.5) else left(foot, 0.9)[1], how)
    sheet.text(words.firm(look), middle(foot, foot[2] * 0.6, how.unit * 2.6), how.body, how.faint, align="centre")
    sheet.text(
        str(content.own().whole(1, 60)), middle(foot, foot[2], how.unit * 2.6), how.body, how.faint, align="right"
    )
    # The body belongs to the content: what a deck shares is its master.
    kind = content.also().pick(("bullets", "bullets", "chart", "picture", "both", "figure"))
    _slide_body(sheet, look, content, body, how, kind)
    return sheet.pixels


def _slide_body(sheet: Surface, look: Dose, content: Content, box: Box, how: Style, kind: str) -> None:
    dose = content.own()
    if kind == "figure":
        top, low = upper(box, 0.6)
        sheet.text(words.figure(dose), middle(top, top[2], top[3] * 0.6), how.heading, how.accent, align=how.align)
        sheet.paragraph(words.prose(dose, 14), low, how.unit * 5, how.body, how.ink, align=how.align)
        return
    if kind == "picture":
        sheet.picture(content.photograph(), box, radius=how.radius)
        return
    if kind == "both":
        text, shown = left(box, dose.uniform(0.4, 0.6))
        sheet.picture(content.photograph(), inset(shown, how.unit * 2, 0), radius=how.radius)
        box = text
    if kind == "chart":
        dose.pick((bars, lines, pie))(sheet, dose, content, box, how)
        return
    count = dose.whole(2, 6)
    for row in rows(box, max(4, count), how.unit * 2)[:count]:
        tall = min(row[3] * 0.45, how.unit * 5)
        sheet.ellipse((row[0], row[1] + row[3] / 2 - tall * 0.2, tall * 0.4, tall * 0.4), how.accent)
        sheet.text(
            words.prose(dose, dose.whole(3, 10 if box[2] > 120 * how.unit else 5)),
            middle((row[0] + tall, *row[1:]), row[2] - 2 * tall, tall),
            how.body,
            how.ink,
        )


def _code(look: Dose, content: Content) -> Pixels:
    """An editor, a terminal or a plain document of lines."""
    how = style(look, (*_DESK, 1, 3 / 4), dark=0.6, coloured=0.0)
    sheet = how.surface()
    head, box = upper(sheet.frame, 0.08)
    sheet.box(head, blended(how.paper, how.ink, 0.12))
    sheet.text(
        f"{words.coin_word(look).lower()}.{look.pick(('py', 'txt', 'js', 'md', 'log'))}",
        middle(head, head[2] * 0.5, head[3] * 0.5),
        how.body,
        how.faint,
        align="centre",
    )
    numbered, count = look.chance(0.6), look.whole(12, 28)
    margin, text = left(inset(box, how.unit * 2), 0.06)
    font = Font(face=look.pick(("sans", "uni")), weight=look.whole(300, 500))
    depth = np.clip(np.cumsum(look.rng.integers(-1, 2, count)), 0, 5)
    for k, (row, dose) in enumerate(zip(rows(text, count), content.several(count), strict=True)):
        line = middle(row, row[2], row[3] * 0.68)
        if numbered:
            sheet.text(str(k + 1), (margin[0], line[1], margin[2] * 0.7, line[3]), font, how.faint, align="right")
        x = line[0] + depth[k] * how.unit * 3
        for part in range(dose.whole(1, 3)):
            word = words.prose(dose, dose.whole(1, 3)).lower().replace(" ", dose.pick(("_", ".", " = ")))
            width = 0.55 * line[3] * len(word)
            colour = how.colours[(part + dose.whole(0, 2)) % 5] if part != 1 else how.ink
            sheet.text(word, (x, line[1], width + how.unit, line[3]), font, colour)
            x += width + how.unit * 2
    return sheet.pixels


SCREENS = (
    Kind("app_list", "other rows on one screen of an app", _app),
    Kind("shop", "other products and prices on one page", _shop),
    Kind("chat", "another conversation", _chat),
    Kind("dashboard", "other figures and charts", _dashboard),
    Kind("slide", "another slide of the same deck", _slide),
    Kind("code_screen", "other lines of code or text", _code),
)
