"""What is told without geometry: a file that is an asset byte for byte, and a picture too plain to locate anything in.

Neither touches the promise about novel posts. A file with an asset's bytes is no novel post, whatever it shows; a plain
picture that looks like an asset goes to a person and is not called known, because any blank one would look the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lineage.records import Match, Verdict


def same_file(verdict: Verdict, asset: str) -> Verdict:
    """The verdict on a file whose bytes are those of an asset, given by its id, that is among the matches.

    It is known, whatever the evidence.
    """
    own = next(match for match in verdict.matches if match.evidence.asset.id == asset)
    told = _remarked(verdict, f"the same file as {own.evidence.asset.path}, byte for byte")
    if own is not verdict.matches[0] or verdict.decision != "known":
        own = replace(own, probability=1.0)
    return told.overruled("bytes", decision="known", matches=_led_by(verdict, own))


def too_plain(verdict: Verdict, alike: Collection[str], *, ignored: bool = False) -> Verdict:
    """The verdict on a post without structure: a person should say whether it is an asset that it looks like, if any.

    What it scores does not count: nothing of it was located, and all plain pictures are similar.

    Args:
        verdict: from the evidence
        alike: ids of assets that it looks like as a whole
        ignored: whether it has no structure because ignored pictures were left out
    """
    own = next((match for match in verdict.matches if match.evidence.asset.id in alike), None)
    if verdict.decision == "known" or verdict.rests_on == "outside":
        return verdict  # something was located, by a view
    if ignored:
        told = _remarked(verdict, "apart from what is ignored, nothing in it can be recognised")
        return told.overruled("person", decision="novel")
    if own is None:
        return _remarked(verdict, "too plain: nothing in it can be recognised").overruled("plainness", decision="novel")
    told = _remarked(verdict, f"too plain to be located, but as a whole it looks like {own.evidence.asset.path}")
    return told.overruled("likeness", decision="review", matches=_led_by(verdict, own))


def _remarked(verdict: Verdict, remark: str) -> Verdict:
    return replace(verdict, remarks=(*verdict.remarks, remark))


def _led_by(verdict: Verdict, own: Match) -> tuple[Match, ...]:
    """The matches with one before all others."""
    key = own.evidence.asset.id
    return (own, *(match for match in verdict.matches if match.evidence.asset.id != key))
