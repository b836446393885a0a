"""Who has an index to itself: a lock, and beside it a note so that a refused second process can name the first.

Of an embedded index it is whoever has it open. The engine (0.9.0) has a lock of its own, but takes it only after it has
shortened journals that the first process still writes, whose next flush then fails. So this one is taken before the
engine sees the folder. The system releases it however its holder ends.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

import portalocker

from lineage.errors import StoreError, StoreLocked

_WAIT = "wait until it ends, or stop it"
_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)


class Hold:
    """The right to be the one process that has an index, until it is released.

    Args:
        lock: file that is locked
        note: file that says who has it
        place: of the index, as a person knows it

    Raises:
        StoreLocked: another process, or this one, has it
        StoreError: no lock can be taken there
    """

    def __init__(self, lock: Path, note: Path, *, place: str) -> None:
        self._note = note
        self._file = _lock(lock, note, place)
        _write(note)

    def release(self) -> None:
        """Let the next one in; releasing twice is allowed."""
        if not self._file.closed:
            with suppress(OSError):
                self._note.unlink()
            self._file.close()


def announce(note: Path, address: str) -> None:
    """Say in the note of an index that this process has to itself by which URL others may ask it."""
    _write(note, address=address)


def _write(note: Path, **more: str) -> None:
    program, *arguments = sys.argv or [""]
    command = shlex.join([Path(program).name or "python", *arguments])
    with suppress(OSError):  # a full disk must not keep anyone from reading
        note.write_text(json.dumps({"pid": os.getpid(), "command": command[:200], **more}), encoding="utf-8")


def _lock(lock: Path, note: Path, place: str) -> IO[str]:
    try:
        file = lock.open("a", encoding="utf-8")
    except OSError as error:
        way = "; even reading locks it, so its folder must be writable" if error.errno in _UNWRITABLE else ""
        raise StoreError(f"the index at {place} cannot be opened: {error.strerror}{way}") from error
    try:
        portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked as error:
        file.close()
        raise locked(f"the index at {place} is in use by", note) from error
    except portalocker.LockException as error:
        file.close()
        raise StoreError(f"the index at {place} cannot be locked: {error}") from error
    return file


def locked(held: str, note: Path) -> StoreLocked:
    """The refusal: who holds it, and what to do; a note that an ended process left behind is not believed."""
    try:
        written = json.loads(note.read_text(encoding="utf-8"))
        pid, command, address = int(written["pid"]), str(written["command"]), str(written.get("address", ""))
    except (OSError, ValueError, KeyError, TypeError):
        return StoreLocked(f"{held} another process", _WAIT)
    if pid == os.getpid():
        return StoreLocked(f"{held} this very process ({pid})", _WAIT)
    if not _runs(pid):
        return StoreLocked(f"{held} another process", _WAIT)
    way = f"ask the service at {address}, or end it" if address else _WAIT
    return StoreLocked(f"{held} process {pid} ({command})", way, address=address)


def _runs(pid: int) -> bool:
    if os.name != "posix":  # elsewhere signal 0 is not a question
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
