"""Lettering on evidence pictures: any text in some font, on as many lines as it needs."""

from __future__ import annotations

import unicodedata
from functools import cache, partial

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Pillow's own font has little beyond ASCII; these lie on most machines and are tried in turn for texts it cannot write.
_OTHERS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "arial.ttf",
)
_UNASSIGNED = "\U0010fffe"


def wrap(text: str, *, size: int, width: int) -> tuple[list[str], Font]:
    """Text in lines of at most `width` px, and a font of this size (px) for them; broken at spaces.

    Only a word that is longer than a whole line, as the name of a file may be, loses its middle.

    The font is the first that has all letters, or else the one that has most; letters that it lacks lose their accents
    or become question marks.
    """
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    font = max(_fonts(size), key=lambda font: sum(map(partial(_has, font), text)))
    written = "".join(letter if _has(font, letter) else _without_accents(font, letter) for letter in text)
    lines = [""]
    for word in written.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines = [*filter(None, lines), _elided(word, font, width)]
    return lines, font


def _without_accents(font: Font, letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if _has(font, base) else "?"


def _elided(text: str, font: Font, width: int) -> str:
    """The longest form `start…end` that fits: both the folder and the file name of a path say something."""
    if font.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        kept = (low + high + 1) // 2
        low, high = (kept, high) if font.getlength(_cut(text, kept)) <= width else (low, kept - 1)
    return _cut(text, low)


def _cut(text: str, kept: int) -> str:
    return f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"


@cache
def _fonts(size: int) -> tuple[Font, ...]:
    fonts = [ImageFont.load_default(size)]
    for name in _OTHERS:
        try:
            fonts.append(ImageFont.truetype(name, size))
        except OSError:  # not on this machine, which is what the list is for
            continue
    return tuple(fonts)


def _has(font: Font, letter: str) -> bool:
    """Whether the font draws the letter otherwise than one that no font has."""
    return letter.isspace() or _drawn(font, letter) != _drawn(font, _UNASSIGNED)


def _drawn(font: Font, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)
