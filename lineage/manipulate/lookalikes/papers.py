"""Papers of one layout made out to others: certificates, forms, letters, invoices, receipts."""

from __future__ import annotations

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.codes import bar_code, square_code
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, ornament, portrait, seal, signature
from lineage.manipulate.lookalikes.style import Style, blended, draw_ground, grainy, style
from lineage.manipulate.lookalikes.surface import Align, Font, Surface
from lineage.records import Pixels

_PAGE = (1 / 1.414, 1 / 1.414, 8.5 / 11)
_BLUE, _BLACK = (28, 50, 140), (25, 25, 30)


def _certificate(look: Dose, content: Content) -> Pixels:
    how = style(look, (1.414, 1.414, 1.3, 1 / 1.414), dark=0.05)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    ornament(sheet, look, how)
    x, y, wide, high = inset(sheet.frame, how.unit * look.uniform(12, 18))
    top, rest = upper((x, y, wide, high), 0.3)
    if look.chance(0.5):
        logo(sheet, look, upper(top, 0.45)[0], how)
        top = upper(top, 0.5)[1]
    title = look.pick(
        ("Certificate", "Diploma", "Award", "Certificate of Merit", "Participation", "Urkunde", "Diplôme")
    )
    sheet.text(title, middle(top, top[2], min(top[3] * 0.75, how.unit * 13)), how.heading, how.accent, align="centre")
    lead, rest = upper(rest, 0.16)
    phrase = look.pick(
        ("This is to certify that", "presented to", "is hereby awarded to", "Hiermit wird bestätigt, dass")
    )
    sheet.text(phrase, middle(lead, lead[2], how.unit * 3.5), how.body, how.faint, align="centre")
    named, rest = upper(rest, 0.28)
    name = Font(face=look.pick(("italic", "sans", "uni")), weight=look.whole(300, 700), slope=look.pick((0, 0.25)))
    sheet.text(words.name(content.own()), middle(named, named[2] * 0.9, how.unit * 9), name, how.ink, align="centre")
    line = named[1] + named[3] * 0.92
    sheet.line([(x + wide * 0.2, line), (x + wide * 0.8, line)], how.faint, how.unit * 0.2)
    text, foot = upper(rest, 0.55)
    reason = words.prose(content.also(), look.whole(10, 24))
    sheet.paragraph(reason, inset(text, wide * 0.1, how.unit), how.unit * 3.2, how.body, how.ink, align="centre")
    for place, kind in zip(columns(foot, 3, how.unit * 4), look.pick(("dsn", "nsd", "sds", "dns")), strict=True):
        _sign(sheet, look, content, place, how, kind=kind)
    grainy(look, sheet, most=4)
    return sheet.pixels


def _sign(sheet: Surface, look: Dose, content: Content, box: Box, how: Style, *, kind: str) -> None:
    """A seal (s), or a line with a name (n) or a date (d) above it."""
    if kind == "s":
        seal(sheet, look, middle(box, box[2], min(box[3], how.unit * 15)), how)
        return
    above, below = upper(box, 0.7)
    sheet.line([(box[0], below[1]), (box[0] + box[2], below[1])], how.faint, how.unit * 0.2)
    label = look.pick(("Date", "Datum", "Place, date") if kind == "d" else ("Signature", "Director", "Chair"))
    sheet.text(label, (below[0], below[1] + how.unit, below[2], how.unit * 2.4), how.body, how.faint, align="centre")
    if kind == "d":
        day = words.date(content.also())
        sheet.text(day, middle(above, above[2], how.unit * 3.4), how.body, how.ink, align="centre")
    else:
        signature(
            sheet, content.also(), inset(above, box[2] * 0.1, above[3] * 0.1), _BLUE if look.chance(0.6) else _BLACK
        )


_FIELDS = (
    "Name,First name,Date of birth,Address,Telephone,E-mail,Nationality,Occupation,Number,Department,Start,End,Amount,"
    "Account,Insurance,Place,Reference,Remarks,Vehicle,Room,Cost centre,Supervisor"
)


def _entry(dose: Dose, field: int) -> str:
    return (words.name, words.date, words.address, words.code, lambda d: words.number(d, 9), words.town, words.figure)[
        field % 7
    ](dose)


