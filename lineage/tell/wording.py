"""What a verdict says to a person, in the words that terminal and evidence picture share."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np

from lineage.geometry import corners, place
from lineage.records import Asset, Match, Objection, Verdict

RELATIONS = {"known": "made from", "review": "perhaps", "novel": "nearest"}
"""How a post relates to the best match, by verdict."""

_NAMED = 3  # relatives, or files of one picture; a shoot may have hundreds
_CROPPED = "c2pa.cropped"


def promise(verdict: Verdict) -> str:
    """How rarely a novel post scores as high, and how many say so, or why nobody counted; empty: no matter."""
    share, guarantee = verdict.novel_share, verdict.guarantee
    if share is None or guarantee is None:
        return verdict.unpromised
    whose = f" {guarantee.group}" if guarantee.group else ""
    which = "such posts" if guarantee.measured_on == "fit" else "novel posts of this library"
    limit = percent(guarantee.level) + ("" if guarantee.surely else " on average")
    return (
        f"false-match risk ≤ {percent(share)} of novel posts{whose} "
        f"(limit {limit}, measured on {guarantee.samples:,} {which})"
    )


def chances(probability: float) -> str:
    """A probability in words: of how many posts with such evidence it is true."""
    about, share = _share(probability)
    return f"{about}{share} posts with such evidence were made from it"


def chances_in_short(probability: float) -> str:
    """The same where there is little room: "95 of 100"."""
    return _share(probability)[1]


def objection_in_short(objection: Objection) -> str:
    """What speaks against a candidate, without the figures that follow it; a person's own words are left whole."""
    return objection.label.partition(" (")[0] if objection.test == "score" else objection.label


def _share(probability: float) -> tuple[str, str]:
    """A probability as so many of a hundred or a thousand, and before it "about " where that says no limit."""
    of, step = (100, 1) if 0.05 <= probability <= 0.95 else (1000, 5)
    least, most = step, of - step
    posts = round(of * probability / step) * step
    if posts > most:
        return "", f"more than {most:,} of {of:,}"
    if posts < least:
        return "", f"fewer than {least} of {of:,}"
    return "about ", f"{posts:,} of {of:,}"


def why_not(match: Match) -> str:
    """The clause after a candidate, ": differs at the left …"; empty where nothing speaks against it."""
    return f": {match.objection.label}" if match.objection else ""


def name_with_probability(verdict: Verdict, match: Match) -> str:
    """A candidate by its path, with its probability where the verdict rests on that."""
    path = match.evidence.asset.path
    return path if verdict.probability is None else f"{path}  (p {match.probability:.3f})"


def whereabouts(match: Match, size: tuple[int, int]) -> str:
    """Where one of several sources lies in a post of this width and height, how much is seen, what became of it."""
    alignment, edits = match.evidence.alignment, match.evidence.edits
    if alignment is None:
        return "place in the post unknown"
    middle = np.mean(alignment.region_in_post, axis=0) / corners(size)[2]
    whole = [] if any(edit.action == _CROPPED for edit in edits) else ["shows all of the asset"]
    return " · ".join([place(middle), *whole, *(edit.label for edit in edits)])


def same_picture(match: Match) -> str:
    """Other files of the same picture; empty where there are none."""
    return _some("the same picture: ", match.evidence.twins)


def also_as(verdict: Verdict, match: Match) -> str:
    """Other versions of a claimed picture, which lie in its place of the post; empty where there are none."""
    own = match.evidence.asset.id
    return _some("also as: ", [other.evidence.asset for other in verdict.matches if other.version_of == own])


def rival(verdict: Verdict) -> Match | None:
    """The runner-up: the best of the candidates that are not claimed, nor versions of one; None where there is none."""
    considered = verdict.claims or verdict.matches[:1]
    claimed = {match.evidence.asset.id for match in considered}
    others = (match for match in verdict.matches if match.evidence.asset.id not in claimed and not match.version_of)
    return next(others, None)


def runner_up(verdict: Verdict) -> str:
    """The runner-up and why it is not the source; empty where there is none."""
    other = rival(verdict)
    return f"not {name_with_probability(verdict, other)}{why_not(other)}" if other else ""


def relatives(verdict: Verdict) -> str:
    """Assets that show something of a novel post; empty where there are none."""
    return _some("shows something of, but was not made from: ", verdict.relatives)


def _some(what: str, assets: Sequence[Asset]) -> str:
    """The first of some assets by their paths, and how many more there are; empty where there are none."""
    if not assets:
        return ""
    more = len(assets) - _NAMED
    return what + ", ".join(asset.path for asset in assets[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def percent(share: float) -> str:
    """Two digits, rounded up so that "at most" stays true: 1 %, 0.17 %, 13 %."""
    step = 10.0 ** (floor(log10(100 * share)) - 1)
    return f"{ceil(round(100 * share / step, 6)) * step:.3g} %"
