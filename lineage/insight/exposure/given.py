"""Answers that `lineage query --json` printed, read back: one clear sentence for everything that can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lineage.errors import UsageError

Record = Mapping[str, Any]
"""One answer, as `lineage query --json` prints it."""
VERDICTS = ("known", "review", "novel", None)
_WANTED = "wanted is what this prints: lineage query POSTS --json"


def read_answers(file: Path) -> dict[str, Record]:
    """Answers by the path of the post, from a file of JSON lines.

    Raises:
        UsageError: the file cannot be read, a line is not what `lineage query --json` prints, or a post has two
    """
    records: dict[str, Record] = {}
    for number, line in _lines(file):
        try:
            record = _answer(json.loads(line))
        except (json.JSONDecodeError, RecursionError) as error:
            raise UsageError(f"{file}, line {number}: is no JSON; {_WANTED}") from error
        except ValueError as error:
            raise UsageError(f"{file}, line {number}: {error}; {_WANTED}") from error
        if record["query"] in records:
            raise UsageError(f"{file}, line {number}: is a second answer for {record['query']}; leave one of them")
        records[record["query"]] = record
    return records


def _lines(file: Path) -> list[tuple[int, str]]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not text in UTF-8; {_WANTED}") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _answer(record: object) -> Record:
    """The record itself; `ValueError` with a clause where a part is missing or of another kind."""
    query = _part(record, "query", lambda value: isinstance(value, str))
    verdict = _part(record, "verdict", lambda value: value is None or value in VERDICTS)
    matches = _part(record, "matches", lambda value: isinstance(value, list))
    for match in matches:
        _part(match, "asset", lambda value: isinstance(value, str))
        _part(match, "probability", lambda value: value is None or _is_share(value))
        _part(match, "claimed", lambda value: isinstance(value, bool))
        for edit in _part(match, "edits", lambda value: isinstance(value, list)):
            _part(edit, "kind", lambda value: isinstance(value, str))
    probability = _part(record, "probability", lambda value: value is None or _is_share(value)) if verdict else None
    return {"query": query, "verdict": verdict, "probability": probability, "matches": matches}


def _part(record: object, name: str, fits: Callable[[Any], bool]) -> Any:  # noqa: ANN401, JSON
    if not isinstance(record, dict):
        raise ValueError(f"{record!r:.40} is no JSON object")
    if name not in record:
        raise ValueError(f"has no {name!r}")
    if not fits(record[name]):
        raise ValueError(f"{name!r} is {record[name]!r:.40}")
    return record[name]


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
