"""How many processors this process may use, fewer than the machine has in a container or under `taskset`; and for how
long a process has used them.

`joblib.cpu_count` knows the same, but brings numpy and .15 s to the start of every command.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_AT_ONCE = 4  # more threads than that mostly wait for the interpreter's lock
_OWN_GROUP = Path("/proc/self/cgroup")


def processors() -> int:
    """Those that the system lets this process run on, and no more than its control group pays for; at least 1."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(there, _allowance())))


def at_once() -> int:
    """Posts that are asked about at once where there are many."""
    return max(1, min(processors(), _AT_ONCE))


def threads_of_numbers() -> int:
    """Threads for one piece of work on many numbers: what `OMP_NUM_THREADS` says, as for every such program, else all
    processors."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(told)) if told.isdecimal() else processors()


def seconds_worked(process: int) -> float | None:
    """Processor time that a process has used, seconds; None where the system does not say: only Linux does."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    user, system = told.rpartition(")")[2].split()[11:13]  # behind the name, which may hold anything
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _allowance() -> float:
    """Processors that the control groups (v2) of this process allow together; infinite where none says."""
    own = _GROUPS / _own_group()
    folders = [folder for folder in (own, *own.parents) if folder.is_relative_to(_GROUPS)]
    return min(map(_quota, folders), default=math.inf)


def _own_group() -> str:
    """Path below `_GROUPS`; in a container mostly empty, for the group that it sees as the outermost is its own."""
    try:
        lines = _OWN_GROUP.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.removeprefix("0::").strip("/") for line in lines if line.startswith("0::")), "")


def _quota(folder: Path) -> float:
    """Of one group: `150000 100000` are 150 of every 100 ms, 1.5 processors."""
    try:
        allowed, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
        return int(allowed) / int(period)
    except (OSError, ValueError, ZeroDivisionError):  # no such groups here, or `max`
        return math.inf
