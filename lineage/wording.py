"""What a verdict says to a person, in the words that terminal and evidence picture share."""

from __future__ import annotations

from math import ceil, floor, log10

from lineage.records import Match, Verdict

_RELATIVES = 3  # are named; a shoot may have hundreds


def promise(verdict: Verdict) -> str:
    """How rare such a score is among novel posts, and how many of them say so; empty where nobody counted."""
    share, guarantee = verdict.novel_share, verdict.guarantee
    if share is None or guarantee is None:
        return ""
    return (
        f"at most {percent(share)} of novel posts score this high "
        f"(known up to {percent(guarantee.level)}, backed by {guarantee.samples} posts)"
    )


def why_not(match: Match) -> str:
    """The clause after a candidate, ": differs at the left …"; empty where nothing speaks against it."""
    return f": {match.objection.label}" if match.objection else ""


def runner_up(verdict: Verdict) -> str:
    """The second candidate and why it is not the first, or that it was used as well; empty where there is none."""
    if len(verdict.matches) < 2:
        return ""
    other = verdict.matches[1]
    also = "not" if other.objection or other.probability < 0.5 else "also"
    return f"{also} {other.evidence.asset.path} (p {other.probability:.3f}){why_not(other)}"


def relatives(verdict: Verdict) -> str:
    """Assets that show something of a novel post; empty where there are none."""
    if not verdict.relatives:
        return ""
    named = ", ".join(asset.path for asset in verdict.relatives[:_RELATIVES])
    more = len(verdict.relatives) - _RELATIVES
    return f"same shoot as {named}" + (f" and {more} more" if more > 0 else "")


def percent(share: float) -> str:
    """Two digits, rounded up so that "at most" stays true: 1 %, 0.17 %, 13 %."""
    step = 10.0 ** (floor(log10(100 * share)) - 1)
    return f"{ceil(round(100 * share / step, 6)) * step:.3g} %"
