"""Reads an audit log, and says where it does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.audit.line import BEGIN, LONGEST, NOTHING, begins_a_line, digest_of, is_finished, record_of
from lineage.audit.shape import is_shaped
from lineage.errors import UsageError


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
        self._behind, self._size, self._line = 0, 0, b""  # lines behind it that are no records, their bytes, the last
        self._torn: dict[int, int] = {}
        self._kinds: Counter[str] = Counter()
        self._begun = ""
        self._broken: Break | None = None

    def read(self, line: bytes) -> bool:
        """Whether the log still holds with one more line."""
        number = self._last.number + self._behind + 1
        record = record_of(line)
        if record is None:
            self._behind, self._size, self._line = self._behind + 1, self._size + len(line), line
            self._broken = _wrong_part(number, line)
        else:
            self._broken = self._wrong(number, record)
        if record is not None and not self._broken:
            self._note_torn()
            self._last, self._behind, self._size = LogLine(number, digest_of(line), record), 0, 0
            self._kinds[record["kind"]] += 1
            self._begun = self._begun or record["time"]
            self._see(self._last)
        return not self._broken

    def verified(self) -> Verified:
        """What was read, once there is no more."""
        last = self._last
        if self._behind and not self._broken and not _may_be_torn(self._line):
            self._broken = Break(last.number + self._behind, "is no record")
        if not self._broken:
            self._note_torn()
        written = last.record.get("time", "")
        kinds = dict(self._kinds)
        return Verified(last.number, last.digest, kinds, self._begun, written, self._torn, self._broken)

    def _note_torn(self) -> None:
        if self._behind:
            self._torn[self._last.number + 1] = self._size

    def _wrong(self, number: int, record: Mapping[str, Any]) -> Break | None:
        """What is wrong with a record, behind the last one that holds and lines that are none."""
        last = self._last
        if self._behind and record.get("torn", 0) != self._size:
            return Break(last.number + 1, "is no record, and the next one does not say that it was torn off")
        if record["number"] != number:
            said = f"line {record['number']} of the log stands here"
            return Break(number, f"{said}: lines before it are missing, were put in, or were moved")
        if record["before"] != (digest_of(self._line) if self._behind else last.digest):
            return Break(number, "does not follow from the line before: one of both was changed or put in")
        if (record["kind"] == BEGIN) != (not last.number):
            return Break(number, "another log begins here" if last.number else "the log does not begin here")
        return None if is_shaped(record) else Break(number, "is of another form than this version of lineage writes")


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            first = stream.readline(LONGEST)
            if not begins_a_line(first.rstrip(b"\n")):
                raise UsageError(f"{file}: is no audit log; its first line is not that of one")
            yield first
            yield from iter(lambda: stream.readline(LONGEST), b"")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _wrong_part(number: int, line: bytes) -> Break | None:
    """What is wrong with a line that is no record, whatever comes behind it."""
    if len(line) == LONGEST:
        return Break(number, "is longer than any that lineage writes")
    return Break(number, "is not as it was written") if line.endswith(b"\n") and is_finished(line) else None


def _may_be_torn(line: bytes) -> bool:
    """Whether the last line of a log, which is no record, may be one whose writer was stopped.

    It may be still written to, or have got the end that the next record gives it and nothing of that record.
    """
    return not line.endswith(b"\n") or (begins_a_line(line[:-1]) and not line.endswith(b"}\n"))
