"""Predict once, score many times: answers on disk, with the header that says what made them.

A file holds JSON lines. The first is the header; each of the others is the answer to one post. Figures can be
computed from it again and again without asking a recogniser, and never by mistake: a file with another header is
refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from lineage.errors import UsageError
from lineage.machine.cells import json_line
from lineage.machine.whole_file import write_whole
from lineage.records import Decision, Point


@dataclass(frozen=True, slots=True)
class Claim:
    """One answer of a recogniser: the post was made from this asset.

    Attributes:
        asset: path of the library file, relative to the library's root, with forward slashes
        score: higher is surer; a probability where the recogniser gives verdicts
        region_in_post: convex polygon in the post's unit frame; empty where the recogniser says nothing about it
    """

    asset: str
    score: float
    region_in_post: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer to one post.

    Attributes:
        post: its name in the corpus
        verdict: None where the recogniser gives none
        claims: best first
        seconds: wall time per stage
        true_region: where the source really lies in the post, by the exact map; empty where nobody knows. It is kept
            here because making the post again costs more than asking most recognisers.
        proposed, named: as in `eval.recognisers.recogniser.Answer`
        shown: as in `eval.corpora.corpus.Rendered`, kept for the same reason
    """

    post: str
    verdict: Decision | None
    claims: tuple[Claim, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    true_region: tuple[Point, ...] = ()
    proposed: tuple[str, ...] | None = None
    named: tuple[str, ...] = ()
    shown: float | None = None

    @property
    def first(self) -> Claim | None:
        """The surest claim, None where there is none."""
        return max(self.claims, key=lambda claim: claim.score, default=None)


@dataclass(frozen=True, slots=True)
class Header:
    """What made a file of predictions; equal headers mean comparable predictions.

    Attributes:
        recogniser: its name
        corpus: digest of library and posts
        configuration: what was chosen by the user or the recogniser
        versions: of code, weights and libraries
        bytes_per_asset: what the recogniser kept of an asset; a finding, so it is not compared
    """

    recogniser: str
    corpus: str
    configuration: Mapping[str, str]
    versions: Mapping[str, str]
    bytes_per_asset: float | None = field(default=None, compare=False)


def write(path: Path, header: Header, predictions: Sequence[Prediction]) -> None:
    """Write a file of predictions in one go: it is whole or it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [asdict(header), *map(asdict, predictions)]
    write_whole(path, "".join(map(json_line, records)))


def read(path: Path, header: Header) -> tuple[Header, list[Prediction]]:
    """The predictions in `path` and their header, which must equal the expected one.

    Raises:
        UsageError: there is no such file, it holds no predictions, or it is stale
    """
    if not path.is_file():
        raise UsageError(f"{path}: there are no predictions to score; run the evaluation once without --rescore")
    try:
        first, *rest = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        found = Header(**first)
        predictions = [_prediction(record) for record in rest]
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{path}: this is not a file of predictions") from error
    if (difference := _difference(found, header)) is not None:
        raise UsageError(f"{path}: these predictions are stale ({difference}); run again without --rescore")
    return found, predictions


def is_fresh(path: Path, header: Header) -> bool:
    """Whether `path` holds predictions made by exactly what `header` says."""
    try:
        read(path, header)
    except UsageError:
        return False
    return True


def _prediction(record: Mapping[str, Any]) -> Prediction:
    claims = tuple(Claim(c["asset"], c["score"], _points(c["region_in_post"])) for c in record["claims"])
    region = _points(record["true_region"])
    proposed = None if record["proposed"] is None else tuple(record["proposed"])
    return Prediction(
        record["post"],
        record["verdict"],
        claims,
        record["seconds"],
        region,
        proposed,
        tuple(record["named"]),
        record.get("shown"),
    )


def _points(pairs: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in pairs)


def _difference(found: Header, expected: Header) -> str | None:
    for name in (column.name for column in fields(Header) if column.compare):
        had, wants = getattr(found, name), getattr(expected, name)
        if isinstance(had, Mapping) and had != wants:
            key = next(key for key in sorted({*had, *wants}) if had.get(key) != wants.get(key))
            return f"{name}: {key} was {had.get(key)}, now {wants.get(key)}"
        if had != wants:
            return f"{name} was {had}, now {wants}"
    return None
