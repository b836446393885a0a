"""Packages of one make in another flavour: other name, other colour, other fruit."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.backdrop import draw_surface
from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import contrasting
from lineage.manipulate.lookalikes import words
from lineage.manipulate.lookalikes.boxes import inset, left, middle, upper
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.marks import burst, fruit, logo, star
from lineage.manipulate.lookalikes.style import Style, blended, draw_ground, frame, hsv, style
from lineage.manipulate.lookalikes.surface import Surface
from lineage.manipulate.maps import resized
from lineage.manipulate.shapes import rounded
from lineage.records import Pixels


def _front(look: Dose, content: Content, ratio: float) -> tuple[Surface, Style]:
    """The front of a package, flat: brand, flavour, what it is made of, badges, weight."""
    how = style(look, (ratio,), dark=0.3, coloured=0.5)
    sheet, turned = how.surface(), content.own()
    # The colour of the flavour: the band, the name, or, seldom, nothing but the drawing.
    flavour = hsv(turned.uniform(0, 360), turned.uniform(0.5, 0.9), turned.uniform(0.5, 0.95))
    draw_ground(look, sheet, how)
    wide, high = sheet.frame[2:]
    kind = look.pick(("band", "disc", "wave", "none", "half"))
    level = look.uniform(0.4, 0.62)
    if kind == "band":
        sheet.box((0, high * level, wide, high * look.uniform(0.12, 0.25)), flavour)
    elif kind == "disc":
        sheet.ellipse(middle(sheet.frame, wide * 0.85, wide * 0.85), flavour)
    elif kind == "half":
        sheet.box((0, high * level, wide, high), flavour)
    elif kind == "wave":
        x = np.linspace(0, wide, 40)
        y = high * (level + 0.05 * np.sin(x / wide * 2 * np.pi * look.uniform(0.5, 2)))
        sheet.polygon([*np.column_stack([x, y]), (wide, high), (0, high)], flavour)
    box = inset(sheet.frame, wide * look.uniform(0.07, 0.14), high * 0.05)
    brand, rest = upper(box, look.uniform(0.2, 0.3))
    if look.chance(0.5):
        mark, brand = upper(brand, 0.4)
        logo(sheet, look, mark, how)
    if look.chance(0.4):
        sheet.box(brand, how.accent, radius=brand[3] * look.pick((0, 0.2, 0.5)))
        sheet.text(
            words.coin_word(look),
            inset(brand, brand[2] * 0.08, brand[3] * 0.2),
            how.heading,
            contrasting(how.accent),
            align="centre",
        )
    else:
        sheet.text(words.coin_word(look), inset(brand, 0, brand[3] * 0.1), how.heading, how.ink, align="centre")
    first, second = upper(rest, look.uniform(0.45, 0.65))
    name, drawing = (first, second) if look.chance(0.4) else (second, first)
    if look.chance(0.25):
        sheet.picture(content.photograph(), inset(drawing, drawing[2] * 0.1, drawing[3] * 0.05), radius=how.radius * 4)
    else:
        fruit(sheet, content.own(), middle(drawing, drawing[2], drawing[3] * 0.9))
    title, foot = upper(name, 0.55)
    ground = sheet.pixels[min(sheet.pixels.shape[0] - 1, int(title[1] + title[3] / 2)), int(title[0] + 2)]
    ink = contrasting(tuple(ground.tolist()))
    sheet.text(
        words.flavour(content.own()),
        middle(title, title[2], min(title[3] * 0.7, how.unit * 16)),
        how.heading,
        ink,
        align="centre",
    )
    sort = look.pick(
        ("Soda", "Tea", "Bar", "Yoghurt", "Juice", "Biscuits", "Soap", "Crisps", "Granola", "Lotion", "Coffee")
    )
    line, low = upper(foot, 0.5)
    sheet.text(sort, middle(line, line[2], min(line[3] * 0.7, how.unit * 9)), how.body, ink, align="centre")
    sheet.text(
        look.pick(("330 ml", "250 g", "100 g", "1 l", "6 × 25 g")),
        middle(low, low[2], min(low[3] * 0.5, how.unit * 5)),
        how.body,
        ink,
        align=look.pick(("left", "right", "centre")),
    )
    if look.chance(0.5):
        side = wide * look.uniform(0.18, 0.3)
        burst(
            sheet,
            look,
            (look.pick((0.03, 0.95)) * (wide - side), look.uniform(0.25, 0.7) * high, side, side),
            how,
            look.pick(("NEW", "BIO", "0%", "+20%", "VEGAN")),
        )
    return sheet, how


def _label(look: Dose, content: Content) -> Pixels:
    return _front(look, content, look.pick((0.7, 0.8, 1, 1.3, 0.55)))[0].pixels


def _ground(look: Dose, size: tuple[int, int]) -> Pixels:
    if look.chance(0.35):
        return draw_surface(look, size)
    top, low = (blended((255, 255, 255), look.colour(), look.uniform(0, 0.35)) for _ in range(2))
    column = np.array([[top], [top], [low]], np.uint8)
    return np.asarray(cv2.resize(column, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _can(look: Dose, content: Content) -> Pixels:
    """A can, jar or bottle before a ground, its front wrapped round it."""
    size = frame(look, look.pick((1, 0.8, 4 / 3)))
    sheet = Surface(size, (255, 255, 255))
    sheet.pixels[:] = _ground(look, size)
    sort, slim = look.pick(("can", "can", "jar", "bottle")), look.uniform(0.42, 0.62)
    high = round(size[1] * look.uniform(0.62, 0.85))
    wide = min(round(high * slim), round(size[0] * 0.8))
    x, y = round((size[0] - wide) * look.uniform(0.35, 0.65)), round((size[1] - high) * look.uniform(0.5, 0.9))
    front = _front(look, content, slim)[0].pixels
    # Seen from the side a cylinder shows the arc sine of what is on it.
    across = np.linspace(-1, 1, wide, dtype=np.float32)
    column = (np.arcsin(across * 0.98) / np.pi * 1.02 + 0.5) * (front.shape[1] - 1)
    bend = np.sqrt(np.maximum(0, 1 - across**2)) * high * look.uniform(0.0, 0.035)
    line = (
        (np.arange(high, dtype=np.float32)[:, None] - bend[None] + bend.max())
        / (high + bend.max())
        * (front.shape[0] - 1)
    )
    wrapped = cv2.remap(
        front,
        np.broadcast_to(column, line.shape).astype(np.float32),
        line.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    light = 0.62 + 0.5 * np.exp(-(((across - look.uniform(-0.5, 0.5)) / look.uniform(0.3, 0.7)) ** 2))
    lit = np.clip(wrapped * light[None, :, None], 0, 255).astype(np.uint8)
    alpha = rounded((wide, high), wide * look.uniform(0.04, 0.16))
    sheet.shadow(
        resized(alpha, (wide, max(2, high // 12))),
        x + look.uniform(-0.1, 0.3) * wide,
        y + high * 0.95,
        soft=wide * 0.06,
        opacity=0.55,
    )
    metal = look.pick(((190, 192, 196), (225, 225, 228), (60, 60, 64)))
    if sort == "bottle":
        neck = (x + wide * 0.34, y - high * 0.16, wide * 0.32, high * 0.22)
        sheet.box(neck, metal, radius=wide * 0.05)
    sheet.lay(lit, alpha, x, y)
    if sort == "can":
        for level in (y - high * 0.015, y + high * 0.985):
            sheet.box((x + wide * 0.05, level, wide * 0.9, high * 0.03), metal, radius=high * 0.015)
    elif sort == "jar":
        sheet.box(
            (x - wide * 0.02, y - high * 0.08, wide * 1.04, high * 0.12),
            blended(metal, look.colour(), 0.4),
            radius=wide * 0.04,
        )
    return sheet.pixels


def _hang_tag(look: Dose, content: Content) -> Pixels:
    """A price tag or a swatch on a ground."""
    how = style(look, (1, 0.8), coloured=0.4)
    sheet = how.surface()
    sheet.pixels[:] = _ground(look, how.size)
    tag = middle(sheet.frame, sheet.frame[2] * look.uniform(0.45, 0.7), sheet.frame[3] * look.uniform(0.6, 0.85))
    mask = rounded((round(tag[2]), round(tag[3])), how.unit * look.uniform(1, 6))
    sheet.shadow(mask, tag[0] + how.unit, tag[1] + how.unit * 1.5, soft=how.unit * 2, opacity=0.5)
    sheet.lay(how.paper, mask, tag[0], tag[1])
    sheet.ellipse(
        (tag[0] + tag[2] / 2 - how.unit * 2.5, tag[1] + how.unit * 3, how.unit * 5, how.unit * 5),
        blended(how.ink, how.paper, 0.5),
    )
    top, rest = upper(inset(tag, how.unit * 5, how.unit * 10), 0.35)
    logo(sheet, look, left(top, 1)[0], how)
    name, cost = upper(rest, 0.4)
    sheet.text(words.coin_word(look), inset(name, 0, name[3] * 0.2), how.heading, how.ink, align="centre")
    price = words.price(content.own(), sign=look.pick("€$£"))
    ink = how.ink
    if look.chance(0.5):
        ink = contrasting(how.colours[1])
        sheet.polygon(star(middle(cost, cost[3] * 0.95, cost[3] * 0.95), 16, 0.85), how.colours[1])
    sheet.text(price, middle(cost, cost[3] * 0.75, cost[3] * 0.3), how.heading, ink, align="centre")
    sheet.text(
        words.flavour(content.also()),
        (cost[0], cost[1] + cost[3] * 0.8, cost[2], cost[3] * 0.14),
        how.body,
        how.faint,
        align="centre",
    )
    return sheet.pixels


PACKAGES = (
    Kind("package", "another flavour: name, colour, drawing", _label),
    Kind("can", "another flavour on the same can, jar or bottle", _can),
    Kind("price_tag", "another price and sort", _hang_tag),
)
