"""Reads an audit log, and says where it does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.audit.line import BEGIN, NOTHING, begins_a_log, digest_of, is_finished, record_of
from lineage.audit.shape import is_shaped
from lineage.errors import UsageError

_LONGEST = 64 * 2**20  # bytes of the first line that are looked at: another file may have none


@dataclass(frozen=True, slots=True)
class LogLine:
    """A record of a log that holds up to here.

    Attributes:
        number: of the line, from 1
        digest: SHA-256 of the line, its end included, 64 hex digits
        record: what it says
    """

    number: int
    digest: str
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """Where a log does not hold: what stands there, and behind it, may be anything.

    Attributes:
        line: its number
        why: what is wrong with it
    """

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a log is.

    Attributes:
        line: number of the last record that holds
        head: digest of its line; who has noted it can tell later whether the log still contains it
        kinds: how many records there are of each kind
        begun, written: time of the first record and of the last, as the machine's clock had it; empty: there is none
        torn: by the number of their first line, bytes that somebody who was killed, or met a full disk, had written
        broken: where it does not hold; None: it does
    """

    line: int
    head: str
    kinds: Mapping[str, int]
    begun: str
    written: str
    torn: Mapping[int, int]
    broken: Break | None


def verify(file: Path, see: Callable[[LogLine], None] = lambda _: None) -> Verified:
    """Read a log from its beginning, up to where it does not hold.

    Args:
        file: the log
        see: called with each record that holds

    Raises:
        UsageError: there is no such log
    """
    reading = _Reading(see)
    for line in _lines(file):
        if not reading.read(line):
            break
    return reading.verified()


class _Reading:
    """How far a log was read."""

    def __init__(self, see: Callable[[LogLine], None]) -> None:
        self._see = see
        self._last = LogLine(0, NOTHING, {})
        self._left: list[bytes] = []  # behind it, that are no records
        self._torn: dict[int, int] = {}
        self._kinds: Counter[str] = Counter()
        self._begun = ""
        self._broken: Break | None = None

    def read(self, line: bytes) -> bool:
        """Whether the log still holds with one more line."""
        if (record := record_of(line)) is None:
            self._left.append(line)
            return True
        number = self._last.number + len(self._left) + 1
        self._broken = _wrong(number, record, self._last, self._left)
        if self._broken:
            return False
        self._note_left()
        self._last, self._left = LogLine(number, digest_of(line), record), []
        self._kinds[record["kind"]] += 1
        self._begun = self._begun or record["time"]
        self._see(self._last)
        return True

    def verified(self) -> Verified:
        """What was read, once there is no more."""
        last = self._last
        if not self._broken:
            self._broken = _wrong_end(last.number, self._left)
        if not self._broken:
            self._note_left()
        written = last.record.get("time", "")
        kinds = dict(self._kinds)
        return Verified(last.number, last.digest, kinds, self._begun, written, self._torn, self._broken)

    def _note_left(self) -> None:
        if self._left:
            self._torn[self._last.number + 1] = sum(map(len, self._left))


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            first = stream.readline(_LONGEST)
            if not begins_a_log(first.rstrip(b"\n")):
                raise UsageError(f"{file}: is no audit log; its first line is not that of one")
            yield first
            yield from stream
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _wrong(number: int, record: Mapping[str, Any], last: LogLine, left: Sequence[bytes]) -> Break | None:
    """What is wrong with a record, behind the last one that holds and lines that are none."""
    if changed := _changed(number - len(left), left):
        return changed
    if left and record.get("torn", 0) != sum(map(len, left)):
        return Break(number - len(left), "is no record, and the next one does not say that it was torn off")
    if record["number"] != number:
        said = f"line {record['number']} of the log stands here"
        return Break(number, f"{said}: lines before it are missing, were put in, or were moved")
    if record["before"] != (digest_of(left[-1]) if left else last.digest):
        return Break(number, "does not follow from the line before: one of both was changed or put in")
    if (record["kind"] == BEGIN) != (not last.number):
        return Break(number, "another log begins here" if last.number else "the log does not begin here")
    return None if is_shaped(record) else Break(number, "is of another form than this version of lineage writes")


def _wrong_end(last: int, left: Sequence[bytes]) -> Break | None:
    """What is wrong with lines that are none at the end; the last one may still be written, or never was."""
    whole = [*left] if not left or left[-1].endswith(b"\n") else [*left[:-1]]
    if changed := _changed(last + 1, whole):
        return changed
    return Break(last + 1, "is no record") if whole and len(whole) == len(left) else None


def _changed(first: int, lines: Sequence[bytes]) -> Break | None:
    """The first of lines that are whole and yet no records."""
    found = (number for number, line in enumerate(lines, first) if is_finished(line))
    return next((Break(number, "is not as it was written") for number in found), None)
