"""Letters of one house to others, and what it charges them: letters, invoices, receipts."""

from __future__ import annotations

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.codes import bar_code, square_code
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, signature
from lineage.manipulate.lookalikes.papers import BLACK, BLUE, PAGE
from lineage.manipulate.lookalikes.style import Style, blended, grainy, style
from lineage.manipulate.lookalikes.surface import Align, Font, Surface
from lineage.records import Pixels


def _letterhead(sheet: Surface, look: Dose, box: Box, how: Style) -> Box:
    """Logo, firm and address across the top; returns what is left."""
    head, rest = upper(box, look.uniform(0.08, 0.13))
    kind = look.pick(("left", "right", "centre", "bar"))
    if kind == "bar":
        sheet.box((0, 0, sheet.frame[2], head[1] + head[3] * 0.85), how.accent)
    ink = contrasting(how.accent) if kind == "bar" else how.accent
    firm, where = words.firm(look), words.address(look)
    mark, name = left(head, 0.16)
    if kind == "right":
        name, mark = left(head, 0.84)
    if kind == "centre":
        mark, name = upper(head, 0.5)
    logo(sheet, look, inset(mark, 0, mark[3] * 0.08), how, colour=ink)
    align: Align = "left" if kind in ("left", "bar") else "right" if kind == "right" else "centre"
    name = inset(name, how.unit * 2, name[3] * 0.1)
    sheet.text(firm, upper(name, 0.5)[0], how.heading, ink, align=align)
    sheet.text(
        where, inset(upper(name, 0.55)[1], 0, name[3] * 0.1), how.body, ink if kind == "bar" else how.faint, align=align
    )
    if look.chance(0.4):
        y = rest[1]
        sheet.line([(rest[0], y), (rest[0] + rest[2], y)], how.accent, how.unit * look.uniform(0.2, 0.8))
    return rest


def _letter(look: Dose, content: Content) -> Pixels:
    how = style(look, PAGE, dark=0.0, coloured=0.03)
    sheet = how.surface()
    box = _letterhead(sheet, look, inset(sheet.frame, how.unit * look.uniform(6, 11)), how)
    height, language = how.unit * look.uniform(1.9, 2.8), look.whole(0, 3)
    to, box = upper(box, 0.2)
    y = to[1] + how.unit * 4
    for line in (words.name(content.own()), *words.address(content.also()).split(", ")):
        sheet.text(line, (to[0], y, to[2] * 0.5, height), how.body, how.ink)
        y += 1.4 * height
    day = words.date(content.also())
    sheet.text(day, (to[0] + to[2] * 0.55, y, to[2] * 0.45, height), how.body, how.ink, align="right")
    x, y, wide, high = box
    subject = f"{look.pick(('Re', 'Subject', 'Betreff'))}: {words.title(content.also())}"
    sheet.text(subject, (x, y, wide, height * 1.2), how.heading, how.ink)
    y += 3 * height
    for _ in range(look.whole(2, 4)):
        text = words.prose(content.also(), look.whole(30, 80), language=language)
        y = sheet.paragraph(text, (x, y, wide, box[1] + high * 0.82 - y), height, how.body, how.ink) + height
    signature(sheet, look, (x, box[1] + high * 0.84, wide * 0.3, high * 0.08), look.pick((BLUE, BLACK)))
    sheet.text(words.firm(look), (x, box[1] + high * 0.95, wide, height), how.body, how.faint, align=how.align)
    grainy(look, sheet, most=4)
    return sheet.pixels


