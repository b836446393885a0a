"""Screens of one design with other content: lists, shops, chats."""

from __future__ import annotations

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.desks import DESK
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, portrait
from lineage.manipulate.lookalikes.style import Style, blended, draw_ground, style
from lineage.manipulate.lookalikes.surface import Font, Surface
from lineage.manipulate.widgets import glyph
from lineage.records import Pixels

_PHONE = (9 / 16, 9 / 19.5)


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
    how = style(look, (*_PHONE, *DESK), dark=0.15, coloured=0.05)
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


SCREENS = (
    Kind("app_list", "other rows on one screen of an app", _app),
    Kind("shop", "other products and prices on one page", _shop),
    Kind("chat", "another conversation", _chat),
)
