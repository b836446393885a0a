"""Where decisions are made: the journal and the queue, in the hands of one thread.

So decisions come one after another, and the second person to decide about a post is told what the first has decided.
What was asked is remembered here too, a few posts at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from indexer.books.promised import keep_promise
from lineage.audit.decisions import open_logged_journal
from lineage.errors import LineageError, UsageError
from lineage.feedback import notes
from lineage.feedback.queue import Standing, keep_for_review, kept_reviews, standing
from lineage.feedback.state import as_lines, assets_in_quarantine, notes_that_hold
from lineage.feedback.watch import keep_watch, sighting_about
from lineage.read.images import decode
from lineage.records import Asset, Hashes, Kept, Note, Picture, Report, Review, Sighting
from lineage.settings import Settings
from lineage.store import stamp_of
from lineage.store.queue import open_queue

_LOG = logging.getLogger(__name__)
TOGETHER = 16  # answers that are remembered at once; what matches too much shows over hundreds
WAITING = 1000  # answers that are remembered later, where that cannot be now

Given = TypeVar("Given")
Judgement = Literal["confirm", "reject", "ignore", "quarantine"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A post that is decided about.

    Attributes:
        answer: id of the answer or review; empty where nobody has asked about it here
        name: for people
        hashes: of the post
        kept: the post, as `notes.as_kept` makes it
    """

    answer: str
    name: str
    hashes: Hashes
    kept: bytes


class DecidedAlready(LineageError):
    """Somebody else was first.

    Attributes:
        note: what was decided
    """

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.who} has decided already: {note.what}; take that back first, or go on to the next")
        self.note = note


