"""The stored form of a report, all of it, so that whatever is told of it later is what would have been told at once;
and of the line that a queue has for it.

JSON by the fields of the records, compressed; arrays as base64 with their shape. `Report.as_json` is for programs and
leaves out what they have no use for.
"""

from __future__ import annotations

import base64
import json
import logging
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

from lineage.records import Report, Review

MEDIA_TYPE = "application/vnd.asset-lineage.report"
"""Of a whole report between a service and a command of the same version."""
# that reading what is damaged, or of another version, may raise
_WRONG = (zlib.error, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
_LOG = logging.getLogger(__name__)


def packed_report(report: Report) -> bytes:
    """Report → bytes."""
    return zlib.compress(json.dumps(_plain(report)).encode("ascii"))


def unpacked_report(packed: bytes) -> Report:
    """Bytes → report.

    Raises:
        ValueError: they are none, or of a version whose records are others
    """
    try:
        made: Report = _made(Report, json.loads(zlib.decompress(packed)))
    except _WRONG as error:
        raise ValueError(f"no report of this version: {error}") from error
    return made


def kept_report(packed: bytes, review: str) -> Report | None:
    """The report of a review in a queue; None, which a warning tells, where it cannot be read any more."""
    try:
        return unpacked_report(packed)
    except ValueError as error:
        _LOG.warning("what was said of the review %s cannot be read and is left out: %s", review, error)
        return None


def review_line(review: Review) -> str:
    """Review → JSON; ASCII, as in `journal_form`."""
    return json.dumps(asdict(review))


def review_of(line: str) -> Review:
    """JSON → review.

    Raises:
        ValueError: it is none, or of a version whose records are others
    """
    try:
        made: Review = _made(Review, json.loads(line))
    except _WRONG as error:
        raise ValueError(f"no review of this version: {error}") from error
    return made


def sound_reviews(lines: Iterable[tuple[str, str]]) -> list[Review]:
    """Id and line of reviews → those that can be read; of the others a warning says that they cannot."""
    found: list[Review] = []
    for name, line in lines:
        try:
            found.append(review_of(line))
        except ValueError as error:
            _LOG.warning("the review %s in the queue cannot be read and is left out: %s", name, error)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a record holds
    if isinstance(value, np.ndarray):
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
        return {"dtype": value.dtype.str, "shape": value.shape, "data": data}
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value


def _made(kind: Any, value: Any) -> Any:  # noqa: ANN401 - what `kind` says
    """A value of a type, from what `_plain` made of it."""
    origin, inner = get_origin(kind), get_args(kind)
    if NoneType in inner:
        return None if value is None else _made(next(one for one in inner if one is not NoneType), value)
    if isinstance(kind, type) and is_dataclass(kind):
        kinds = _kinds(kind)
        return kind(**{name: _made(kinds[name], one) for name, one in value.items()})
    if origin is np.ndarray:
        return np.frombuffer(base64.b64decode(value["data"]), value["dtype"]).reshape(value["shape"])
    if origin is tuple:
        return tuple(_made(inner[0 if inner[-1] is ... else at], one) for at, one in enumerate(value))
    if origin is not None and origin is not Literal:
        return {key: _made(inner[1], one) for key, one in value.items()}
    return value


@cache
def _kinds(record: type) -> Mapping[str, Any]:
    """The types of a record's fields."""
    return get_type_hints(record)
