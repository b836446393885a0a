"""Whether a record says what one of its kind says: sums and digests fit whatever anybody, or another version, wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from lineage.audit.grounds import Grounds
from lineage.audit.line import BEGIN, FORM
from lineage.audit.said import ANSWER, DECISION
from lineage.records import Hashes

_POST = {"name": str, "place": str, "sha256": str}
_SAID = {"verdict": str, "matches": list, "remarks": list}
_GROUNDS = {"versions": Mapping, "settings": Mapping, "assets": int, "library": str, "decisions": str}
_NOTE = dict.fromkeys(("id", "when", "who", "what", "picture", "asset", "path", "reason", "undoes"), str)
_HASHES = {one.name for one in fields(Hashes)}
assert _GROUNDS.keys() == {one.name for one in fields(Grounds)}


def is_shaped(record: Mapping[str, Any]) -> bool:
    """Whether all is there that reading such a record takes; of a kind that nobody knows nothing is read."""
    return _is_time(record["time"]) and _SHAPES.get(record["kind"], lambda _: True)(record)


def _begins(record: Mapping[str, Any]) -> bool:
    return record.get("form") == FORM


def _answers(record: Mapping[str, Any]) -> bool:
    post, said, grounds = (_part(record, name) for name in ("post", "said", "grounds"))
    return (
        _has(post, _POST)
        and _is_hashes(post.get("hashes"))
        and _has(said, _SAID)
        and "probability" in said
        and all(_has(one, {"asset": str, "claimed": bool}) for one in said["matches"])
        and _has(grounds, _GROUNDS)
        and "index" in grounds["versions"]
        and grounds.keys() == _GROUNDS.keys()
    )


def _decides(record: Mapping[str, Any]) -> bool:
    note = _part(record, "note")
    return _has(note, _NOTE) and _is_hashes(note.get("hashes")) and _has(record, {"store": str, "kept": str})


_SHAPES = {BEGIN: _begins, ANSWER: _answers, DECISION: _decides}


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a record; nothing, which has no shape, where there is none."""
    found = record.get(name)
    return found if isinstance(found, Mapping) else {}


def _has(found: Any, names: Mapping[str, type]) -> bool:  # noqa: ANN401 - whatever JSON has
    return isinstance(found, Mapping) and all(isinstance(found.get(name), kind) for name, kind in names.items())


def _is_hashes(found: Any) -> bool:  # noqa: ANN401 - whatever JSON has
    return found is None or (isinstance(found, Mapping) and found.keys() == _HASHES)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
