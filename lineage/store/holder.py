"""Who has an embedded index open: a small file beside the shard, so that a refused second process can name the first.

The file is a note for people, not the lock; the engine's own lock is released by the system however its holder ends.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

FILE = "holder.json"


def note(folder: Path) -> None:
    """Write down that this process has the index in `folder` open."""
    program, *arguments = sys.argv or [""]
    command = shlex.join([Path(program).name or "python", *arguments])
    with suppress(OSError):  # a full or read-only disk must not keep anyone from reading
        (folder / FILE).write_text(json.dumps({"pid": os.getpid(), "command": command[:200]}), encoding="utf-8")


def clear(folder: Path) -> None:
    """Take the note away."""
    with suppress(OSError):
        (folder / FILE).unlink()


def describe(folder: Path) -> str:
    """Name the holder for a person; a note left behind by a process that has ended is not believed."""
    try:
        written = json.loads((folder / FILE).read_text(encoding="utf-8"))
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
