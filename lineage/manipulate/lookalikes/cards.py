"""Cards and tickets of one layout: another name, number, code or portrait."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.codes import bar_code, square_code
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, portrait
from lineage.manipulate.lookalikes.style import Style, blended, draw_ground, style
from lineage.manipulate.lookalikes.surface import Surface
from lineage.records import Pixels

_CARD = (1.586, 1.75, 1.545, 1 / 1.6)
_WHITE, _BLACK = (255, 255, 255), (15, 15, 20)


def _business_card(look: Dose, content: Content) -> Pixels:
    how = style(look, _CARD, dark=0.3, coloured=0.25)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    if look.chance(0.5):
        cut, share = (left, look.uniform(0.03, 0.07)) if look.chance(0.6) else (upper, look.uniform(0.05, 0.11))
        parts = cut(sheet.frame, share if look.chance(0.6) else 1 - share)
        sheet.box(min(parts, key=lambda one: one[2] * one[3]), how.colours[1])
    mark, text = left(inset(sheet.frame, how.unit * look.uniform(8, 13)), look.uniform(0.22, 0.42))
    if look.chance(0.35):
        text, mark = left(inset(sheet.frame, how.unit * 10), 0.62)
    logo(sheet, look, inset(mark, mark[2] * 0.1, mark[3] * look.uniform(0.1, 0.3)), how)
    top, rest = upper(text, 0.42)
    name, role = upper(top, 0.6)
    ink = how.ink
    sheet.text(words.name(content.own()), inset(name, 0, name[3] * 0.12), how.heading, ink, align=how.align)
    sheet.text(words.role(content.also()), inset(role, 0, role[3] * 0.2), how.body, ink, align=how.align)
    phone = f"+{content.also().whole(1, 99)} {words.number(content.also(), 3)} {words.number(content.also(), 6)}"
    mail = f"{words.coin_word(content.also()).lower()}@{words.coin_word(look).lower()}.com"
    for line, row in zip(
        (phone, mail, words.address(look)), rows(inset(rest, 0, rest[3] * 0.12), 3, rest[3] * 0.08), strict=True
    ):
        sheet.text(line, middle(row, row[2], min(row[3] * 0.8, how.unit * 6)), how.body, how.faint, align=how.align)
    return sheet.pixels


def _badge(look: Dose, content: Content) -> Pixels:
    how = style(look, (0.63, 0.7, 1.586), dark=0.1)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    head, rest = upper(sheet.frame, look.uniform(0.14, 0.24))
    sheet.box(head, how.accent)
    mark, firm = left(inset(head, how.unit * 4, head[3] * 0.2), 0.2)
    logo(sheet, look, mark, how, colour=contrasting(how.accent))
    sheet.text(words.firm(look), middle(firm, firm[2], firm[3] * 0.6), how.heading, contrasting(how.accent))
    face, text = (left if rest[2] > rest[3] else upper)(inset(rest, how.unit * 6), look.uniform(0.38, 0.5))
    side = min(face[2:]) * 0.95
    round_ = look.chance(0.4)
    frame = middle(face, side * (1 if round_ else 0.82), side)
    if look.chance(0.4):
        sheet.picture(content.photograph(), frame, radius=side / 2 if round_ else how.radius)
    else:
        portrait(sheet, content.own(), frame, round_=round_)
    lines = rows(inset(text, 0, how.unit * 2), 4, how.unit * 2)
    texts = words.name(content.own()), words.role(content.also()), words.code(content.own())
    for k, (line, row) in enumerate(zip(texts, lines, strict=False)):
        sheet.text(
            line,
            middle(row, row[2], min(row[3], how.unit * (8 - k))),
            how.body if k else how.heading,
            how.ink if k < 2 else how.faint,
            align="left" if rest[2] > rest[3] else "centre",
        )
    bar_code(sheet, content.own(), middle(lines[3], lines[3][2] * 0.8, lines[3][3]), _BLACK, _WHITE)
    return sheet.pixels


def _member_card(look: Dose, content: Content) -> Pixels:
    """A bank, gift or club card."""
    how = style(look, _CARD[:3], dark=0.35, coloured=0.6)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    box = inset(sheet.frame, how.unit * 9)
    top, rest = upper(box, 0.3)
    mark, name = left(top, 0.16)
    logo(sheet, look, mark, how, colour=how.ink)
    sheet.text(
        words.coin_word(look),
        inset(left(name, 0.05)[1], 0, name[3] * 0.25),
        how.heading,
        how.ink,
        align=look.pick(("left", "right")),
    )
    if look.chance(0.6):
        chip = rest[0], rest[1] + rest[3] * 0.05, how.unit * 13, how.unit * 10
        sheet.box(chip, (212, 178, 95), radius=how.unit * 1.5)
        for k in (0.33, 0.66):
            sheet.line(
                [(chip[0], chip[1] + chip[3] * k), (chip[0] + chip[2], chip[1] + chip[3] * k)],
                (150, 120, 60),
                how.unit * 0.4,
            )
    number, foot = upper(upper(rest, 0.3)[1], 0.5)
    dose = content.own()
    digits = "  ".join(words.number(dose, 4) for _ in range(look.pick((3, 4, 4))))
    sheet.text(
        digits, middle(number, number[2], min(number[3] * 0.75, how.unit * 11)), how.body, how.ink, align=how.align
    )
    who, until = left(foot, 0.66)
    sheet.text(
        words.name(content.also()).upper(), middle(who, who[2], min(who[3] * 0.6, how.unit * 7)), how.body, how.ink
    )
    valid = f"{content.also().whole(1, 12):02d}/{content.also().whole(24, 39)}"
    sheet.text(valid, middle(until, until[2], min(until[3] * 0.5, how.unit * 6)), how.body, how.ink, align="right")
    return sheet.pixels


def _ticket(look: Dose, content: Content) -> Pixels:
    how = style(look, (2.2, 2.8, 0.45, 1.6), coloured=0.4)
    sheet = Surface(how.size, blended((255, 255, 255), how.colours[2], look.uniform(0.1, 0.5)))
    paper = inset(sheet.frame, how.unit * look.uniform(2, 6))
    sheet.box(paper, how.paper, radius=how.radius)
    lying = paper[2] > paper[3]
    body, stub = (left if lying else upper)(paper, look.uniform(0.66, 0.78))
    bead = how.unit * look.uniform(1.5, 3)
    for k in np.linspace(0, 1, look.whole(8, 22)).tolist():
        at = (stub[0], stub[1] + stub[3] * k) if lying else (stub[0] + stub[2] * k, stub[1])
        sheet.ellipse((at[0] - bead / 2, at[1] - bead / 2, bead, bead), tuple(sheet.pixels[1, 1].tolist()))
    _body(sheet, look, content, inset(body, how.unit * 6), how)
    draw = square_code if look.chance(0.6) else bar_code
    room = inset(stub, how.unit * 5, how.unit * 7)
    code, under = upper(room, 0.75)
    draw(sheet, content.own(), code, _BLACK, _WHITE)
    sheet.text(words.code(content.own()), inset(under, 0, under[3] * 0.25), how.body, how.ink, align="centre")
    return sheet.pixels


def _body(sheet: Surface, look: Dose, content: Content, box: Box, how: Style) -> None:
    """What, when and where, in boxes with labels."""
    head, rest = upper(box, look.uniform(0.25, 0.4))
    mark, title = left(head, 0.16)
    logo(sheet, look, mark, how)
    name = (
        words.event(content.also())
        if look.chance(0.5)
        else f"{words.town(content.also())} – {words.town(content.also())}"
    )
    sheet.text(
        name,
        inset(left(title, 0.05)[1], 0, title[3] * 0.2),
        how.heading,
        how.accent if how.paper != how.accent else how.ink,
    )
    labels = look.rng.permutation(
        ("Date", "Time", "Seat", "Gate", "Row", "Class", "Price", "Name", "Platform")
    ).tolist()
    cells = [
        cell
        for row in rows(rest, look.whole(1, 2), how.unit * 2)
        for cell in columns(row, look.whole(2, 4), how.unit * 2)
    ]
    for label, cell, dose in zip(labels, cells, content.several(len(cells)), strict=False):
        small, large = upper(cell, 0.32)
        sheet.text(label, middle(small, small[2], min(small[3] * 0.8, how.unit * 4)), how.body, how.faint)
        value = {"Date": words.date, "Price": words.price, "Name": words.name}.get(
            label, lambda d: f"{d.whole(1, 59)}{d.pick('ABCDEF')}"
        )(dose)
        sheet.text(value, middle(large, large[2], min(large[3] * 0.75, how.unit * 8)), how.heading, how.ink)


def _label_code(look: Dose, content: Content) -> Pixels:
    """A parcel's or a shelf's label: mostly code."""
    how = style(look, (1, 1.5, 0.67), dark=0.0, coloured=0.1)
    sheet = how.surface()
    box = inset(sheet.frame, how.unit * look.uniform(3, 6))
    sheet.outline(box, how.ink, how.unit * look.uniform(0.3, 1.2), radius=how.radius)
    head, rest = upper(inset(box, how.unit * 4), look.uniform(0.15, 0.25))
    sheet.text(words.firm(look), middle(head, head[2], head[3] * 0.6), how.heading, how.ink, align=how.align)
    kind = look.pick(("square", "bars", "both"))
    place, text = (left if rest[2] > rest[3] and kind == "square" else upper)(rest, look.uniform(0.5, 0.65))
    if kind == "both":
        first, second = left(place, 0.6)
        bar_code(sheet, content.own(), inset(first, how.unit), _BLACK, _WHITE)
        square_code(sheet, content.own(), inset(second, how.unit), _BLACK, _WHITE)
    else:
        cells = {"cells": look.pick((21, 25, 29, 33))} if kind == "square" else {}
        (square_code if kind == "square" else bar_code)(sheet, content.own(), place, _BLACK, _WHITE, **cells)
    texts = (
        words.code(content.own()),
        words.name(content.also()),
        words.address(content.also()),
        f"{content.also().whole(1, 30)} kg",
    )
    for line, row in zip(texts, rows(inset(text, how.unit), 4, how.unit), strict=True):
        sheet.text(line, middle(row, row[2], min(row[3] * 0.8, how.unit * 7)), how.body, how.ink)
    return sheet.pixels


def _trading_card(look: Dose, content: Content) -> Pixels:
    how = style(look, (0.714, 0.65, 0.75), dark=0.4, coloured=0.5)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    box = inset(sheet.frame, how.unit * look.uniform(3, 6))
    sheet.outline(sheet.frame, how.accent, how.unit * look.uniform(2, 5), radius=how.radius)
    head, rest = upper(box, look.uniform(0.09, 0.13))
    sheet.box(head, how.colours[1], radius=how.radius)
    sheet.text(
        words.coin_word(content.own()),
        inset(head, how.unit * 3, head[3] * 0.25),
        how.heading,
        contrasting(how.colours[1]),
    )
    sheet.text(
        str(content.also().whole(10, 250)),
        inset(head, how.unit * 3, head[3] * 0.25),
        how.heading,
        contrasting(how.colours[1]),
        align="right",
    )
    art, text = upper(rest, look.uniform(0.45, 0.6))
    frame = inset(art, how.unit * look.uniform(0, 4), how.unit * 2)
    sheet.picture(content.photograph(), frame, radius=how.radius)
    sheet.outline(frame, how.accent, how.unit * look.uniform(0.5, 1.5), radius=how.radius)
    sheet.box(text, blended(how.paper, (255, 255, 255), 0.3), radius=how.radius)
    words_, stats = upper(inset(text, how.unit * 3), 0.6)
    sheet.paragraph(
        words.prose(content.also(), look.whole(10, 20)),
        words_,
        how.unit * 4.5,
        how.body,
        contrasting(blended(how.paper, (255, 255, 255), 0.3)),
    )
    for cell, dose in zip(columns(stats, look.whole(2, 4), how.unit * 2), content.several(4), strict=False):
        sheet.box(cell, how.colours[2], radius=how.radius)
        sheet.text(
            f"{look.pick(('HP', 'ATK', 'DEF', 'SPD'))} {dose.whole(1, 99)}",
            inset(cell, cell[2] * 0.1, cell[3] * 0.25),
            how.heading,
            contrasting(how.colours[2]),
            align="centre",
        )
    return sheet.pixels


CARDS = (
    Kind("business_card", "another name, role, number", _business_card),
    Kind("badge", "another portrait, name, number, code", _badge),
    Kind("member_card", "another number, name, date", _member_card),
    Kind("ticket", "another code, seat, event, day", _ticket),
    Kind("code_label", "another code, number, address", _label_code),
    Kind("trading_card", "another picture, name, numbers", _trading_card),
)
