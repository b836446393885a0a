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
        program, *arguments = sys.argv or [""]
        command = shlex.join([Path(program).name or "python", *arguments])
        with suppress(OSError):  # a full disk must not keep anyone from reading
            note.write_text(json.dumps({"pid": os.getpid(), "command": command[:200]}), encoding="utf-8")

    def release(self) -> None:
        """Let the next one in; releasing twice is allowed."""
        if not self._file.closed:
            with suppress(OSError):
                self._note.unlink()
            self._file.close()


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
        raise StoreLocked(
            f"the index at {place} is in use by {_holder(note)}; wait until it ends, or stop it"
        ) from error
    except portalocker.LockException as error:
        file.close()
        raise StoreError(f"the index at {place} cannot be locked: {error}") from error
    return file


def _holder(note: Path) -> str:
    """Name the holder for a person; a note left behind by a process that has ended is not believed."""
    try:
        written = json.loads(note.read_text(encoding="utf-8"))
        pid, command = int(written["pid"]), str(written["command"])
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
    if pid == os.getpid():
        return f"this very process ({pid})"
    return f"process {pid} ({command})" if _runs(pid) else "another process"


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
