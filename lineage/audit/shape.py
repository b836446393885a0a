"""Whether a record says what one of its kind says: sums and digests fit whatever anybody, or another version, wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import UnionType
from typing import Any, get_args

from lineage.audit.line import BEGIN, FORM
from lineage.audit.said import ANSWER, DECISION
from lineage.records import Decision, NoteKind

_DEEPEST = 32  # levels; an answer has nine, and who reads a record goes down all of them


def is_shaped(record: Mapping[str, Any]) -> bool:
    """Whether all is there that reading such a record takes; of a kind that nobody knows nothing is read."""
    return _is_shallow(record, _DEEPEST) and _is_time(record["time"]) and _fits(record, _FORMS.get(record["kind"], {}))


def _is_shallow(found: Any, levels: int) -> bool:  # noqa: ANN401 - whatever JSON has
    within = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in within)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _fits(found: Any, form: Any) -> bool:  # noqa: ANN401 - whatever JSON has; see `_FORMS`
    if isinstance(form, dict):
        there = isinstance(found, Mapping) and form.keys() <= found.keys()
        return there and all(_fits(found[name], one) for name, one in form.items())
    if isinstance(form, list):
        return isinstance(found, list) and all(_fits(one, form[0]) for one in found)
    return isinstance(found, form) if isinstance(form, type | UnionType) else bool(form(found))


def _each(kind: type) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, Mapping) and all(isinstance(one, kind) for one in found.values())


def _digits(count: int) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, str) and re.fullmatch(f"[0-9a-f]{{{count}}}", found) is not None


def _is_hashes(found: Any) -> bool:  # noqa: ANN401 - whatever JSON has
    return found is None or (_fits(found, _HASHES) and found.keys() == _HASHES.keys())


def _is_versions(found: Any) -> bool:  # noqa: ANN401 - whatever JSON has
    return _each(str)(found) and "index" in found


def _is_note(found: Any) -> bool:  # noqa: ANN401 - whatever JSON has
    return _fits(found, _NOTE) and (found["what"] == "undo") == bool(found["undoes"])


_HASHES = {"phash": _digits(16), "pdq": _digits(64), "pdq_quality": int}
_NOTE = {
    **dict.fromkeys(("id", "when", "who", "picture", "asset", "path", "reason", "undoes"), str),
    "what": get_args(NoteKind).__contains__,
    "hashes": _is_hashes,
}
_FORMS: Mapping[str, object] = {
    # A name with its form: a type · something that says yes or no · of an object, the names that are read · [of each].
    BEGIN: {"form": (FORM,).__contains__},
    ANSWER: {
        "post": {"name": str, "place": str, "sha256": str, "hashes": _is_hashes},
        "said": {
            "verdict": get_args(Decision).__contains__,
            "probability": float | None,
            "remarks": [str],
            "matches": [{"asset": str, "claimed": bool, "probability": float}],
        },
        "grounds": {"versions": _is_versions, "settings": _each(int), "assets": int, "library": str, "decisions": str},
    },
    DECISION: {
        "note": _is_note,
        "kept": str,
        "store": str,
        "index": str,
        "earlier": {"count": int, "digest": str},
    },
}
