"""Lists of one layout with other entries: tables, menus, calendars, timetables."""

from __future__ import annotations

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo, ornament
from lineage.manipulate.lookalikes.style import Style, blended, draw_ground, style
from lineage.manipulate.lookalikes.surface import Surface
from lineage.records import Pixels


def _table(look: Dose, content: Content) -> Pixels:
    how = style(look, (4 / 3, 16 / 9, 1, 3 / 4, 2))
    sheet = how.surface()
    box = inset(sheet.frame, how.unit * look.uniform(2, 7))
    if look.chance(0.7):
        head, box = upper(box, look.uniform(0.1, 0.16))
        sheet.text(words.title(content.also()), upper(head, 0.65)[0], how.heading, how.ink, align=how.align)
    lines, across = look.whole(4, 16), look.whole(3, 7)
    first, ruled, zebra = look.uniform(0.18, 0.35), look.chance(0.4), look.chance(0.5)
    places = [left(row, first) for row in rows(box, lines + 1)]
    doses = content.several(lines * (across - 1))
    for k, (name, rest) in enumerate(places):
        row = (name[0], name[1], box[2], name[3])
        if k == 0:
            sheet.box(row, how.accent)
        elif zebra and k % 2 == 0:
            sheet.box(row, blended(how.paper, how.accent, 0.12))
        sheet.line([(row[0], row[1] + row[3]), (row[0] + row[2], row[1] + row[3])], how.faint, how.unit * 0.15)
        ink, font = (contrasting(how.accent), how.heading) if k == 0 else (how.ink, how.body)
        tall = min(row[3] * 0.6, how.unit * 5)
        entry = words.topic(look) if k == 0 else (words.town if lines % 2 else words.name)(content.also())
        sheet.text(entry, middle(name, name[2] - 2 * how.unit, tall), font, ink)
        for c, cell in enumerate(columns(rest, across - 1)):
            if ruled:
                sheet.line([(cell[0], cell[1]), (cell[0], cell[1] + cell[3])], how.faint, how.unit * 0.15)
            value = words.topic(look) if k == 0 else words.figure(doses[(k - 1) * (across - 1) + c])
            sheet.text(value, middle(cell, cell[2] - 2 * how.unit, tall), font, ink, align="right")
    return sheet.pixels


def _menu(look: Dose, content: Content) -> Pixels:
    how = style(look, (3 / 4, 2 / 3, 0.5, 4 / 3), dark=0.35, coloured=0.25)
    sheet = how.surface()
    draw_ground(look, sheet, how)
    if look.chance(0.5):
        ornament(sheet, look, how)
    box, sign = inset(sheet.frame, how.unit * look.uniform(9, 14)), look.pick("€$£")
    head, box = upper(box, look.uniform(0.13, 0.22))
    if look.chance(0.5):
        mark, head = upper(head, 0.45)
        logo(sheet, look, mark, how)
    title = look.pick(("Menu", "Today", "Bistro", words.coin_word(look), words.coin_word(look)))
    sheet.text(title, middle(head, head[2], head[3] * 0.7), how.heading, how.accent, align="centre")
    parts, dots = look.whole(1, 3), look.chance(0.5)
    picture = look.chance(0.35)
    blocks = columns(box, parts, how.unit * 6) if box[2] > box[3] else rows(box, parts, how.unit * 3)
    for n, block in enumerate(blocks):
        if picture and n == parts - 1:
            sheet.picture(content.photograph(), inset(upper(block, 0.4)[0], 0, how.unit), radius=how.radius)
        lines, share = look.whole(3, 7), 0.4 if picture and n == parts - 1 else 0.0
        places = rows(upper(block, share)[1], lines + 1, how.unit)
        sheet.text(
            look.pick(("Starters", "Mains", "Sweets", "Drinks", "Specials")),
            places[0],
            how.heading,
            how.accent,
            align=how.align,
        )
        for place, dose in zip(places[1:], content.several(lines), strict=True):
            line = middle(place, place[2], min(place[3] * 0.6, how.unit * 4.5))
            dish, cost = left(line, 0.76)
            sheet.text(words.dish(dose), dish, how.body, how.ink)
            sheet.text(words.price(dose, most=40, sign=sign), cost, how.body, how.ink, align="right")
            if dots:
                y = place[1] + place[3] * 0.95
                sheet.line([(place[0], y), (place[0] + place[2], y)], how.faint, 1)
    return sheet.pixels


