"""Charts of one layout with other numbers: bars, lines, pies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, columns, inset, left, middle, rows, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.style import Style, draw_ground, style
from lineage.manipulate.lookalikes.surface import Surface
from lineage.records import Pixels

_RATIOS = (4 / 3, 16 / 9, 3 / 2, 1, 4 / 5)


def frame(sheet: Surface, look: Dose, content: Content, box: Box, how: Style) -> Box:
    """Title, line below it and source of a chart in a box; returns what is left for the drawing."""
    head, box = upper(box, look.uniform(0.12, 0.2))
    sheet.text(words.title(content.also()), upper(head, 0.55)[0], how.heading, how.ink, align=how.align)
    if look.chance(0.6):
        line = words.prose(content.also(), look.whole(4, 8))
        sheet.text(line, inset(upper(head, 0.55)[1], 0, head[3] * 0.08), how.body, how.faint, align=how.align)
    if look.chance(0.5):
        box, foot = upper(box, 0.94)
        source = f"Source: {words.firm(look)}"
        sheet.text(source, inset(foot, 0, foot[3] * 0.15), how.body, how.faint, align=look.pick(("left", "right")))
    return box


def legend(sheet: Surface, box: Box, entries: Sequence[tuple[str, Colour]], how: Style, *, down: bool) -> None:
    """Squares with their names, one below another or side by side."""
    for (entry, colour), place in zip(entries, (rows if down else columns)(box, len(entries)), strict=True):
        side = min(place[3], 4 * how.unit)
        x, y = place[0], place[1] + (place[3] - side) / 2
        sheet.box((x, y, side * 0.8, side * 0.8), colour, radius=how.radius / 3)
        sheet.text(entry, (x + side * 1.2, y, max(1.0, place[2] - side * 1.4), side * 0.8), how.body, how.ink)


def scale(sheet: Surface, look: Dose, box: Box, how: Style) -> Box:
    """Grid lines and the numbers at their left; returns the box of the drawing."""
    margin, box = left(box, look.uniform(0.06, 0.12))
    steps, most, grid = look.whole(3, 6), look.pick((10, 50, 100, 100, 500, 2000)), look.chance(0.75)
    for k in range(steps + 1):
        y = box[1] + box[3] * (1 - k / steps)
        if grid or k == 0:
            sheet.line([(box[0], y), (box[0] + box[2], y)], how.faint if k == 0 else _thin(how), how.unit * 0.25)
        label = (margin[0], y - 1.4 * how.unit, margin[2] * 0.85, 2.8 * how.unit)
        sheet.text(f"{most * k // steps:,}", label, how.body, how.faint, align="right")
    return box


def _thin(how: Style) -> Colour:
    red, green, blue = (round(0.8 * p + 0.2 * i) for p, i in zip(how.paper, how.ink, strict=True))
    return red, green, blue


def _names(look: Dose, content: Content, count: int) -> list[str]:
    kind, start = look.pick(("months", "years", "words", "towns")), look.whole(0, 11)
    if kind == "months":
        return [words.month(start + k)[:3] for k in range(count)]
    if kind == "years":
        return [str(2005 + start + k) for k in range(count)]
    return [(words.topic if kind == "words" else words.town)(content.also()) for _ in range(count)]


def bars(sheet: Surface, look: Dose, content: Content, box: Box, how: Style) -> None:
    """Bars, upright or lying, single, in groups or on top of one another."""
    count, groups, stacked = look.whole(3, 10), look.pick((1, 1, 2, 3)), look.chance(0.35)
    labelled, round_, wide = look.chance(0.4), look.pick((0.0, 0.0, 0.5)), look.uniform(0.45, 0.9)
    lying, many = look.chance(0.3) and groups == 1, look.chance(0.25) and groups == 1
    plot, axis = upper(box, 0.9)
    plot = left(plot, 0.2)[1] if lying else scale(sheet, look, plot, how)
    values = [dose.uniform(0.06, 1) for dose in content.several(count * groups)]
    places = rows(plot, count) if lying else columns(plot, count)
    for k, (place, name) in enumerate(zip(places, _names(look, content, count), strict=True)):
        shares = values[k * groups : (k + 1) * groups]
        if stacked:
            shares = [share / groups for share in shares]
        x, y, width, height = place
        if lying:
            bar = x, y + height * (1 - wide) / 2, width * shares[0], height * wide
            sheet.box(bar, how.colours[k % 5 if many else 0], radius=bar[3] * round_)
            sheet.text(name, (box[0], y + height * 0.25, box[2] * 0.18, height * 0.5), how.body, how.ink, align="right")
            continue
        base = y + height
        for g, share in enumerate(shares):
            part = width * wide / (1 if stacked else groups)
            at = x + width * (1 - wide) / 2 + (0 if stacked else g * part)
            top = base - height * share
            sheet.box((at, top, part, height * share), how.colours[k % 5 if many else g], radius=part * round_ / 2)
            if labelled:
                sheet.text(
                    f"{share * 100:.0f}",
                    (at, top - 3 * how.unit, part, 2.6 * how.unit),
                    how.body,
                    how.ink,
                    align="centre",
                )
            base = top if stacked else base
        sheet.text(name, (x, axis[1] + axis[3] * 0.25, width, axis[3] * 0.4), how.body, how.ink, align="centre")


def lines(sheet: Surface, look: Dose, content: Content, box: Box, how: Style) -> None:
    """One to four lines over a scale, with or without marks and the area below."""
    count, series = look.whole(5, 28), look.whole(1, 4)
    marks, area, thick = look.chance(0.5), look.chance(0.3), how.unit * look.uniform(0.3, 1.0)
    plot, axis = upper(box, 0.9)
    plot = scale(sheet, look, plot, how)
    for k, dose in enumerate(content.several(series)):
        walk = np.cumsum(dose.rng.normal(0, 1, count)) + dose.uniform(-1, 1) * np.linspace(0, 4, count)
        share = 0.08 + 0.84 * (walk - walk.min()) / max(1e-6, walk.max() - walk.min()) * dose.uniform(0.4, 1)
        x = plot[0] + plot[2] * np.linspace(0.01, 0.99, count)
        points = np.column_stack([x, plot[1] + plot[3] * (1 - share)])
        if area and k == 0:
            base = plot[1] + plot[3]
            sheet.polygon([*points, (x[-1], base), (x[0], base)], how.colours[k], opacity=0.3)
        sheet.line(points, how.colours[k], thick)
        for point in points if marks else ():
            sheet.ellipse((*(point - 1.5 * thick), 3 * thick, 3 * thick), how.colours[k])
    ticks = look.whole(3, 7)
    axis = plot[0], axis[1], plot[2], axis[3]
    for place, name in zip(columns(axis, ticks), _names(look, content, ticks), strict=True):
        sheet.text(name, inset(place, 2, axis[3] * 0.3), how.body, how.faint, align="centre")


def pie(sheet: Surface, look: Dose, content: Content, box: Box, how: Style) -> None:
    """A pie or a ring with a legend of names and shares."""
    count, hole, start = look.whole(3, 5), look.pick((0.0, 0.0, 0.55, 0.7)), look.uniform(0, 2 * np.pi)
    first, second = left(box, look.uniform(0.5, 0.65)) if box[2] > box[3] else upper(box, 0.65)
    if look.chance(0.3) and box[2] > box[3]:
        second, first = left(box, 0.42)
    shares = np.array([dose.uniform(0.15, 1) for dose in content.several(count)])
    shares /= shares.sum()
    side = min(first[2:]) * look.uniform(0.8, 0.98)
    x, y, *_ = middle(first, side, side)
    centre, angle = np.array([x + side / 2, y + side / 2]), start
    for k, share in enumerate(shares.tolist()):
        turn = np.linspace(angle, angle + 2 * np.pi * share, max(3, round(90 * share)))
        edge = centre + side / 2 * np.column_stack([np.cos(turn), np.sin(turn)])
        sheet.polygon([centre, *edge], how.colours[k])
        sheet.line([centre, edge[0]], how.paper, how.unit * 0.5)
        angle += 2 * np.pi * share
    if hole:
        inner = middle(first, side * hole, side * hole)
        sheet.ellipse(inner, how.paper)
        sheet.text(
            f"{shares[0]:.0%}", middle(inner, inner[2] * 0.6, inner[2] * 0.3), how.heading, how.ink, align="centre"
        )
    entries = [
        (f"{words.topic(content.also())}  {share:.0%}", how.colours[k]) for k, share in enumerate(shares.tolist())
    ]
    tall = min(second[3] * 0.8, count * 7 * how.unit)
    legend(sheet, middle(second, second[2] * 0.86, tall), entries, how, down=True)


def _chart(look: Dose, content: Content, draw: object) -> Pixels:
    how = style(look, _RATIOS, coloured=0.1)
    sheet = how.surface()
    if look.chance(0.3):
        draw_ground(look, sheet, how)
    box = inset(sheet.frame, how.unit * look.uniform(3, 8))
    draw(sheet, look, content, frame(sheet, look, content, box, how), how)  # type: ignore[operator]
    return sheet.pixels


CHARTS = (
    Kind("bar_chart", "other bars, names, title", lambda look, content: _chart(look, content, bars)),
    Kind("line_chart", "other lines, names, title", lambda look, content: _chart(look, content, lines)),
    Kind("pie_chart", "other shares, names, title", lambda look, content: _chart(look, content, pie)),
)
