"""Lines on a terminal: broken between words, where the terminal itself would break them anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_TABLE = "|"  # begins a line of one, in Markdown
_HANGING = 2  # columns that further parts of a line stand in from its first
_LEAST = 16  # columns for words; a terminal with less breaks lines as it likes
_WORD = re.compile(r"(?:(?:≤|\(p|p|\(ΔE) )?\S+(?: (?:%|px|s)(?!\w))?\s*")  # a number stays with its unit


class BreakingConsole(Console):
    """Breaks lines between words on a terminal; elsewhere each stays a line."""

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - as Rich's own
        """See `rich.console.Console`."""
        if self.file.isatty():
            texts = [Text(one) if isinstance(one, str) else one for one in objects]
            objects = tuple(break_lines(one, self.width) if isinstance(one, Text) else one for one in texts)
        super().print(*objects, **options)


def break_lines(text: Text, width: int) -> Text:
    """The same text in lines of at most `width` columns.

    A word that is longer, as a path, stays whole and where it is; tables stay as they are.
    """
    parts = [part for line in text.split("\n", allow_blank=True) for part in _parts(line, width)]
    return Text("\n").join(parts)


def _parts(line: Text, width: int) -> list[Text]:
    indent = len(line.plain) - len(line.plain.lstrip())
    room = width - indent - _HANGING
    if cell_len(line.plain) <= width or line.plain.startswith(_TABLE) or room < _LEAST:
        return [line]
    first, *others = line[indent:].divide(_breaks(line.plain[indent:], room))
    parts = [line[:indent] + first, *(Text(" " * (indent + _HANGING)) + other for other in others)]
    for part in parts:
        part.rstrip()
    return parts


def _breaks(words: str, room: int) -> Iterator[int]:
    """Offsets at which a new part begins."""
    start = 0
    for word in _WORD.finditer(words):
        too_long = cell_len(word[0].rstrip()) > room
        if word.start() > start and not too_long and cell_len(words[start : word.end()].rstrip()) > room:
            start = word.start()
            yield start