class Desk:
    """Journal and queue of one index; all methods belong to one thread.

    Args:
        settings: name the index
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._journal = open_logged_journal(settings)
        self._queue = open_queue(settings.store, server=settings.server)
        self._seen: list[Sighting] = []
        self._known: tuple[list[Review], Sequence[Note]] = [], []  # as they were when last compared
        self._standings: list[Standing] = []
        self._unreadable: set[str] = set()  # reviews of which nobody can be told anything

    def close(self) -> None:
        """Remember what is not written yet, and let go of both."""
        try:
            self.remember()
        finally:
            self._journal.close()
            self._queue.close()

    def decisions(self) -> int:
        """How many notes there are."""
        return self._journal.count()

    def notes(self) -> Sequence[Note]:
        """All notes, in the order of time."""
        return self._journal.notes()

    def sightings(self) -> Sequence[Sighting]:
        """The latest posts that were answered."""
        self.remember()
        return self._journal.sightings()

    def attachment(self, note: str) -> bytes:
        """What was kept with a decision; empty where nothing was."""
        return self._journal.attachment(note)

    def see(self, report: Report) -> None:
        """A post was answered."""
        self._seen.append(sighting_about(report))
        if len(self._seen) % TOGETHER == 0:
            self._remember_or_wait()

    def remember(self) -> None:
        """Write what was answered, and put under quarantine what matches too many posts, which is said."""
        seen, self._seen = self._seen, []
        try:
            written = keep_watch(self._journal, seen)
        except Exception:
            self._seen = seen[-WAITING:]
            raise
        for note in written:
            _LOG.warning("%s %s and is now under quarantine: posts that match it go to review", note.path, note.reason)

    def _remember_or_wait(self) -> None:
        """Whoever asked has an answer, whether it can be written down now or not."""
        try:
            self.remember()
        except LineageError as error:
            _LOG.warning("what was asked lately could not be remembered yet: %s", error)

    def put(self, key: str, picture: Picture, report: Report, *, file: bytes) -> Review:
        """Put a post into the queue; its review, which has another id where the post waits there already."""
        days = self._settings.review_days
        return keep_for_review(self._queue, key, picture, report, file=file, days=days)

    def standings(self) -> list[Standing]:
        """All reviews that can be shown, and what was decided."""
        kept = kept_reviews(self._queue, days=self._settings.review_days)
        known = [one for one in kept if one.id not in self._unreadable], self._journal.notes()
        if known != self._known:  # each review is compared with each later note, for every page
            self._known, self._standings = known, standing(*known)
        return [*self._standings]

    def report(self, review: str) -> Report | None:
        """What was said of the post of a review; None where there is no such review, or it cannot be read: then it
        does not stand in the way of the others any more.
        """
        found = self._queue.report(review)
        if found is None and any(one.id == review for one in self._queue.reviews()):
            self._unreadable.add(review)
        return found

    def kept(self, review: str, what: Kept) -> bytes:
        """What is kept of its post; empty where nothing is."""
        return self._queue.kept(review, what)

    def about(self, answer: str) -> list[Note]:
        """What was decided about an answer or a review, and holds, the latest last."""
        own = [note for note in notes_that_hold(self._journal.notes()) if note.review == answer]
        return own or [one.note for one in self.standings() if one.review.id == answer and one.note]

    def subject(self, review: str) -> Subject | None:
        """The post of a review; None where there is no such review."""
        found = next((one for one in self._queue.reviews() if one.id == review), None)
        if found is None or found.hashes is None:
            return None
        return Subject(found.id, found.query, found.hashes, self._queue.kept(review, "post"))

    def decide(self, what: Judgement, *, who: str, post: Subject | None, asset: Asset | None, reason: str = "") -> Note:
        """Write a decision.

        Args:
            what: confirm and reject need a post and an asset, ignore a post, quarantine an asset
            who: decides
            post: that the decision is about, or that led to it
            asset: of the index
            reason: of a quarantine

        Raises:
            DecidedAlready: somebody has decided about this answer, or has put this asset under quarantine
            UsageError: something that is needed was not given, or an ignored picture is too plain
        """
        review = post.answer if post else ""
        if review:
            self._require_open(review, asset.id if asset else "")
        if what == "quarantine":
            wanted = _given(asset, "asset")
            if held := assets_in_quarantine(self._journal.notes()).get(wanted.id):
                raise DecidedAlready(held)
            return notes.quarantine(self._journal, wanted.id, path=wanted.path, reason=reason, who=who, review=review)
        shown = _given(post, "answer")
        if what == "ignore":
            pixels = decode(shown.kept, name=shown.name).pixels
            return notes.ignore(self._journal, pixels, name=shown.name, who=who, review=review)
        note = notes.judge_kept(
            self._journal,
            what,
            shown.hashes,
            shown.kept,
            _given(asset, "asset"),
            name=shown.name,
            who=who,
            review=review,
        )
        if what == "reject" and (stamp := stamp_of(self._settings.store, server=self._settings.server)):
            keep_promise(self._settings, stamp, self._journal)
        return note

    def undo(self, note: str, *, who: str) -> dict[str, object]:
        """Take a decision back, which is then told as `as_lines` tells it.

        Raises:
            UsageError: there is no such note, or it is taken back already
        """
        found = next((one for one in notes_that_hold(self._journal.notes()) if one.id == note), None)
        if found is None:
            raise UsageError(f"{note}: there is no such decision, or it is taken back already")
        (line,) = as_lines([found, *notes.undo(self._journal, [found], who=who)])
        return line

    def _require_open(self, review: str, asset: str) -> None:
        """Of a post in the queue one decision holds; of another answer one about each of its sources."""
        there = [one for one in self._queue.reviews() if one.id == review]
        written = self._journal.notes()
        own = [note for note in notes_that_hold(written) if note.review == review]
        clash = [note for note in own if there or note.asset in (asset, "")]
        decided = next(filter(None, [*clash, *(one.note for one in standing(there, written))]), None)
        if decided:
            raise DecidedAlready(decided)


def _given(value: Given | None, name: str) -> Given:
    if value is None:
        raise UsageError(f"name the {name} that is decided about")
    return value
