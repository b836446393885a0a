"""The queue of posts that wait for a person: what goes into it, and which of them somebody has decided about.

A decision is a note of the journal, wherever it was made. One that was made about the very post elsewhere, by a command
or for another copy of it in the queue, decides here too; one that is taken back opens its review again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from lineage.describe.same_picture import same_post
from lineage.feedback.notes import as_kept, now
from lineage.feedback.state import notes_that_hold
from lineage.protocols import Queue
from lineage.records import Kept, Note, Picture, Report, Review


@dataclass(frozen=True, slots=True)
class Standing:
    """A review, and what was decided.

    Attributes:
        review: as it was put
        note: what decides it; None while it waits for somebody
    """

    review: Review
    note: Note | None = None

    @property
    def follows(self) -> bool:
        """Whether it was decided elsewhere: about another copy of the post, or by a command."""
        return self.note is not None and self.note.review != self.review.id


def keep_for_review(
    queue: Queue, key: str, picture: Picture, report: Report, *, file: bytes = b"", days: int
) -> Review:
    """Put a post into the queue, and forget what lies there for longer than it is kept.

    A post that waits there already with the same asset, perhaps asked about again by a nightly run, is not put twice.

    Args:
        queue: of the index
        key: id of the review, a random UUID
        picture: the post
        report: what was said of it
        file: the post's own, byte for byte; empty: it is not kept
        days: after which a review is forgotten

    Returns:
        The review of the post, which may have been there before.
    """
    review = _about(report, key)
    if same := next((one for one in kept_reviews(queue, days=days) if _same(one, review)), None):
        return same
    kept: dict[Kept, bytes] = {"post": as_kept(picture.pixels)}
    queue.put(review, report, kept | ({"file": file} if file else {}))
    return review


def kept_reviews(queue: Queue, *, days: int) -> list[Review]:
    """All reviews, in the order of time; those that lie there for longer than these days are forgotten."""
    there = queue.reviews()
    old = {one.id for one in there if _age(one) > timedelta(days=days)}
    queue.drop([*old])
    return [one for one in there if one.id not in old]


def standing(reviews: Iterable[Review], notes: Sequence[Note]) -> list[Standing]:
    """Each review with what decides it, given all notes of the journal in the order of time."""
    holding = notes_that_hold(notes)
    own = {note.review: note for note in holding if note.review}
    judged = [note for note in holding if note.what in ("confirm", "reject") and note.hashes]
    return [Standing(review, _deciding(review, own, judged)) for review in reviews]


def _deciding(review: Review, own: Mapping[str, Note], judged: Sequence[Note]) -> Note | None:
    if note := own.get(review.id):
        return note
    since = takewhile(lambda note: note.when > review.when, reversed(judged))
    return next((note for note in since if _settles(note, review)), None)


def _settles(note: Note, review: Review) -> bool:
    """Whether a decision about another copy of the post says whether this one was made from its asset."""
    if note.what == "reject" and note.asset != review.asset:
        return False
    return note.hashes is not None and review.hashes is not None and same_post(note.hashes, review.hashes)


def _about(report: Report, key: str) -> Review:
    verdict = report.verdict
    best = verdict.matches[0] if verdict.matches else None
    return Review(
        id=key,
        when=now(),
        index=report.versions["index"],
        query=report.query,
        hashes=report.hashes,
        asset=best.asset.id if best else "",
        path=best.asset.path if best else "",
        probability=best.probability if best else 0.0,
        rests_on=verdict.rests_on,
    )


def _age(review: Review) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(review.when)


def _same(one: Review, other: Review) -> bool:
    alike = one.hashes and other.hashes and same_post(one.hashes, other.hashes)
    return bool(alike) and (one.index, one.asset) == (other.index, other.asset)