def _calendar(look: Dose, content: Content) -> Pixels:
    how = style(look, (1 / 1.414, 1, 1.414, 0.8), dark=0.1)
    sheet = how.surface()
    box, dose = inset(sheet.frame, how.unit * look.uniform(3, 7)), content.own()
    start, year = dose.whole(0, 11), dose.whole(2012, 2032)
    kind = look.pick(("picture", "picture", "plain", "band"))
    if kind == "picture":
        shown, box = (left if box[2] > box[3] * 1.2 else upper)(box, look.uniform(0.35, 0.55))
        sheet.picture(content.photograph(), inset(shown, how.unit), radius=how.radius)
    elif kind == "band":
        sheet.box((0, 0, sheet.frame[2], box[1] + box[3] * 0.16), how.accent)
    head, box = upper(inset(box, how.unit), 0.18)
    ink = contrasting(how.accent) if kind == "band" else how.accent
    name = f"{words.month(start)} {year}" if look.chance(0.7) else words.month(start)
    sheet.text(name, middle(head, head[2], head[3] * 0.6), how.heading, ink, align=how.align)
    grid, names = rows(box, 7), look.pick(("MTWTFSS", "SMTWTFS", "LMMJVSD"))
    lag, days, boxed = dose.whole(0, 6), dose.pick((28, 30, 31)), look.chance(0.4)
    marked = {dose.whole(1, 28) for _ in range(dose.whole(0, 4))}
    for r, row in enumerate(grid):
        for c, cell in enumerate(columns(row, 7)):
            tall = min(cell[3] * 0.5, how.unit * 5)
            if r == 0:
                sheet.text(names[c], middle(cell, cell[2] * 0.8, tall), how.body, how.faint, align="centre")
                continue
            if boxed:
                sheet.outline(cell, how.faint, how.unit * 0.12)
            day = (r - 1) * 7 + c - lag + 1
            if 1 <= day <= days:
                _day(sheet, how, cell, str(day), tall, weekend=c > 4, marked=day in marked)
    return sheet.pixels


def _day(sheet: Surface, how: Style, cell: Box, text: str, tall: float, *, weekend: bool, marked: bool) -> None:
    ink = how.accent if weekend else how.ink
    if marked:
        sheet.ellipse(middle(cell, tall * 1.7, tall * 1.7), how.colours[1])
        ink = contrasting(how.colours[1])
    sheet.text(text, middle(cell, cell[2] * 0.8, tall), how.body, ink, align="centre")


def _timetable(look: Dose, content: Content) -> Pixels:
    """A board of departures, or a week's plan."""
    how = style(look, (16 / 9, 4 / 3, 3 / 4), dark=0.6, coloured=0.1)
    sheet = how.surface()
    box = inset(sheet.frame, how.unit * look.uniform(2, 5))
    head, box = upper(box, 0.14)
    sheet.box((0, 0, sheet.frame[2], head[1] + head[3] * 0.9), how.accent)
    title = look.pick(("Departures", "Arrivals", "Abfahrt", "Results", "Standings", "Programme", "Exchange rates"))
    sheet.text(title, middle(head, head[2], head[3] * 0.55), how.heading, contrasting(how.accent))
    lines, block = look.whole(5, 12), look.chance(0.5)
    for k, (row, dose) in enumerate(zip(rows(box, lines, how.unit), content.several(lines), strict=True)):
        if block:
            sheet.box(row, blended(how.paper, how.ink, 0.08 if k % 2 else 0.14), radius=how.radius / 2)
        tall, x = min(row[3] * 0.6, how.unit * 6), row[0] + how.unit
        texts = (
            f"{dose.whole(0, 23):02d}:{dose.whole(0, 59):02d}",
            words.town(dose),
            words.code(dose),
            str(dose.whole(1, 24)),
        )
        for text, share, colour in zip(
            texts, (0.18, 0.42, 0.27, 0.11), (how.accent, how.ink, how.ink, how.faint), strict=True
        ):
            cell = (x, row[1], row[2] * share, row[3])
            sheet.text(text, middle(cell, cell[2] - how.unit, tall), how.body, colour)
            x += cell[2]
    return sheet.pixels


TABLES = (
    Kind("table", "other names and figures", _table),
    Kind("menu", "other dishes and prices", _menu),
    Kind("calendar", "another month, another photograph", _calendar),
    Kind("timetable", "other times, places, numbers", _timetable),
)
