"""Adverts and posts of one template with another product, price or saying."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import burst, logo, sticker
from lineage.manipulate.lookalikes.style import Style, draw_ground, style
from lineage.manipulate.lookalikes.surface import Surface
from lineage.records import Pixels


def halves(look: Dose, box: Box, *, least: float = 0.45, most: float = 0.68) -> tuple[Box, Box]:
    """A place for the picture and one for the words, side by side or one above the other."""
    share = look.uniform(least, most)
    lying, first = box[2] > box[3] * look.uniform(0.9, 1.5), look.chance(0.5)
    parts = (left if lying else upper)(box, share if first else 1 - share)
    return parts if first else (parts[1], parts[0])


def show_photograph(sheet: Surface, look: Dose, content: Content, box: Box, how: Style) -> None:
    """A photograph as a box, a disc, a tilted card or a framed print."""
    kind, picture = look.pick(("box", "box", "disc", "card", "print")), content.photograph()
    if kind == "disc":
        side = min(box[2:])
        disc = middle(box, side, side)
        sheet.ellipse(middle(box, side * 1.06, side * 1.06), how.colours[1], opacity=0.6)
        sheet.picture(picture, disc, radius=side / 2)
    elif kind == "card":
        x, y, wide, high = inset(box, min(box[2:]) * 0.06)
        lean = look.uniform(-0.06, 0.06) * high
        sheet.polygon(
            [(x, y + lean), (x + wide, y - lean), (x + wide, y + high - lean), (x, y + high + lean)], how.colours[1]
        )
        sheet.picture(picture, inset((x, y, wide, high), wide * 0.04, high * 0.05), radius=how.radius)
    elif kind == "print":
        sheet.box(box, (255, 255, 255))
        sheet.picture(picture, inset(box, min(box[2:]) * 0.04))
    else:
        sheet.picture(picture, box, radius=how.radius * 2)


def _advert(look: Dose, content: Content) -> Pixels:
    how = style(look, (1, 4 / 5, 9 / 16, 1.91, 3 / 4), coloured=0.5)
    sheet, sign = how.surface(), look.pick("€$£")
    draw_ground(look, sheet, how)
    margin = how.unit * look.pick((0, 3, 6))
    place, text = halves(look, inset(sheet.frame, margin))
    show_photograph(sheet, look, content, place, how)
    text = inset(text, how.unit * 5)
    parts = rows(text, look.whole(3, 4), how.unit * 2)
    order = look.rng.permutation(len(parts)).tolist()
    sheet.text(
        words.headline(content.also()),
        middle(parts[0], parts[0][2], min(parts[0][3], how.unit * 14)),
        how.heading,
        how.accent if how.paper != how.accent else how.ink,
        align=how.align,
    )
    for n in order:
        if n == 1:
            line = words.prose(content.also(), look.whole(4, 14))
            sheet.paragraph(line, parts[1], min(parts[1][3] / 3, how.unit * 4), how.body, how.ink, align=how.align)
        elif n == 2:
            _price(sheet, look, content, parts[2], how, sign)
        elif n == 3:
            logo(sheet, look, middle(parts[3], parts[3][2], min(parts[3][3], how.unit * 12)), how)
    if look.chance(0.4):
        x, y, wide, high = place
        side = min(wide, high) * look.uniform(0.25, 0.4)
        spot = x + look.pick((0.02, 0.98)) * (wide - side), y + look.pick((0.02, 0.98)) * (high - side), side, side
        burst(sheet, look, spot, how, f"-{content.also().whole(1, 9)}0%")
    return sheet.pixels


def _price(sheet: Surface, look: Dose, content: Content, box: Box, how: Style, sign: str) -> None:
    kind, cost = look.pick(("plain", "button", "crossed")), words.price(content.own(), sign=sign)
    box = middle(box, box[2], min(box[3], how.unit * 13))
    if kind == "button":
        sheet.box(box, how.colours[1], radius=box[3] * look.pick((0, 0.2, 0.5)))
        inner = inset(box, box[2] * 0.1, box[3] * 0.25)
        sheet.text(cost, inner, how.heading, contrasting(how.colours[1]), align="centre")
        return
    sheet.text(cost, inset(box, 0, box[3] * 0.1), how.heading, how.ink, align=how.align)
    if kind == "crossed":
        old = (box[0], box[1] - box[3] * 0.3, box[2] * 0.5, box[3] * 0.3)
        sheet.text(words.price(content.also(), most=400, sign=sign), old, how.body, how.faint)
        sheet.line(
            [(old[0], old[1] + old[3] * 0.5), (old[0] + old[2] * 0.6, old[1] + old[3] * 0.5)],
            how.accent,
            how.unit * 0.5,
        )


def _saying(look: Dose, content: Content) -> Pixels:
    """A square with a quotation, a hint or news in large letters."""
    how = style(look, (1, 1, 4 / 5, 9 / 16), dark=0.3, coloured=0.45)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    if look.chance(0.3):
        sheet.picture(content.common_photograph(), sheet.frame)
        sheet.box(sheet.frame, how.paper, opacity=look.uniform(0.45, 0.75))
    box = inset(sheet.frame, how.unit * look.uniform(9, 14))
    head, box = upper(box, 0.14)
    logo(sheet, look, left(head, 0.14)[0], how, colour=how.ink)
    sheet.text("@" + words.coin_word(look).lower(), inset(left(head, 0.18)[1], 0, head[3] * 0.3), how.body, how.ink)
    if look.chance(0.5):
        for _ in range(look.whole(1, 4)):
            side = how.unit * look.uniform(8, 16)
            sticker(
                sheet,
                look,
                (look.uniform(0, 0.9) * sheet.frame[2], look.pick((0.02, 0.85)) * sheet.frame[3], side, side),
            )
    if look.chance(0.4):
        sheet.text("“", upper(box, 0.22)[0], how.heading, how.colours[1], align=how.align)
    text, foot = upper(upper(box, 0.14)[1], 0.8)
    count, size = look.whole(7, 20), how.unit * look.uniform(6, 9)
    sheet.paragraph(words.prose(content.own(), count), text, size, how.heading, how.ink, align=how.align)
    if look.chance(0.7):
        line = words.name(content.also()) if look.chance(0.5) else words.headline(look)
        sheet.text("— " + line, middle(foot, foot[2], how.unit * 4), how.body, how.ink, align=how.align)
    return sheet.pixels


def _banner(look: Dose, content: Content) -> Pixels:
    how = style(look, (3, 2.4, 4, 1.91), dark=0.3, coloured=0.4)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    x, y, wide, high = sheet.frame
    share, lean, mirrored = look.uniform(0.35, 0.55), look.pick((0.0, 0.15, 0.3, -0.2)), look.chance(0.5)
    start = 0.0 if mirrored else wide * (1 - share)
    sheet.picture(content.photograph(), (start, y, wide * share, high))
    edge = wide * share if mirrored else start
    slant = [(edge - lean * high, high), (edge + lean * high, 0)]
    outer = [(wide, 0), (wide, high)] if mirrored else [(0, 0), (0, high)]
    if lean:
        sheet.polygon([*slant, *outer], how.paper)
        sheet.line(slant, how.accent, how.unit * look.uniform(1, 4))
    text = (edge, y, wide - edge, high) if mirrored else (x, y, edge, high)
    text = inset(text, abs(lean) * high * 0.6 + how.unit * 8, how.unit * 10)
    top, rest = upper(text, 0.45)
    sheet.text(words.headline(content.own()), upper(top, 0.85)[0], how.heading, how.ink, align=how.align)
    middle_, low = upper(rest, 0.45)
    sheet.text(
        words.prose(content.also(), look.whole(3, 7)),
        inset(middle_, 0, middle_[3] * 0.2),
        how.body,
        how.ink,
        align=how.align,
    )
    button = left(low, look.uniform(0.3, 0.5))[0]
    sheet.box(button, how.accent, radius=button[3] * look.pick((0, 0.2, 0.5)))
    say = look.pick(("Shop now", "Learn more", "Book", "Jetzt kaufen", "Découvrir", "Try it"))
    sheet.text(
        say, inset(button, button[2] * 0.1, button[3] * 0.25), how.heading, contrasting(how.accent), align="centre"
    )
    return sheet.pixels


def _poster(look: Dose, content: Content) -> Pixels:
    how = style(look, (1 / 1.414, 2 / 3, 3 / 4, 1.414), dark=0.35, coloured=0.4)
    sheet = how.surface()
    wide, high = sheet.frame[2:]
    kind = look.pick(("photograph", "shapes", "shapes", "ground"))
    if kind == "photograph":
        sheet.picture(content.photograph(), sheet.frame)
        shade = np.linspace(*look.pick(((1.0, 0.2), (0.2, 1.0), (0.6, 0.6))), sheet.pixels.shape[0])[:, None, None]
        paper = np.array(how.paper, np.float32)
        sheet.pixels[:] = sheet.pixels * (1 - 0.7 * shade) + paper * 0.7 * shade
    elif kind == "shapes":
        for k in range(look.whole(3, 9)):
            side = wide * look.uniform(0.15, 0.7)
            spot = look.uniform(-0.2, 0.9) * wide, look.uniform(-0.1, 0.8) * high, side, side
            (sheet.ellipse, sheet.box)[k % 2](spot, how.colours[k % 5], opacity=look.uniform(0.4, 1))
    else:
        draw_ground(look, sheet, how)
    box = inset(sheet.frame, how.unit * look.uniform(6, 11))
    top, rest = upper(box, look.uniform(0.2, 0.6))
    title = middle(top, top[2], min(top[3], how.unit * look.uniform(13, 22)))
    sheet.text(words.event(content.own()), title, how.heading, how.ink, align=how.align)
    facts, foot = upper(rest, 0.75)
    texts = words.date(content.own()), words.town(content.also()), words.name(content.also()), words.firm(look)
    for text, row in zip(texts, rows(facts, 4, how.unit), strict=True):
        sheet.text(text, middle(row, row[2], min(row[3] * 0.8, how.unit * 6)), how.body, how.ink, align=how.align)
    for k in range(look.whole(0, 5)):
        logo(
            sheet,
            look,
            (foot[0] + k * foot[3] * 1.3, foot[1] + foot[3] * 0.3, foot[3] * 0.7, foot[3] * 0.7),
            how,
            colour=how.ink,
        )
    return sheet.pixels


def _cover(look: Dose, content: Content) -> Pixels:
    """A magazine, a book of a series, a record or a list of songs."""
    how = style(look, (3 / 4, 2 / 3, 1, 0.77), dark=0.3, coloured=0.5)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    place, text = halves(look, sheet.frame, least=0.5, most=0.8)
    if look.chance(0.4):
        place = sheet.frame
    sheet.picture(content.photograph(), place if look.chance(0.6) else inset(place, how.unit * 6))
    if place == sheet.frame:
        sheet.box(text, how.paper, opacity=look.uniform(0.6, 1))
    text = inset(text, how.unit * 5)
    top, rest = upper(text, 0.4)
    sheet.text(
        words.coin_word(look),
        middle(top, top[2], min(top[3], how.unit * 18)),
        how.heading,
        how.accent if how.paper != how.accent else how.ink,
        align=how.align,
    )
    for text_, row in zip(
        (words.title(content.own()), words.name(content.also()), f"No {content.also().whole(1, 99)}"),
        rows(rest, 3, how.unit),
        strict=True,
    ):
        sheet.text(text_, middle(row, row[2], min(row[3] * 0.8, how.unit * 6)), how.body, how.ink, align=how.align)
    return sheet.pixels


ADVERTS = (
    Kind("advert", "another product photograph, price, slogan", _advert),
    Kind("saying", "another saying on one template", _saying),
    Kind("banner", "another photograph and headline", _banner),
    Kind("poster", "another event, day, place", _poster),
    Kind("cover", "another issue: photograph, title, number", _cover),
)