def _invoice(look: Dose, content: Content) -> Pixels:
    how = style(look, PAGE, dark=0.0, coloured=0.03)
    sheet, sign = how.surface(), look.pick("€$£")
    box = _letterhead(sheet, look, inset(sheet.frame, how.unit * look.uniform(5, 9)), how)
    height = how.unit * look.uniform(2, 2.8)
    to, box = upper(box, 0.24)
    first, second = left(to, 0.55)
    for k, line in enumerate((words.name(content.own()), *words.address(content.also()).split(", "))):
        sheet.text(line, (first[0], first[1] + how.unit * 4 + k * 1.4 * height, first[2], height), how.body, how.ink)
    numbers = (
        f"{look.pick(('Invoice', 'Rechnung', 'Facture'))} {words.code(content.own())}",
        words.date(content.also()),
    )
    for k, line in enumerate(numbers):
        sheet.text(
            line,
            (second[0], second[1] + how.unit * 4 + k * 1.6 * height, second[2], height),
            how.body,
            how.ink,
            align="right",
        )
    lines = look.whole(4, 11)
    table, foot = upper(box, 0.66)
    shares, zebra = (0.08, 0.52, 0.16, 0.24), look.chance(0.5)
    total = 0.0
    for k, row in enumerate(rows(table, lines + 1)):
        if k == 0:
            sheet.box(row, how.accent)
        elif zebra and k % 2:
            sheet.box(row, blended(how.paper, how.accent, 0.12))
        elif not zebra:
            sheet.line([(row[0], row[1] + row[3]), (row[0] + row[2], row[1] + row[3])], how.faint, how.unit * 0.15)
        dose, amount = content.also(), content.also().uniform(2, 900)
        total += amount if k else 0
        cells = ("", words.prose(dose, dose.whole(1, 4))[:-1], str(dose.whole(1, 12)), f"{sign} {amount:,.2f}")
        texts = ("#", "Item", "Qty", "Amount") if k == 0 else (str(k), *cells[1:])
        x = row[0]
        for n, (text, share) in enumerate(zip(texts, shares, strict=True)):
            cell = middle((x, row[1], row[2] * share, row[3]), row[2] * share - how.unit * 2, min(height, row[3] * 0.7))
            ink = contrasting(how.accent) if k == 0 else how.ink
            sheet.text(text, cell, how.body, ink, align="right" if n > 1 else "left")
            x += row[2] * share
    sum_ = (foot[0] + foot[2] * 0.5, foot[1] + how.unit * 3, foot[2] * 0.48, height * 1.6)
    sheet.text(f"Total {sign} {total:,.2f}", sum_, how.heading, how.ink, align="right")
    _footer_code(sheet, look, content, (foot[0], foot[1] + how.unit * 2, foot[2] * 0.4, foot[3] * 0.6), how)
    grainy(look, sheet, most=4)
    return sheet.pixels


def _footer_code(sheet: Surface, look: Dose, content: Content, box: Box, how: Style) -> None:
    kind = look.pick(("none", "square", "bars"))
    if kind == "square":
        square_code(sheet, content.own(), (box[0], box[1], box[3], box[3]), BLACK, (255, 255, 255))
    elif kind == "bars":
        bar_code(sheet, content.own(), (box[0], box[1], box[2], box[3] * 0.6), BLACK, (255, 255, 255))


def _receipt(look: Dose, content: Content) -> Pixels:
    how = style(look, (0.5, 0.42, 0.6), dark=0.0, coloured=0.0)
    sheet = Surface(how.size, look.pick(((250, 250, 248), (255, 255, 255), (240, 238, 230))))
    x, y, wide, high = inset(sheet.frame, how.unit * 7)
    font = Font(
        face=look.pick(("uni", "sans")),
        weight=look.whole(300, 500),
        stretch=look.uniform(0.8, 1.2),
        capitals=look.chance(0.5),
    )
    height, sign = high / look.uniform(26, 40), look.pick("€$£")
    sheet.text(words.coin_word(look), (x, y, wide, height * 2), how.heading, BLACK, align="centre")
    sheet.text(words.address(look), (x, y + height * 2.6, wide, height), font, BLACK, align="centre")
    sheet.text(
        f"{words.date(content.also())}   #{words.number(content.own(), 6)}",
        (x, y + height * 4.2, wide, height),
        font,
        BLACK,
        align="centre",
    )
    y += height * 6.4
    total, lines = 0.0, look.whole(4, 10)
    for dose in content.several(lines):
        amount = dose.uniform(0.5, 60)
        total += amount
        sheet.text(words.dish(dose), (x, y, wide * 0.68, height), font, BLACK)
        sheet.text(f"{amount:.2f}", (x + wide * 0.7, y, wide * 0.3, height), font, BLACK, align="right")
        y += height * 1.45
    sheet.line([(x, y), (x + wide, y)], BLACK, how.unit * 0.3)
    sheet.text(f"TOTAL {sign}{total:.2f}", (x, y + height * 0.6, wide, height * 1.5), how.heading, BLACK, align="right")
    y += height * 3.4
    draw = bar_code if look.chance(0.6) else square_code
    draw(sheet, content.own(), (x, y, wide, min(height * 6, sheet.frame[3] - y - height)), BLACK, (255, 255, 255))
    grainy(look, sheet, most=7)
    return sheet.pixels


LETTERS = (
    Kind("letter", "another addressee, date, text", _letter),
    Kind("invoice", "another customer, number, items, sum", _invoice),
    Kind("receipt", "other items, number, sum, code", _receipt),
)
