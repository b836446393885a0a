"""Papers of one layout made out to others: certificates and forms."""

from __future__ import annotations

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, ornament, portrait, seal, signature
from lineage.manipulate.lookalikes.style import Style, draw_ground, grainy, style
from lineage.manipulate.lookalikes.surface import Font, Surface
from lineage.records import Pixels

PAGE = (1 / 1.414, 1 / 1.414, 8.5 / 11)
BLUE, BLACK = (28, 50, 140), (25, 25, 30)


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
            sheet, content.also(), inset(above, box[2] * 0.1, above[3] * 0.1), BLUE if look.chance(0.6) else BLACK
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
    how = style(look, (*PAGE, 1.414, 1), dark=0.0, coloured=0.15)
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
    colour = look.pick((BLUE, BLACK, BLUE))
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


PAPERS = (
    Kind("certificate", "another name, reason, date, signature", _certificate),
    Kind("form", "other entries", _form),
)
