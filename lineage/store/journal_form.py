"""The stored form of a journal's records: one line of JSON each, the same in a file and on a server.

ASCII, because paths that are not UTF-8 arrive with lone surrogates (PEP 383), which only escapes can carry.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from lineage.records import Hashes, Limit, Note, Sighting


def note_line(note: Note) -> str:
    """Note → JSON."""
    return json.dumps(asdict(note))


def note_of(line: str) -> Note:
    """JSON → note."""
    record = json.loads(line)
    limit = record.get("limit")  # none in notes of before
    if limit:
        limit = Limit(**{**limit, "novel": tuple(limit["novel"])})
    return Note(**{**record, "hashes": _hashes(record), "limit": limit})


def sighting_line(sighting: Sighting) -> str:
    """Sighting → JSON, its vector as float16: enough to tell posts apart."""
    vector = base64.b64encode(sighting.vector.astype("<f2").tobytes()).decode("ascii")
    return json.dumps({**asdict(sighting), "vector": vector})


def sighting_of(line: str) -> Sighting:
    """JSON → sighting."""
    record = json.loads(line)
    vector = np.frombuffer(base64.b64decode(record["vector"]), "<f2").astype(np.float32)
    return Sighting(**{**record, "vector": vector, "hashes": _hashes(record)})


def _hashes(record: Mapping[str, Any]) -> Hashes | None:
    """None in sightings of before."""
    return Hashes(**record["hashes"]) if record.get("hashes") else None
