"""Who has an embedded index open: a lock, and beside it a note so that a refused second process can name the first.

The engine (0.9.0) has a lock of its own, but takes it only after it has shortened journals that the first process still
writes, whose next flush then fails. So this one is taken before the engine sees the folder. The system releases it
however its holder ends.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

import portalocker

from lineage.errors import StoreError, StoreLocked

LOCK = "lock"
NOTE = "holder.json"


class Hold:
    """The right to be the one process that has the index in `folder` open, until it is released.

    Raises:
        StoreLocked: another process, or this one, has it
        StoreError: no lock can be taken there
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = _lock(folder)
        program, *arguments = sys.argv or [""]
        command = shlex.join([Path(program).name or "python", *arguments])
        with suppress(OSError):  # a full disk must not keep anyone from reading
            (folder / NOTE).write_text(json.dumps({"pid": os.getpid(), "command": command[:200]}), encoding="utf-8")

    def release(self) -> None:
        """Let the next one in; releasing twice is allowed."""
        if not self._file.closed:
            with suppress(OSError):
                (self._folder / NOTE).unlink()
            self._file.close()


def _lock(folder: Path) -> IO[str]:
    try:
        file = (folder / LOCK).open("a", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"the index at {folder} cannot be opened: {error.strerror}") from error
    try:
        portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked as error:
        file.close()
        raise StoreLocked(
            f"the index at {folder} is in use by {_holder(folder)}; wait until it ends, or stop it"
        ) from error
    except portalocker.LockException as error:
        file.close()
        raise StoreError(f"the index at {folder} cannot be locked: {error}") from error
    return file


def _holder(folder: Path) -> str:
    """Name the holder for a person; a note left behind by a process that has ended is not believed."""
    try:
        written = json.loads((folder / NOTE).read_text(encoding="utf-8"))
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