def _form(look: Dose, content: Content) -> Pixels:
    how = style(look, (*_PAGE, 1.414, 1), dark=0.0, coloured=0.15)
    sheet = how.surface()
    box = inset(sheet.frame, how.unit * look.uniform(4, 9))
    head, box = upper(box, look.uniform(0.09, 0.14))
    if look.chance(0.5):
        sheet.box((0, 0, sheet.frame[2], head[1] + head[3] * 0.9), how.accent)
    ink = contrasting(how.accent) if tuple(sheet.pixels[2, 2]) == how.accent else how.ink
    mark, head = left(head, 0.14)
    logo(sheet, look, inset(mark, how.unit, head[3] * 0.12), how, colour=ink if ink != how.ink else None)
    sort = look.pick(("Application", "Registration", "Order", "Claim", "Antrag", "Report", "Inspection"))
    sheet.text(f"{sort} {words.code(look)}", middle(head, head[2], head[3] * 0.42), how.heading, ink)
    lines, across = look.whole(5, 13), look.whole(1, 2)
    ruled, boxed = look.chance(0.4), look.chance(0.6)
    pen = Font(face=look.pick(("italic", "sans", "uni")), weight=look.whole(300, 500), slope=look.pick((0, 0.2)))
    colour = look.pick((_BLUE, _BLACK, _BLUE))
    labels = look.rng.permutation(words.list_items(_FIELDS)).tolist()
    fields = [cell for row in rows(box, lines, how.unit * 1.2) for cell in columns(row, across, how.unit * 3)]
    picture = look.chance(0.2)
    for k, (cell, dose) in enumerate(zip(fields, content.several(len(fields)), strict=True)):
        if picture and k == across - 1:
            portrait(sheet, dose, middle(cell, cell[3] * 0.8, cell[3]), round_=False)
            continue
        label, entry = upper(cell, 0.36) if not ruled else left(cell, 0.34)
        sheet.text(
            labels[k % len(labels)], middle(label, label[2], min(label[3] * 0.75, how.unit * 2.8)), how.body, how.faint
        )
        kind = look.whole(0, 9)
        if kind >= 8:
            _ticks(sheet, look, dose, entry, how, colour)
            continue
        if boxed:
            sheet.outline(entry, how.faint, how.unit * 0.2, radius=how.radius / 3)
        else:
            y = entry[1] + entry[3]
            sheet.line([(entry[0], y), (entry[0] + entry[2], y)], how.faint, how.unit * 0.2)
        text = middle(entry, entry[2] - 2 * how.unit, min(entry[3] * 0.62, how.unit * 4))
        sheet.text(_entry(dose, kind), text, pen, colour)
    grainy(look, sheet, most=5)
    return sheet.pixels


def _ticks(sheet: Surface, look: Dose, dose: Dose, box: Box, how: Style, colour: Colour) -> None:
    """Boxes with words, one of them ticked."""
    count = look.whole(2, 4)
    chosen = dose.whole(0, count - 1)
    for k, place in enumerate(columns(box, count)):
        side = min(how.unit * 3, place[3] * 0.6)
        x, y = place[0], place[1] + (place[3] - side) / 2
        sheet.outline((x, y, side, side), how.ink, how.unit * 0.25)
        sheet.text(words.topic(look), (x + side * 1.4, y, place[2] - side * 1.8, side * 0.9), how.body, how.ink)
        if k == chosen:
            sheet.line(
                [(x + side * 0.15, y + side * 0.5), (x + side * 0.45, y + side * 0.9), (x + side, y - side * 0.1)],
                colour,
                how.unit * 0.5,
            )


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
    how = style(look, _PAGE, dark=0.0, coloured=0.03)
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
    signature(sheet, look, (x, box[1] + high * 0.84, wide * 0.3, high * 0.08), look.pick((_BLUE, _BLACK)))
    sheet.text(words.firm(look), (x, box[1] + high * 0.95, wide, height), how.body, how.faint, align=how.align)
    grainy(look, sheet, most=4)
    return sheet.pixels


def _invoice(look: Dose, content: Content) -> Pixels:
    how = style(look, _PAGE, dark=0.0, coloured=0.03)
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
        square_code(sheet, content.own(), (box[0], box[1], box[3], box[3]), _BLACK, (255, 255, 255))
    elif kind == "bars":
        bar_code(sheet, content.own(), (box[0], box[1], box[2], box[3] * 0.6), _BLACK, (255, 255, 255))


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
    sheet.text(words.coin_word(look), (x, y, wide, height * 2), how.heading, _BLACK, align="centre")
    sheet.text(words.address(look), (x, y + height * 2.6, wide, height), font, _BLACK, align="centre")
    sheet.text(
        f"{words.date(content.also())}   #{words.number(content.own(), 6)}",
        (x, y + height * 4.2, wide, height),
        font,
        _BLACK,
        align="centre",
    )
    y += height * 6.4
    total, lines = 0.0, look.whole(4, 10)
    for dose in content.several(lines):
        amount = dose.uniform(0.5, 60)
        total += amount
        sheet.text(words.dish(dose), (x, y, wide * 0.68, height), font, _BLACK)
        sheet.text(f"{amount:.2f}", (x + wide * 0.7, y, wide * 0.3, height), font, _BLACK, align="right")
        y += height * 1.45
    sheet.line([(x, y), (x + wide, y)], _BLACK, how.unit * 0.3)
    sheet.text(
        f"TOTAL {sign}{total:.2f}", (x, y + height * 0.6, wide, height * 1.5), how.heading, _BLACK, align="right"
    )
    y += height * 3.4
    draw = bar_code if look.chance(0.6) else square_code
    draw(sheet, content.own(), (x, y, wide, min(height * 6, sheet.frame[3] - y - height)), _BLACK, (255, 255, 255))
    grainy(look, sheet, most=7)
    return sheet.pixels


PAPERS = (
    Kind("certificate", "another name, reason, date, signature", _certificate),
    Kind("form", "other entries", _form),
    Kind("letter", "another addressee, date, text", _letter),
    Kind("invoice", "another customer, number, items, sum", _invoice),
    Kind("receipt", "other items, number, sum, code", _receipt),
)
