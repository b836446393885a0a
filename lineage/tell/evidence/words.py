"""What evidence picture and page say of a verdict, beside what is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from lineage.records import Evidence, Match, Verdict
from lineage.tell.wording import (
    also_as,
    name_with_probability,
    promise,
    relatives,
    runner_up,
    same_picture,
    whereabouts,
    why_not,
)

_DOUBT = {"known": "not sure", "review": "in doubt", "novel": "not this asset"}


def drawn_first(verdict: Verdict) -> Sequence[Match]:
    """What is drawn first: every source of the post, or else what is nearest to it."""
    return verdict.claims or verdict.matches[:1]


def headline(verdict: Verdict) -> str:
    """The assets that the verdict is about."""
    paths = " · ".join(match.evidence.asset.path for match in drawn_first(verdict))
    nearest = "nearest: " if verdict.decision == "novel" else ""
    return nearest + paths if paths else "nothing in the library resembles it"


def several(verdict: Verdict) -> bool:
    """Whether the post has more than one source, each of which is told by itself."""
    return len(verdict.claims) > 1


def source_line(match: Match, verdict: Verdict, size: tuple[int, int]) -> str:
    """What became of an asset in the post; of one of several sources also its name and where it lies."""
    if several(verdict):
        return f"made from {name_with_probability(verdict, match)} · {whereabouts(match, size)}"
    if verdict.decision == "novel":
        return ""  # what would have become of an asset that it is not
    if match.evidence.alignment is None:
        return "" if match.objection else "the asset was not found in the post"
    return " · ".join(edit.label for edit in match.evidence.edits) or "no edit found"


def evidence_lines(match: Match, verdict: Verdict) -> list[str]:
    """What speaks for an asset, and other files and versions of it."""
    found = " · ".join(_measures(match.evidence)), same_picture(match), also_as(verdict, match)
    return [*filter(None, found)]


def doubt(verdict: Verdict) -> str:
    """What speaks against the best match of a post that is not known; empty where nothing does."""
    best = next(iter(verdict.matches), None)
    return f"{_DOUBT[verdict.decision]}{why_not(best)}" if best and best.objection and not verdict.claims else ""


def verdict_lines(verdict: Verdict) -> list[str]:
    """What the verdict rests on, and what people had to do with it."""
    # Pillow's own font has no ≤, and a line in another one would look like somebody else's.
    known = relatives(verdict) if verdict.decision == "novel" else promise(verdict).replace("≤", "at most")
    return [*filter(None, [known]), *verdict.remarks]


def lines_below(verdict: Verdict, size: tuple[int, int]) -> list[str]:
    """All that is written on the evidence picture below its head, line by line."""
    sources = [(source_line(match, verdict, size), *evidence_lines(match, verdict)) for match in drawn_first(verdict)]
    lines = [doubt(verdict), *chain.from_iterable(sources), *verdict_lines(verdict), runner_up(verdict)]
    return [*filter(None, lines)]


def _measures(evidence: Evidence) -> list[str]:
    found = []
    if evidence.candidate.similarity is not None:
        found.append(f"similarity as a whole {evidence.candidate.similarity:.2f} of 1")
    if evidence.alignment:
        found.append(f"{evidence.alignment.agreeing} of {evidence.alignment.expected} features agree")
    if evidence.residual:
        found.append(f"agreement where they overlap {evidence.residual.trimmed:.2f} of 1")
    return found
