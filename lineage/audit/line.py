"""Record ↔ line of an audit log.

A line is JSON in one form: ASCII, names sorted, no spaces. So every editor shows the same, and no name in it breaks or
turns a line. Each has the SHA-256 of the line before, end included, so that `sed -n 6p LOG | sha256sum` is what line 7
has as `before`; and a CRC-32 of all else in it, by which an accident in the very last line shows as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from zlib import crc32

FORM = 1
"""Version of the form of lines; the first one of a log has it."""
BEGIN = "begin"
"""The kind of the first record."""
NOTHING = "0" * 64
"""What the first line has as the digest of the one before."""
LONGEST = 8 * 2**20
"""Bytes of a line: an answer has 6,000; a file of another kind may have no line, and reading takes 30 times as many."""
_OPENING = b'{"before":"'
_SUM = "sum"
_KINDS = {"kind": str, "time": str, "number": int, "before": str}


def line_of(record: Mapping[str, object]) -> bytes:
    """Record → line, its end included."""
    return _written({**record, _SUM: crc32(_written(record))}) + b"\n"


def record_of(line: bytes) -> dict[str, Any] | None:
    """Line → record; None where it is not as it was written, or is cut off."""
    try:
        record = json.loads(line)
        del record[_SUM]
        sound = line_of(record) == line
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return record if sound and all(isinstance(record.get(name), kind) for name, kind in _KINDS.items()) else None


def begins_a_line(part: bytes) -> bool:
    """Whether bytes, which may be few, are those with which a line of a log begins; a line feed is none of them."""
    return bool(part) and (part.startswith(_OPENING) or _OPENING.startswith(part))


def is_finished(line: bytes) -> bool:
    """Whether a line is whole, be it as it was written or not: no part of one is JSON."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def digest_of(line: bytes) -> str:
    """SHA-256, 64 hex digits."""
    return hashlib.sha256(line).hexdigest()


def _written(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode("ascii")
