"""The stored form of a journal's records: one line of JSON each, the same in a file and on a server.

ASCII, because paths that are not UTF-8 arrive with lone surrogates (PEP 383), which only escapes can carry. Each has a
check sum of all else in it, and that of a note has one of what is attached to it; what was written before there were
sums is believed.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from lineage.errors import NoteDamaged, StoreError
from lineage.records import Hashes, Limit, Note, Sighting
from lineage.store.packing import unpack

T = TypeVar("T")

_SUM = "sum"
_ATTACHED = "attached"
_WRONG = (ValueError, TypeError, KeyError, AttributeError)  # that reading a damaged line may raise
_LOG = logging.getLogger(__name__)


def sound(lines: Iterable[tuple[str, str]], read: Callable[[str], T]) -> list[T]:
    """Id and line of records → those that are as they were written; of the others a warning says that they are not."""
    found: list[T] = []
    for name, line in lines:
        try:
            found.append(read(line))
        except _WRONG:
            _LOG.warning("the record %s in the journal is damaged and left out; restore the journal from a copy", name)
    return found


def damaged(notes: Iterable[tuple[str, str, bytes]]) -> list[str]:
    """Id, line and attachment of notes → ids of those that are not as they were written, or with which something else
    is kept.
    """
    return [name for name, line, attached in notes if not _is_note(line) or not _is_whole(name, line, attached)]


def _is_note(line: str) -> bool:
    try:
        return bool(note_of(line))
    except _WRONG:
        return False


def _is_whole(name: str, line: str, attachment: bytes) -> bool:
    try:
        require_attached(name, line, attachment)
    except NoteDamaged:
        return False
    return True


def require_attached(name: str, line: str, attachment: bytes) -> None:
    """`NoteDamaged` where this is not what was attached to the note with that id and line."""
    try:
        record = _without_sum(line)
        known = record.get(_ATTACHED)
        if known is None and record["what"] == "ignore":
            unpack(attachment)  # without a sum, its length tells at least
    except (*_WRONG, StoreError) as error:
        raise NoteDamaged(name) from error
    if known not in (None, crc32(attachment)):
        raise NoteDamaged(name)


def note_line(note: Note, attachment: bytes) -> str:
    """Note, and what is attached to it → JSON."""
    return _with_sum({**asdict(note), _ATTACHED: crc32(attachment)})


def note_of(line: str) -> Note:
    """JSON → note; `ValueError` and its like where that is not what was written."""
    record = _without_sum(line)
    record.pop(_ATTACHED, None)  # none in notes of before
    limit = record.get("limit")  # none in notes of before
    if limit:
        limit = Limit(**{**limit, "novel": tuple(limit["novel"])})
    return Note(**{**record, "hashes": _hashes(record), "limit": limit})


def sighting_line(sighting: Sighting) -> str:
    """Sighting → JSON, its vector as float16: enough to tell posts apart."""
    vector = base64.b64encode(sighting.vector.astype("<f2").tobytes()).decode("ascii")
    return _with_sum({**asdict(sighting), "vector": vector})


def sighting_of(line: str) -> Sighting:
    """JSON → sighting; errors as of `note_of`."""
    record = _without_sum(line)
    vector = np.frombuffer(base64.b64decode(record["vector"]), "<f2").astype(np.float32)
    return Sighting(**{**record, "vector": vector, "hashes": _hashes(record)})


def _with_sum(record: Mapping[str, Any]) -> str:
    return json.dumps({**record, _SUM: crc32(json.dumps(record).encode())})


def _without_sum(line: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(line)
    known = record.pop(_SUM, None)
    if known is not None and known != crc32(json.dumps(record).encode()):
        raise ValueError("another sum")
    return record


def _hashes(record: Mapping[str, Any]) -> Hashes | None:
    """None in sightings of before."""
    return Hashes(**record["hashes"]) if record.get("hashes") else None
