"""Names of files on a terminal: whatever they hold, they break no line and give the terminal no orders."""

from __future__ import annotations

import unicodedata

_BREAKING = frozenset({"Cc", "Zl", "Zp"})  # control characters, separators of lines and of paragraphs


def one_line(text: str) -> str:
    """The text with what would break or steer a line written as escapes: `two\\nlines`."""
    return "".join(map(_escaped, text)) if not text.isprintable() else text


def _escaped(character: str) -> str:
    if unicodedata.category(character) in _BREAKING:
        return character.encode("unicode_escape").decode("ascii")
    return character
