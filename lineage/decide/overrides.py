"""What may overrule what the scores decide, in the order in which it does: what comes later has the last word.

The scores themselves make no claim of what was not located or is contradicted (`Match.claimable`), and hand what is
unlike anything they were fitted to, to a person: `EVIDENCE`, in every look at a post. Then comes what is known of a
post besides its evidence: `BESIDES`, once all its sources are found.

None of it touches the promise about novel posts. A file with an asset's bytes is no novel post, whatever it shows; a
plain picture that looks like an asset goes to a person and is not called known, as any blank one would look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from lineage.decide.familiar import OUTSIDE
from lineage.decide.versions import with_versions
from lineage.feedback import Ignored
from lineage.records import Match, Note, Objection, Verdict


@dataclass(frozen=True, slots=True)
class Besides:
    """What is known of a post besides the evidence.

    Attributes:
        same_file: ids of assets with the very bytes of the post, among the matches
        plain: whether the post is too plain to locate anything in it
        alike: of such a post, ids of assets that it looks like as a whole
        ignored: pictures whose features were left out of it
        quarantined: assets that are not claimed, by id
        said: what people said about this very post, confirmed or rejected
    """

    same_file: Collection[str] = ()
    plain: bool = False
    alike: Collection[str] = ()
    ignored: Collection[Ignored] = ()
    quarantined: Mapping[str, Note] = field(default_factory=dict)
    said: Collection[Note] = ()


def not_claimable(verdict: Verdict) -> Verdict:
    """What is nowhere in the post, or shows something else there, is not claimed: no trial has shown what its score is
    worth.
    """
    if verdict.decision != "known" or verdict.matches[0].claimable:
        return verdict
    return replace(verdict, decision="review")


def unlike_the_fit(verdict: Verdict) -> Verdict:
    """What would be claimed by evidence that nothing was measured on: a person looks."""
    if not verdict.matches or not verdict.matches[0].outside:
        return verdict
    remark = (
        f"outside of what was measured: fewer than {100 * OUTSIDE:.2g} % of right claims have evidence as unusual, "
        "so its score says nothing"
    )
    return _remarked(verdict.overruled("outside", decision="review"), remark)


def same_file(verdict: Verdict, besides: Besides) -> Verdict:
    """A file whose bytes are those of an asset is known, whatever the evidence."""
    for asset in besides.same_file:
        own = next(match for match in verdict.matches if match.evidence.asset.id == asset)
        told = _remarked(verdict, f"the same file as {own.evidence.asset.path}, byte for byte")
        if own is not verdict.matches[0] or verdict.decision != "known":
            own = replace(own, probability=1.0)
        verdict = told.overruled("bytes", decision="known", matches=_led_by(verdict, own))
    return verdict


def too_plain(verdict: Verdict, besides: Besides) -> Verdict:
    """Of a post without structure, a person should say whether it is an asset that it looks like, if any.

    What it scores does not count: nothing of it was located, and all plain pictures are similar.
    """
    if not besides.plain or verdict.decision == "known" or verdict.rests_on == "outside":
        return verdict  # where it is known or unlike all others, something was located, by a view
    if besides.ignored:
        told = _remarked(verdict, "apart from what is ignored, nothing in it can be recognised")
        return told.overruled("person", decision="novel")
    own = next((match for match in verdict.matches if match.evidence.asset.id in besides.alike), None)
    if own is None:
        return _remarked(verdict, "too plain: nothing in it can be recognised").overruled("plainness", decision="novel")
    told = _remarked(verdict, f"too plain to be located, but as a whole it looks like {own.evidence.asset.path}")
    return told.overruled("likeness", decision="review", matches=_led_by(verdict, own))


def in_quarantine(verdict: Verdict, besides: Besides) -> Verdict:
    """An asset under quarantine is not claimed, unless a person has confirmed it for this post: a person looks."""
    confirmed = _confirmed(verdict, besides)
    held = {key: note for key, note in besides.quarantined.items() if key not in confirmed}
    matches = tuple(_held(match, held.get(match.evidence.asset.id)) for match in verdict.matches)
    if verdict.decision == "known" and matches[0].evidence.asset.id in held:
        return verdict.overruled("quarantine", decision="review", matches=matches)
    return replace(verdict, matches=matches)


def said_by_people(verdict: Verdict, besides: Besides) -> Verdict:
    """What a person has confirmed is known, whatever it scores, and from several assets if so said; what was rejected
    is not among the matches. What people decided is told.
    """
    remarks = [
        *(f"rejected earlier: {note.path} ({_by(note)})" for note in besides.said if note.what == "reject"),
        *(f"ignored: what shows {one.note.picture} ({_by(one.note)})" for one in besides.ignored),
    ]
    if confirmed := _confirmed(verdict, besides):
        marked = [replace(match, confirmed=match.evidence.asset.id in confirmed) for match in verdict.matches]
        matches = tuple(sorted(marked, key=lambda match: not match.confirmed))
        told = [f"confirmed: {note.path} ({_by(note)})" for note in confirmed.values()]
        verdict = verdict.overruled("person", decision="known", matches=matches)
        return replace(verdict, remarks=(*told, *verdict.remarks, *remarks))
    if verdict.decision == "novel" and any(note.what == "reject" for note in besides.said):
        verdict = verdict.overruled("person")
    return _remarked(verdict, *remarks)


def one_claim_a_place(verdict: Verdict, _: Besides) -> Verdict:
    """What would be claimed where a better match lies is a version of that; what a person confirmed stays claimed."""
    return with_versions(verdict)


EVIDENCE: tuple[Callable[[Verdict], Verdict], ...] = (not_claimable, unlike_the_fit)
BESIDES: tuple[Callable[[Verdict, Besides], Verdict], ...] = (
    same_file,
    too_plain,
    in_quarantine,
    said_by_people,
    one_claim_a_place,
)


def by_evidence(verdict: Verdict) -> Verdict:
    """What the scores decide → what of it stands, in one look at a post."""
    for overrule in EVIDENCE:
        verdict = overrule(verdict)
    return verdict


def by_what_is_known(verdict: Verdict, besides: Besides) -> Verdict:
    """What the evidence decides → what of it stands, beside all else that is known of the post."""
    for overrule in BESIDES:
        verdict = overrule(verdict, besides)
    return verdict


def _confirmed(verdict: Verdict, besides: Besides) -> dict[str, Note]:
    """What was confirmed for this post and is among the matches, by id of the asset."""
    there = {match.evidence.asset.id for match in verdict.matches}
    return {note.asset: note for note in besides.said if note.what == "confirm" and note.asset in there}


def _held(match: Match, note: Note | None) -> Match:
    if note is None:
        return match
    because = f": {note.reason}" if note.reason else ""
    return replace(match, objection=Objection("quarantine", f"under quarantine since {note.when[:10]}{because}"))


def _by(note: Note) -> str:
    return f"{note.who}, {note.when[:10]}"


def _remarked(verdict: Verdict, *remarks: str) -> Verdict:
    return replace(verdict, remarks=(*verdict.remarks, *remarks))


def _led_by(verdict: Verdict, own: Match) -> tuple[Match, ...]:
    """The matches with one before all others."""
    key = own.evidence.asset.id
    return (own, *(match for match in verdict.matches if match.evidence.asset.id != key))
