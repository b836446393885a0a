"""Memory: what one picture needed is kept for the next one, and none needs more than is given to it.

glibc hands large blocks back to the system as soon as they are freed, so that the pyramids of every picture and the
layers of every batch are faulted in again page by page. Kept, key points of a picture of 512 px take 60 ms of a
processor and not 68, with two workers beside a network 63 ms and not 92; an index run makes 20 pictures a second and
not 15 (2026-11-26, 2 cores of an x86-64 server, 160 JPEGs of 1–2 megapixels).
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Parameters of mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _PERTURB = -1, -3, -6
LARGE = 64 << 20  # bytes: what a single huge picture needs is given back
KEPT = 256 << 20  # bytes that a process may hold and not use


def keep_freed_memory() -> None:
    """Let this process reuse what it has freed; where the C library is not glibc, nothing happens."""
    _mallopt(_MMAP_THRESHOLD, LARGE)
    _mallopt(_TRIM_THRESHOLD, KEPT)


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Python looks for no garbage among what is made meanwhile, neither now nor later: it is to stay.

    What a service has imported are 160,000 objects. Looked through, all threads wait 50 to 130 ms.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def new_memory_filled() -> Iterator[None]:
    """Let memory that is taken meanwhile hold one value, and not what was there before.

    A library that reads less than it has taken memory for gives the rest away as pixels: of other pictures, and others
    each time.
    """
    _mallopt(_PERTURB, 0xFF)  # its complement is what memory is filled with: black
    try:
        yield
    finally:
        _mallopt(_PERTURB, 0)


def _mallopt(parameter: int, value: int) -> None:
    """mallopt(3), which glibc alone has."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform.startswith("linux") else None
    if mallopt:
        mallopt(parameter, value)


_LIMITED: list[int] = []  # bytes that this process may hold, once there is a limit


def limit_memory(more: int) -> None:
    """Let this process take no more than so many bytes beside those that it holds now; only Linux counts them so."""
    if sys.platform.startswith("linux"):
        _LIMITED[:] = [_held() + more]
        _set_limit(_LIMITED[0])


@contextmanager
def at_most(more: int) -> Iterator[None]:
    """In a process whose memory is limited, the same for a while, with what is less.

    Libraries end their process when they get no memory, which no other process is to suffer.
    """
    if not _LIMITED:
        yield
        return
    _set_limit(min(_LIMITED[0], _held() + more))
    try:
        yield
    finally:
        _set_limit(_LIMITED[0])


def _held() -> int:
    """Bytes of data and stacks of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * os.sysconf("SC_PAGE_SIZE")


def _set_limit(wanted: int) -> None:
    import resource

    _, highest = resource.getrlimit(resource.RLIMIT_DATA)
    if highest == resource.RLIM_INFINITY or wanted < highest:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, highest))
