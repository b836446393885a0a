"""Adds records to an audit log, from any number of processes and threads.

The file is only ever added to, in one write a record. Who is killed in the middle of it, or meets a full disk, leaves
part of a line: it stays, and the next record says in `torn` how many bytes of that lie between it and the last one.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import portalocker

from lineage import __version__
from lineage.audit.line import BEGIN, FORM, LONGEST, NOTHING, begins_a_line, digest_of, line_of, record_of
from lineage.errors import AuditError, UsageError
from lineage.settings import Settings
from lineage.store import is_url

_PATIENCE = 30.0  # seconds; others hold the lock for one write
_OFTEN = 0.005  # seconds between attempts to get it
_OURS = 0o600  # it names posts and people
_BLOCK = 64 * 2**10  # bytes read from the end, of which a record takes some ten thousand
_HEAD = 64  # bytes that tell whether a file is a log


@dataclass(frozen=True, slots=True)
class End:
    """How a log ends.

    Attributes:
        number: of the last line; 0: there is none
        digest: of that line, its end included
        begun: whether there is any record
        torn: bytes behind the last record, with the end that the last line gets
        lead: the end that the last line lacks
    """

    number: int
    digest: str
    begun: bool
    torn: int = 0
    lead: bytes = b""


def log_of(settings: Settings) -> AuditLog | None:
    """The log that the settings name, if they do; `UsageError` where it would lie among the files of the index."""
    if not settings.audit_log:
        return None
    file = Path(settings.audit_log)
    if not is_url(settings.store) and Path(settings.store).resolve() in file.resolve().parents:
        raise UsageError(f"the audit log {file} would lie in the folder of the index; name another place as audit_log")
    return AuditLog(file)


class AuditLog:
    """An audit log, made with its first record.

    Args:
        file: where it lies

    Raises:
        AuditError: it cannot be written, holds something else, or is busy for longer than `_PATIENCE`
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def begin(self) -> str:
        """Make the log where there is none: who cannot write it is told before anything is asked.

        Returns:
            SHA-256 of its first line, which no other log has: it may have been moved away, and begun anew, meanwhile.
        """
        with self._locked() as file:
            if not _end(file).begun:
                self._add(file, [])
            file.seek(0)
            return digest_of(file.readline())

    def append(self, kind: str, content: Mapping[str, object]) -> None:
        """Add a record, which is on the disk when this returns.

        Args:
            kind: of the record
            content: what it says besides kind, time, number, and the digest of the line before
        """
        with self._locked() as file:
            self._add(file, [{**content, "kind": kind}])

    def _add(self, file: IO[bytes], records: list[Mapping[str, object]]) -> None:
        end, now = _end(file), datetime.now(UTC).isoformat(timespec="microseconds")
        began = [] if end.begun else [_beginning()]
        lines, before, number = [end.lead], end.digest, end.number
        for record in (*began, *records):
            number += 1
            torn = {"torn": end.torn} if end.torn and len(lines) == 1 else {}
            lines.append(line_of({**record, **torn, "time": now, "number": number, "before": before}))
            before = digest_of(lines[-1])
        if max(map(len, lines)) >= LONGEST:
            raise AuditError(f"{self._file}: a record of {len(lines[-1]):,} bytes is longer than any that is read")
        _write(file, b"".join(lines))

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        """The file, which nobody else adds to meanwhile."""
        lock = portalocker.Lock(self._file, "ab+", timeout=_PATIENCE, check_interval=_OFTEN, buffering=0)
        try:
            if new := not self._file.exists():
                os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, _OURS))
            with lock as file:
                yield file
            if new:
                _keep_name(self._file)
        except portalocker.AlreadyLocked as error:
            raise AuditError(f"the audit log {self._file} is in use by another process") from error
        except portalocker.LockException as error:
            raise AuditError(f"the audit log {self._file} cannot be locked: {error}") from error
        except OSError as error:
            raise AuditError(f"the audit log {self._file} cannot be written: {error.strerror}") from error
        except ValueError as error:
            raise AuditError(f"{self._file}: {error}; name another file as audit_log") from error


def _beginning() -> dict[str, object]:
    return {"kind": BEGIN, "log": str(uuid.uuid4()), "form": FORM, "lineage": __version__}


def _end(file: IO[bytes]) -> End:
    """How the log ends; `ValueError` where it is none."""
    size, span = file.seek(0, os.SEEK_END), _BLOCK
    file.seek(0)
    if size and not begins_a_line(file.read(_HEAD).partition(b"\n")[0]):  # and may be as large as it likes
        raise ValueError("holds something else than an audit log")
    while True:
        start = max(0, size - span)
        file.seek(start)
        if found := _last(file.read(size - start), whole=start == 0):
            return found
        span *= 4


def _last(tail: bytes, *, whole: bool) -> End | None:
    """The same by the last bytes, or the whole of it; None where these are too few to say."""
    *lines, rest = tail.split(b"\n")
    lead = b"\n" if rest else b""
    lines += [rest] if rest else []
    for number in range(len(lines) - 1, -1 if whole else 0, -1):  # of a part, the first line may be part of one
        if record := record_of(lines[number] + b"\n"):
            return _behind(record["number"], lines[number], lines[number + 1 :], lead)
    return _behind(0, None, lines, lead) if whole else None


def _behind(number: int, last: bytes | None, behind: list[bytes], lead: bytes) -> End:
    """The end behind the last record, of that number; without one, behind nothing."""
    line = behind[-1] if behind else last
    digest = NOTHING if line is None else digest_of(line + b"\n")
    torn = sum(len(part) + 1 for part in behind)
    return End(number + len(behind), digest, begun=last is not None, torn=torn, lead=lead)


def _write(file: IO[bytes], lines: bytes) -> None:
    """All of it, and onto the disk."""
    left = lines
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def _keep_name(file: Path) -> None:
    """Let the name of a new file survive a crash of the machine, where folders can be written out."""
    if os.name != "posix":
        return
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
