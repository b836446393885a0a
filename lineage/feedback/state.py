"""Notes → what holds now."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from lineage.describe.same_picture import same_post
from lineage.errors import NoteDamaged
from lineage.protocols import Journal
from lineage.records import Hashes, Keypoints, Limit, Note
from lineage.store.packing import unpack

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A known-benign picture: a badge, the frame of an app, a stock background."""

    note: Note
    keypoints: Keypoints


@dataclass(frozen=True, slots=True)
class Feedback:
    """What people's decisions, and the engine's own, come to.

    Attributes:
        pairs: confirmations and rejections that hold, in the order of time
        ignored: pictures whose features do not count
        quarantined: assets that are not claimed, by id
        limits: what novel posts of this library score, where too many of them were claimed, in the order of time
        lifted: by calibration and group, when such a limit was taken back, as `Note.when`
    """

    pairs: tuple[Note, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    quarantined: Mapping[str, Note] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    lifted: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256, 64 hex digits: equal where the same decisions hold."""
        notes = (*self.pairs, *(one.note for one in self.ignored), *self.quarantined.values())
        held = [sorted(note.id for note in notes), [asdict(limit) for limit in self.limits]]
        return hashlib.sha256(json.dumps(held).encode()).hexdigest()

    def own(self, calibration: str) -> dict[str, tuple[float, ...]]:
        """By group, what novel posts of this library score by that version of a calibration, where that was needed."""
        return {limit.group: limit.novel for limit in self.limits if limit.calibration == calibration}

    def about(self, hashes: Hashes) -> tuple[Note, ...]:
        """The last word on each asset that was confirmed or rejected for this very post, by its hashes."""
        return tuple(
            {note.asset: note for note in self.pairs if note.hashes and same_post(note.hashes, hashes)}.values()
        )


def read_feedback(journal: Journal) -> Feedback:
    """What holds according to a journal."""
    notes = journal.notes()
    there = notes_that_hold(notes)
    ignored = [note for note in there if note.what == "ignore"]
    return Feedback(
        pairs=tuple(note for note in there if note.what in ("confirm", "reject")),
        ignored=tuple(Ignored(note, unpack(kept)) for note, kept in with_attachments(journal, ignored)),
        quarantined=assets_in_quarantine(notes),
        limits=tuple(note.limit for note in there if note.limit),
        lifted=when_lifted(notes),
    )


def with_attachments(journal: Journal, notes: Iterable[Note]) -> Iterator[tuple[Note, bytes]]:
    """Notes with what the journal keeps with each; where that is damaged a note is left out, and named as a warning."""
    for note in notes:
        try:
            kept = journal.attachment(note.id)
        except NoteDamaged as error:
            _LOG.warning("%s; until then it is left out", error)
        else:
            yield note, kept


def assets_in_quarantine(notes: Sequence[Note]) -> dict[str, Note]:
    """Assets that are not claimed, by id."""
    return {note.asset: note for note in notes_that_hold(notes) if note.what == "quarantine"}


def when_released(notes: Sequence[Note]) -> dict[str, str]:
    """By id of an asset, when its latest quarantine was taken back, as `Note.when`."""
    undone = {note.undoes: note.when for note in notes if note.what == "undo"}
    return {note.asset: undone[note.id] for note in notes if note.what == "quarantine" and note.id in undone}


def when_lifted(notes: Sequence[Note]) -> dict[tuple[str, str], str]:
    """By calibration and group, when the latest limit was taken back, as `Note.when`."""
    undone = {note.undoes: note.when for note in notes if note.what == "undo"}
    limits = {note.id: note.limit for note in notes if note.limit}
    return {(limit.calibration, limit.group): undone[key] for key, limit in limits.items() if key in undone}


@dataclass(frozen=True, slots=True)
class Undone:
    """That a decision was taken back.

    Attributes:
        when: as in `Note`
        who: took it back
    """

    when: str
    who: str


def as_lines(notes: Sequence[Note]) -> list[dict[str, object]]:
    """What was decided, as `lineage feedback --json` tells it: what takes another back is told with it."""
    back = {note.undoes: note for note in notes if note.what == "undo"}
    return [note.as_json() | {"undone": _taken(back.get(note.id))} for note in notes if note.what != "undo"]


def _taken(by: Note | None) -> dict[str, str] | None:
    return asdict(Undone(by.when, by.who)) if by else None


def notes_that_hold(notes: Sequence[Note]) -> list[Note]:
    """Those that were not taken back, in the order of time."""
    undone = {note.undoes for note in notes if note.what == "undo"}
    return [note for note in notes if note.what != "undo" and note.id not in undone]
