"""What people decided changes a verdict, and the verdict says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lineage.feedback.state import Ignored
from lineage.records import Match, Note, Objection, Verdict


def settle(
    verdict: Verdict, *, pairs: Sequence[Note], ignored: Sequence[Ignored], quarantined: Mapping[str, Note]
) -> Verdict:
    """The verdict as it has to be read.

    Args:
        verdict: from the evidence, without the assets that were rejected for this post
        pairs: what was said about this very post
        ignored: pictures whose features were left out of it
        quarantined: assets that are not claimed, by id
    """
    remarks = [
        *(f"rejected earlier: {note.path} ({_by(note)})" for note in pairs if note.what == "reject"),
        *(f"ignored: what shows {one.note.picture} ({_by(one.note)})" for one in ignored),
    ]
    confirmed = {note.asset: note for note in pairs if note.what == "confirm"}
    there = confirmed.keys() & {match.evidence.asset.id for match in verdict.matches}
    verdict = _held(verdict, {key: note for key, note in quarantined.items() if key not in there})
    if there:
        return _confirmed(verdict, {key: note for key, note in confirmed.items() if key in there}, remarks)
    if verdict.decision == "novel" and any(note.what == "reject" for note in pairs):
        verdict = verdict.overruled("person")
    return replace(verdict, remarks=(*verdict.remarks, *remarks))


def _confirmed(verdict: Verdict, confirmed: Mapping[str, Note], remarks: Sequence[str]) -> Verdict:
    """What a person has confirmed is known, whatever it scores.

    A post may be confirmed as made from several assets.
    """
    marked = [replace(match, confirmed=match.evidence.asset.id in confirmed) for match in verdict.matches]
    matches = sorted(marked, key=lambda match: not match.confirmed)
    said = [f"confirmed: {note.path} ({_by(note)})" for note in confirmed.values()]
    settled = verdict.overruled("person", decision="known", matches=tuple(matches))
    return replace(settled, remarks=(*said, *verdict.remarks, *remarks))


def _held(verdict: Verdict, quarantined: Mapping[str, Note]) -> Verdict:
    """An asset under quarantine is not claimed: a person looks."""
    matches = tuple(_objected(match, quarantined.get(match.evidence.asset.id)) for match in verdict.matches)
    if verdict.decision == "known" and matches[0].evidence.asset.id in quarantined:
        return verdict.overruled("quarantine", decision="review", matches=matches)
    return replace(verdict, matches=matches)


def _objected(match: Match, note: Note | None) -> Match:
    if note is None:
        return match
    because = f": {note.reason}" if note.reason else ""
    return replace(match, objection=Objection("quarantine", f"under quarantine since {note.when[:10]}{because}"))


def _by(note: Note) -> str:
    return f"{note.who}, {note.when[:10]}"
