"""What an evidence picture says, kept in the file itself, so that a folder of them can be listed without an index."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from math import log
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lineage.records import Report, Verdict
from lineage.tell.evidence.words import drawn_first, headline, lines_below

_KEY = "lineage"
_CERTAIN = 99.0  # more logits than two probabilities can lie apart here
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Caption:
    """What is told of a post beside its picture.

    Attributes:
        query: the post, as it was asked about
        verdict: known, review or novel
        names: the assets that the verdict is about, as written in the head of the picture
        lines: what was found
        doubt: logits between the probability and where the verdict would change; 0: a person is to decide
        probability: of the best match
        when: it was asked, ISO 8601
        size: width and height of the evidence picture, px
    """

    query: str
    verdict: str
    names: str
    lines: tuple[str, ...]
    doubt: float
    probability: float
    when: str
    size: tuple[int, int] = (0, 0)


def caption(report: Report) -> Caption:
    """What is told of the post of a report."""
    verdict = report.verdict
    best = verdict.matches[0].probability if verdict.matches else 0.0
    lines, when = tuple(lines_below(verdict, report.size)), datetime.now().astimezone().isoformat(timespec="seconds")
    return Caption(report.query, verdict.decision, headline(verdict), lines, _doubt(verdict), best, when)


def as_info(told: Caption) -> PngInfo:
    """What `PIL.Image.Image.save` writes into a PNG file."""
    info = PngInfo()
    info.add_text(_KEY, json.dumps(asdict(told)))
    return info


def read_caption(file: Path) -> Caption | None:
    """The caption of an evidence picture; None where the file is none, or was broken off."""
    try:
        with Image.open(file) as image:
            size, kept = image.size, image.info.get(_KEY)
    except (OSError, SyntaxError):
        return None
    if not isinstance(kept, str):
        return None
    fields = json.loads(kept)
    return Caption(**(fields | {"lines": tuple(fields["lines"]), "size": size}))


def _doubt(verdict: Verdict) -> float:
    if verdict.decision == "review":
        return 0.0
    first, guarantee = drawn_first(verdict), verdict.guarantee
    if not first or guarantee is None or verdict.probability is None:
        return _CERTAIN
    known = verdict.decision == "known"
    limits = [_logit(match.known_from if known else guarantee.review_from) for match in first]
    return round(min(abs(_logit(match.probability) - limit) for match, limit in zip(first, limits, strict=True)), 3)


def _logit(probability: float) -> float:
    inside = min(max(probability, _SMALLEST), 1 - _SMALLEST)
    return log(inside / (1 - inside))
