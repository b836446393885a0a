"""Maps and floor plans: the same streets with another route, the same rooms used otherwise."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Colour, Dose
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import Box, inset, left, middle, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.style import Style, blended, style
from lineage.manipulate.lookalikes.surface import Surface
from lineage.records import Pixels


def _grid(look: Dose, how: Style) -> np.ndarray:
    """Crossings (rows, columns, 2) of a town: a bent, turned, uneven grid, px."""
    down, across = look.whole(6, 13), look.whole(6, 13)
    x, y = np.meshgrid(np.sort(look.rng.uniform(-0.2, 1.2, across)), np.sort(look.rng.uniform(-0.2, 1.2, down)))
    spots = np.stack([x, y], 2) + look.rng.normal(0, look.uniform(0.004, 0.03), (down, across, 2))
    angle = look.uniform(-0.6, 0.6)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    bend = look.uniform(-0.2, 0.2) * np.sin(3 * spots[..., 1])
    spots[..., 0] += bend
    return np.asarray(((spots - 0.5) @ spin.T * 1.15 + 0.5) * np.array(how.size))


def _map(look: Dose, content: Content) -> Pixels:
    how = style(look, (1, 4 / 3, 3 / 4, 16 / 9, 9 / 16), dark=0.15)
    dark = sum(how.paper) < 300
    land: Colour = (38, 42, 50) if dark else look.pick(((240, 238, 232), (245, 243, 240), (232, 236, 232)))
    street: Colour = (70, 76, 88) if dark else (255, 255, 255)
    sheet = Surface(how.size, land)
    spots = _grid(look, how)
    down, across = spots.shape[:2]
    for _ in range(look.whole(2, 6)):
        r, c = look.whole(0, down - 2), look.whole(0, across - 2)
        corners = [spots[r, c], spots[r, c + 1], spots[r + 1, c + 1], spots[r + 1, c]]
        sheet.polygon(corners, blended((170, 214, 160), land, 0.5 if dark else 0.1))
    if look.chance(0.7):
        way = np.linspace(-0.1, 1.1, 30)
        side = look.uniform(0.2, 0.8) + 0.15 * np.sin(way * look.uniform(2, 7) + look.uniform(0, 6))
        river = np.column_stack([way, side] if look.chance(0.5) else [side, way]) * np.array(how.size)
        sheet.line(river, (60, 90, 130) if dark else (160, 200, 232), how.unit * look.uniform(4, 12))
    edge, thick = blended(street, (120, 120, 120), 0.35), look.rng.choice([1.0, 1.0, 1.6, 2.6], down + across)
    for wider, colour in ((0.8, edge), (0.0, street)):
        for k in range(down + across):
            points = spots[k] if k < down else spots[:, k - down]
            main = how.colours[1] if thick[k] > 2 and wider == 0 and not dark else colour
            sheet.line(points, main, how.unit * (thick[k] + wider))
    for _ in range(look.whole(4, 12)):
        r, c = look.whole(0, down - 2), look.whole(0, across - 2)
        x, y = (spots[r, c] + spots[r + 1, c + 1]) / 2
        name = words.coin_word(look)
        sheet.text(
            name,
            (x - how.unit * 10, y - how.unit, how.unit * 20, how.unit * look.uniform(1.8, 3.5)),
            how.body,
            (150, 150, 160) if dark else (90, 90, 96),
            align="centre",
        )
    _route(sheet, content, spots, how)
    if look.chance(0.5):
        card = middle(upper(sheet.frame, 0.14)[0], sheet.frame[2] * 0.9, sheet.frame[3] * 0.09)
        sheet.box(card, how.paper, radius=how.radius)
        sheet.text(
            f"{content.own().whole(2, 90)} min ({content.own().uniform(0.5, 30):.1f} km)",
            inset(card, card[2] * 0.05, card[3] * 0.25),
            how.heading,
            how.ink,
        )
    return sheet.pixels


def _route(sheet: Surface, content: Content, spots: np.ndarray, how: Style) -> None:
    """A walk along the streets from pin to pin."""
    dose, margin = content.own(), 6 * how.unit
    inside = np.asarray(((spots > margin) & (spots < np.array(how.size) - margin)).all(2))
    at = dose.rng.permutation(np.argwhere(inside))[:8] if inside.any() else np.array([[1, 1]])
    here = tuple(at[0].tolist())
    path = [spots[here]]
    for _ in range(dose.whole(6, 30)):
        move = dose.pick(((0, 1), (0, -1), (1, 0), (-1, 0)))
        there = here[0] + move[0], here[1] + move[1]
        if 0 <= there[0] < len(spots) and 0 <= there[1] < len(spots[0]) and inside[there]:
            here = there
            path.append(spots[here])
    sheet.line(path, blended(how.accent, (0, 0, 0), 0.3), how.unit * 2.6)
    sheet.line(path, how.accent, how.unit * 1.8)
    pins = [path[0], path[-1], *(spots[tuple(one)] for one in at[1 : dose.whole(1, len(at))].tolist())]
    for x, y in pins:
        r = how.unit * 2.6
        sheet.polygon([(x - r * 0.8, y - r * 1.5), (x + r * 0.8, y - r * 1.5), (x, y)], (214, 60, 50))
        sheet.ellipse((x - r, y - r * 3, 2 * r, 2 * r), (214, 60, 50))
        sheet.ellipse((x - r * 0.4, y - r * 2.4, 0.8 * r, 0.8 * r), (255, 255, 255))


def _rooms(look: Dose, box: Box, count: int) -> list[Box]:
    if count == 1:
        return [box]
    first = max(1, round(count * look.uniform(0.35, 0.65)))
    share = min(0.7, max(0.3, first / count * look.uniform(0.85, 1.15)))
    parts = (left if box[2] > box[3] else upper)(box, share)
    return _rooms(look, parts[0], first) + _rooms(look, parts[1], count - first)


def _floor(look: Dose, content: Content) -> Pixels:
    """A flat, an office or a fair: walls stay, furniture, names, seats and colours change."""
    how = style(look, (4 / 3, 1, 3 / 4, 16 / 9), dark=0.1, coloured=0.1)
    sheet = how.surface()
    box = inset(sheet.frame, how.unit * look.uniform(6, 12))
    if look.chance(0.6):
        head, box = upper(box, 0.1)
        sheet.text(
            f"{words.firm(look)} · {look.pick(('Level', 'Plan', 'Hall', 'Flat'))} {content.own().whole(1, 60)}",
            upper(head, 0.6)[0],
            how.heading,
            how.ink,
            align=how.align,
        )
    places, wall = _rooms(look, box, look.whole(5, 14)), how.unit * look.uniform(0.6, 1.4)
    filled = look.chance(0.5)
    for room, dose in zip(places, content.several(len(places)), strict=True):
        if filled:
            sheet.box(room, blended(how.paper, how.colours[dose.whole(0, 4)], 0.45))
        sheet.outline((room[0] - wall / 2, room[1] - wall / 2, room[2] + wall, room[3] + wall), how.ink, wall)
        door = (room[0] + room[2] * 0.35, room[1] + room[3] - wall, min(room[2] * 0.25, how.unit * 6), wall * 2)
        sheet.box(door, how.paper)
        for _ in range(dose.whole(1, 4)):
            wide, high = room[2] * dose.uniform(0.12, 0.35), room[3] * dose.uniform(0.12, 0.35)
            x, y = room[0] + dose.uniform(0.08, 0.55) * room[2], room[1] + dose.uniform(0.25, 0.6) * room[3]
            if dose.chance(0.6):
                sheet.outline((x, y, wide, high), how.faint, how.unit * 0.35, radius=how.radius / 2)
            else:
                sheet.ring((x, y, min(wide, high), min(wide, high)), how.faint, how.unit * 0.35)
        label = middle(upper(room, 0.22)[0], room[2] * 0.8, how.unit * 2.6)
        sheet.text(f"{words.topic(dose)} {dose.uniform(6, 60):.1f} m²", label, how.body, how.ink, align="centre")
    return sheet.pixels


PLANS = (
    Kind("map", "another route and other pins on the same streets", _map),
    Kind("floor_plan", "the same walls, other rooms, furniture, names", _floor),
)
