"""What people lay over a picture: text, boxes, stickers, emoji, stripes, doodles, bars and frames; or they blur a part.

Posts have these already, under the maps that laid them over their assets. More are laid over the laid post, since none
of it may speak against a copy, and making another post costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from lineage.records import Floats, Pixels

SHARES = {
    "text": 0.24,
    "box": 0.12,
    "sticker": 0.2,
    "emoji": 0.14,
    "stripes": 0.1,
    "blur": 0.05,
    "doodle": 0.05,
    "bar": 0.05,
    "frame": 0.05,
}
"""How often each is laid over."""
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!?."
YELLOW = (250, 205, 60)  # of most emoji

Colour = tuple[int, ...]
Rng = np.random.Generator


def cover(picture: Pixels, rng: Rng, other: Pixels) -> Pixels:
    """(h, w, 3) uint8 → a copy with something of one kind laid over it.

    Args:
        picture: to cover
        rng: says with what, and where
        other: (H, W, 3) uint8, a picture that stickers show
    """
    kind = str(rng.choice([*SHARES], p=[*SHARES.values()]))
    return COVERS[kind](picture.copy(), rng, other)


def text(picture: Pixels, rng: Rng, _other: Pixels, *, boxed: bool = False) -> Pixels:
    """Lines of words, outlined, plain or each on a ground of its own."""
    height, width = picture.shape[:2]
    size = float(rng.uniform(0.4, 2.2)) * max(height, width) / 256
    x, y = int(rng.integers(-10, max(width // 2, 1))), int(rng.integers(10, max(height, 11)))
    colour, font = _colour(rng), int(rng.choice(FONTS))
    thick, contrast = max(1, int(size * rng.uniform(1, 3))), tuple(255 - level for level in colour)
    for _ in range(int(rng.integers(1, 5))):
        line = _line(rng)
        (wide, high), below = cv2.getTextSize(line, font, size, thick)
        if boxed:
            cv2.rectangle(picture, (x - 3, y - high - 3), (x + wide + 3, y + below + 2), contrast, -1)
        elif rng.random() < 0.5:
            cv2.putText(picture, line, (x, y), font, size, contrast, thick + 2, cv2.LINE_AA)
        cv2.putText(picture, line, (x, y), font, size, colour, thick, cv2.LINE_AA)
        y += int(high * 1.5)
    return picture


def box(picture: Pixels, rng: Rng, other: Pixels) -> Pixels:
    """Lines of words on grounds of their own."""
    return text(picture, rng, other, boxed=True)


def sticker(picture: Pixels, rng: Rng, other: Pixels) -> Pixels:
    """A round or straight-edged piece of another picture, or of one colour."""
    size = (wide := _size(picture, rng, 0.12, 0.45)), int(wide * rng.uniform(0.6, 1.6))
    middle = _place(picture, rng)
    mask = _ellipse(picture, middle, size) if rng.random() < 0.4 else _rectangle(picture, middle, size, rng)
    shown = _scattered(other, picture, rng) if rng.random() < 0.7 else np.full_like(picture, _colour(rng))
    return _pasted(picture, shown, mask, rng)


def emoji(picture: Pixels, rng: Rng, _other: Pixels) -> Pixels:
    """Up to five discs with dots on them."""
    for _ in range(int(rng.integers(1, 6))):
        size, middle = _size(picture, rng, 0.06, 0.2), _place(picture, rng)
        shown = np.full_like(picture, _colour(rng) if rng.random() < 0.4 else YELLOW)
        for _ in range(int(rng.integers(2, 6))):
            dot = middle[0] + int(rng.normal(0, size / 5)), middle[1] + int(rng.normal(0, size / 5))
            cv2.circle(shown, dot, max(1, int(size * rng.uniform(0.04, 0.15))), _colour(rng), -1, cv2.LINE_AA)
        picture = _pasted(picture, shown, _ellipse(picture, middle, (size, size)), rng)
    return picture


def stripes(picture: Pixels, rng: Rng, _other: Pixels) -> Pixels:
    """Parallel stripes, more or less transparent."""
    longer, count, opaque = max(picture.shape[:2]), int(rng.integers(2, 9)), float(rng.uniform(0.3, 1))
    colour, angle = _colour(rng), np.deg2rad(rng.choice([0, 90, int(rng.integers(0, 180))]))
    along, step = np.array([np.cos(angle), np.sin(angle)]), longer / count
    across, drawn = np.array([-along[1], along[0]]), picture.copy()
    for number in range(-count, 2 * count):
        start, end = (across * number * step + far * 2 * longer * along for far in (-1, 1))
        cv2.line(
            drawn,
            start.astype(int).tolist(),
            end.astype(int).tolist(),
            colour,
            max(1, int(step * 0.25 * rng.uniform(0.2, 1.2))),
        )
    return (picture * (1 - opaque) + drawn * opaque).astype(np.uint8)


def blur(picture: Pixels, rng: Rng, _other: Pixels) -> Pixels:
    """A part blurred, or in large pixels."""
    (x, y), size = _place(picture, rng), _size(picture, rng, 0.1, 0.35)
    part = picture[y : y + size, x : x + size]
    if rng.random() < 0.5:
        part[:] = cv2.blur(part, (15, 15))
    else:
        height, width = part.shape[:2]
        few = cv2.resize(part, (max(1, width // 12), max(1, height // 12)))
        part[:] = cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST)
    return picture


def doodle(picture: Pixels, rng: Rng, _other: Pixels) -> Pixels:
    """Lines drawn by hand."""
    colour, longer = _colour(rng), max(picture.shape[:2])
    for _ in range(int(rng.integers(1, 4))):
        points = np.cumsum(rng.normal(0, longer / 12, (int(rng.integers(4, 14)), 2)), 0) + _place(picture, rng)
        thick = int(rng.integers(1, 6))
        cv2.polylines(
            picture, [points.astype(np.int32)], isClosed=False, color=colour, thickness=thick, lineType=cv2.LINE_AA
        )
    return picture


def bar(picture: Pixels, rng: Rng, _other: Pixels) -> Pixels:
    """A bar of one colour at the top or the bottom."""
    height = len(picture)
    high = int(height * rng.uniform(0.08, 0.3))
    picture[slice(0, high) if rng.random() < 0.5 else slice(height - high, height)] = _colour(rng)
    return picture


def frame(picture: Pixels, rng: Rng, _other: Pixels) -> Pixels:
    """A frame of one colour."""
    height, width = picture.shape[:2]
    cv2.rectangle(picture, (0, 0), (width - 1, height - 1), _colour(rng), max(1, _size(picture, rng, 0.02, 0.1)))
    return picture


COVERS: Mapping[str, Callable[[Pixels, Rng, Pixels], Pixels]] = {
    one.__name__: one for one in (text, box, sticker, emoji, stripes, blur, doodle, bar, frame)
}


def _line(rng: Rng) -> str:
    lengths = rng.integers(2, 9, int(rng.integers(1, 4)))
    return " ".join("".join(rng.choice([*LETTERS], length)) for length in lengths)


def _colour(rng: Rng) -> Colour:
    """Any, or as often white or black, which captions mostly are."""
    if rng.random() < 0.5:
        return tuple(int(level) for level in rng.integers(0, 256, 3))
    return (255, 255, 255) if rng.random() < 0.6 else (0, 0, 0)


def _place(picture: Pixels, rng: Rng) -> tuple[int, int]:
    return int(rng.integers(0, picture.shape[1])), int(rng.integers(0, picture.shape[0]))


def _size(picture: Pixels, rng: Rng, least: float, most: float) -> int:
    """Px, of shares of the longer side; 1 at least."""
    return max(1, int(max(picture.shape[:2]) * rng.uniform(least, most)))


def _ellipse(picture: Pixels, middle: tuple[int, int], size: tuple[int, int]) -> Floats:
    mask = np.zeros(picture.shape[:2], np.float32)
    cv2.ellipse(mask, middle, (size[0] // 2, size[1] // 2), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    return mask


def _rectangle(picture: Pixels, middle: tuple[int, int], size: tuple[int, int], rng: Rng) -> Floats:
    mask, turn = np.zeros(picture.shape[:2], np.float32), float(rng.uniform(-30, 30)) if rng.random() < 0.5 else 0.0
    cv2.fillConvexPoly(mask, cv2.boxPoints((middle, size, turn)).astype(np.int32), 1.0, cv2.LINE_AA)
    return mask


def _scattered(other: Pixels, picture: Pixels, rng: Rng) -> Pixels:
    """Another picture as large as this one, shifted so that any part of it may come to lie under the mask."""
    height, width = picture.shape[:2]
    whole = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA)
    return np.roll(whole, _place(picture, rng)[::-1], (0, 1)).astype(np.uint8)


def _pasted(picture: Pixels, shown: Pixels, mask: Floats, rng: Rng) -> Pixels:
    """What is shown within the mask, three times in ten with a white border."""
    if rng.random() < 0.3:
        border = cv2.dilate(mask, np.ones((5, 5), np.uint8))[..., None]
        picture = (picture * (1 - border) + 255 * border).astype(np.uint8)
    return (picture * (1 - mask[..., None]) + shown * mask[..., None]).astype(np.uint8)
