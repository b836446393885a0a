"""Names of files on a terminal: whatever they hold, they break no line and give the terminal no orders."""

from __future__ import annotations

import unicodedata

_BREAKING = frozenset({"Cc", "Zl", "Zp"})  # control characters, separators of lines and of paragraphs
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of writing, so that a name ends in .jpg for the eye and in .exe in truth."""


def one_line(text: str) -> str:
    """The text with what would break, steer or turn a line written as escapes: `two\\nlines`."""
    return "".join(map(_escaped, text)) if not text.isprintable() else text


def _escaped(character: str) -> str:
    if character in _TURNING or unicodedata.category(character) in _BREAKING:
        return character.encode("unicode_escape").decode("ascii")
    return character
