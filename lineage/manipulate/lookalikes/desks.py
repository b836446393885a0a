"""What stands on the screen of a desk, of one design with other content: dashboards, slides, code."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.charts import bars, lines, pie
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import logo
from lineage.manipulate.lookalikes.style import Style, blended, draw_ground, style
from lineage.manipulate.lookalikes.surface import Font, Surface
from lineage.records import Pixels

DESK = (16 / 9, 16 / 10, 4 / 3)


def _dashboard(look: Dose, content: Content) -> Pixels:
    how = style(look, DESK, dark=0.4, coloured=0.05)
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
    how = style(look, (*DESK, 1, 3 / 4), dark=0.6, coloured=0.0)
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


DESKS = (
    Kind("dashboard", "other figures and charts", _dashboard),
    Kind("slide", "another slide of the same deck", _slide),
    Kind("code_screen", "other lines of code or text", _code),
)
