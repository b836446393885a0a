"""What was answered against what is answered now, and what was decided against what the journal has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from lineage.audit.chain import LogLine
from lineage.audit.grounds import Grounds, digest_of_ids, grounds_of
from lineage.audit.said import ANSWER, DECISION, kept, store_of, told, without_secrets_in
from lineage.errors import ImageError, NoteDamaged
from lineage.machine.one_line import without_secrets
from lineage.read.places import UNREADABLE, is_remote, read_with_digest, split
from lineage.records import Note, Report

Ask = Callable[[bytes | Path, str], Report]
"""Bytes of a post, or its file, and its name → what is answered now."""
REMEMBERED = 256  # answers, of a few thousand bytes each, that are not asked for twice
HIDDEN = "***"  # in the place of a secret
_NAMES = ("asset", "label", "remarks")  # what files are called now, and sentences that name them


@dataclass(frozen=True, slots=True)
class Replayed:
    """An answer that was asked for again.

    Attributes:
        line: of the log
        post: its name
        outcome: same verdict · another verdict, and something that it depends on has changed · another verdict, and
            nothing has · nobody could ask again
        then, now: what was said and what is said; empty where nobody could ask
        why: what has changed since, or why nobody could ask
    """

    line: int
    post: str
    outcome: Literal["same", "changed", "different", "not asked"]
    then: Mapping[str, Any]
    now: Mapping[str, Any]
    why: tuple[str, ...]


class Replay:
    """Asks again what a log has answers to, one line after the other.

    Args:
        ask: who answers now
        grounds: on what
        tell: called with every outcome
        fetch: whether to ask for posts at the addresses that a log names, and not for files of this machine alone
    """

    def __init__(self, ask: Ask, grounds: Grounds, tell: Callable[[Replayed], None], *, fetch: bool = False) -> None:
        self._ask = ask
        self._fetch = fetch
        self._grounds = grounds
        self._tell = tell
        self._answers: dict[str, dict[str, Any]] = {}  # by the digest of the post, the latest

    def see(self, line: LogLine) -> None:
        """A record was read."""
        if line.record["kind"] == ANSWER:
            self._tell(self._replayed(line.number, line.record))

    def _replayed(self, line: int, record: Mapping[str, Any]) -> Replayed:
        post, then, before = record["post"], record["said"], grounds_of(record["grounds"])
        if before.versions["index"] != self._grounds.versions["index"]:
            return _not_asked(line, post, f"it was asked of another index, {before.versions['index']}")
        try:
            now = self._answered(post)
        except UNREADABLE as error:
            return _not_asked(line, post, error.reason if isinstance(error, ImageError) else str(error))
        since = tuple(self._grounds.changed_since(before))
        same = _nameless(then) == _nameless(now)
        return Replayed(line, post["name"], "same" if same else "changed" if since else "different", then, now, since)

    def _answered(self, post: Mapping[str, Any]) -> dict[str, Any]:
        """What is said now of the post of that content; one of `UNREADABLE` where there is none."""
        name, digest, place = post["name"], post["sha256"], post["place"]
        if not digest:
            raise ImageError(name, "it was given as pixels, of which no file is known")
        if not place:  # its name is what somebody called it, and no place
            raise ImageError(name, "it was given as bytes, and nobody knows where its file lies")
        if digest not in self._answers:
            said = told(self._ask(self._content(name, place, digest), name).as_json())
            self._answers[digest] = json.loads(json.dumps(without_secrets_in(said)))
            while len(self._answers) > REMEMBERED:
                del self._answers[next(iter(self._answers))]
        return self._answers[digest]

    def _content(self, name: str, place: str, digest: str) -> bytes | Path:
        """What lies where the post lay; one of `UNREADABLE` where it is another file now, or nobody can have it."""
        remote = is_remote(place)
        if remote and HIDDEN in place:
            raise ImageError(name, "its address had secrets, which are not kept")
        if remote and not self._fetch:  # whoever wrote the log chose it, and not who asks
            raise ImageError(name, "it lies elsewhere, and addresses that a log names are asked with --fetch alone")
        try:
            content, found = read_with_digest(*(split(place) if remote else ("", place)))
        except ValueError as error:  # null characters, and text that is none
            raise ImageError(name, "its place is no name of a file") from error
        if found != digest:
            raise ImageError(name, f"{place} holds something else now")
        return content


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """In what log and journal differ.

    Attributes:
        line: of the log; 0: it is not there
        id: of the note; empty: it is not about one alone
        why: a clause
    """

    line: int
    id: str
    why: str


class Decided:
    """Gathers the decisions of a log while it is read, to be compared with the journal of an index.

    Args:
        store, index: place and id of that index
    """

    def __init__(self, store: str, index: str) -> None:
        self._store = without_secrets(store_of(store))
        self._index = index
        self._begun = ""
        self._logged: list[LogLine] = []

    def see(self, line: LogLine) -> None:
        """A record was read."""
        self._begun = self._begun or line.record["time"]
        if line.record["kind"] == DECISION:
            self._logged.append(line)

    def against(self, notes: Sequence[Note], attachment: Callable[[str], bytes]) -> list[Discrepancy]:
        """In what a journal differs.

        Args:
            notes: of the journal
            attachment: what it keeps with the one of that id
        """
        there = {note.id: note for note in notes}
        differing = [
            Discrepancy(line.number, _id(line), why)
            for line in self._logged
            if (why := self._differing(line.record, there.get(_id(line)), attachment))
        ]
        logged = {*map(_id, self._logged)}
        unlogged = [
            Discrepancy(0, one.id, f"is not in the log: {one.what} by {one.who}, {one.when}")
            for one in notes
            if one.id not in logged and one.when > self._begun
        ]
        return [*differing, *self._earlier(notes), *unlogged]

    def _differing(self, record: Mapping[str, Any], note: Note | None, attachment: Callable[[str], bytes]) -> str:
        if note is None:
            gone = "is not in the journal: it was left out, or whoever made it was stopped before it counted"
            return gone if self._is_here(record) else ""
        written = json.loads(json.dumps(without_secrets_in(asdict(note))))
        if any(
            written.get(name) != value for name, value in record["note"].items()
        ):  # notes may have more to say since
            return "reads otherwise in the journal"
        try:
            same = not record["kept"] or kept(attachment(note.id)) == record["kept"]
        except NoteDamaged:
            same = False
        return "" if same else "is the same in the journal, but what is kept with it is not"

    def _earlier(self, notes: Sequence[Note]) -> list[Discrepancy]:
        """Whether a journal has still what it had when the first decision about its index went into the log.

        Whoever decides beside the log may date that as he likes; so what was there is told by its digest.
        """
        own = [line for line in self._logged if self._is_here(line.record)]
        if not own:
            return []
        first, logged = own[0], {*map(_id, own)}
        now = [note.id for note in notes if note.id not in logged and note.when <= first.record["time"]]
        then, digest = first.record["earlier"], digest_of_ids([now])
        if digest == then["digest"]:
            return []
        others = "others " if len(now) == then["count"] else ""
        counts = f"{len(now):,} now, {then['count']:,} {others}when it was made"
        return [Discrepancy(first.number, "", f"decisions of before this one that are not in the log: {counts}")]

    def _is_here(self, record: Mapping[str, Any]) -> bool:
        """Whether a decision is about this index: it may have moved since, or have been made anew at its place."""
        return record["store"] == self._store or (bool(self._index) and record["index"] == self._index)


def _id(line: LogLine) -> str:
    key: str = line.record["note"]["id"]
    return key


def _not_asked(line: int, post: Mapping[str, Any], why: str) -> Replayed:
    return Replayed(line, post["name"], "not asked", {}, {}, (why,))


def _nameless(value: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    """The same without what files are called, which may be moved and stay the assets that they are."""
    if isinstance(value, Mapping):
        return {name: _nameless(one) for name, one in value.items() if name not in _NAMES}
    return [_nameless(one) for one in value] if isinstance(value, list) else value
