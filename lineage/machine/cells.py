"""Text in cells of CSV and in lines of JSON, whatever names of files hold.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, which may call programs; an apostrophe
before it makes it text. A terminal that a file is printed on takes control characters for orders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from lineage.machine.one_line import escaped

_FORMULA = re.compile(r"'*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]")  # and the wide forms, which some take for the same
_RAW = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # json escapes those below


def cells(values: Iterable[object]) -> list[object]:
    """Values as they may stand in a row of CSV; numbers as they are."""
    return [_cell(value) if isinstance(value, str) else value for value in values]


def read_cell(text: str) -> str:
    """What `cells` was given, but for control characters, which stay escapes."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def kept(text: str) -> str:
    """A name as a cell keeps it: control characters as escapes, but for what breaks lines, which quotes do."""
    return "\n".join(map(escaped, text.split("\n")))


def json_line(record: Mapping[str, object], *, unicode: bool = True) -> str:
    """A record as one line of JSON, end of line included, of which no character breaks, steers or turns a line."""
    written = json.dumps(record, ensure_ascii=not unicode)
    return _RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", written) + "\n"


def _cell(text: str) -> str:
    made = kept(text)
    return f"'{made}" if _FORMULA.match(made) else made
