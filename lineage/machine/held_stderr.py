"""What a library writes to stderr by itself, past Python: held back while it is called, and dropped where it fails.

A panic of the store's engine is an exception, and before it a page of text on the terminal.

The descriptor is the whole process's. What Python itself writes from another thread meanwhile, such as a progress bar,
would be held too, take the file in memory for no terminal, and be dropped with a panic; so a command gives Python a
descriptor of its own.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_STDERR = 2
_one_at_a_time = threading.Lock()


def part_stderr() -> None:
    """Let Python write to where stderr leads by a descriptor of its own, which is never held back."""
    if sys.stderr is None:
        _be_silent()
    stderr = sys.stderr
    if stderr is not sys.__stderr__ or not isinstance(stderr, io.TextIOWrapper):
        return
    stderr.flush()
    sys.stderr = open(  # noqa: SIM115 - for as long as the process lives
        os.dup(_STDERR), "w", buffering=1, encoding=stderr.encoding, errors=stderr.errors, closefd=False
    )


def _be_silent() -> None:
    """Where a process was started without stderr, nothing is said; and no file of an index gets its descriptor."""
    while (nowhere := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        os.set_inheritable(nowhere, True)  # noqa: FBT003
    sys.stderr = open(nowhere, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives


@contextmanager
def held_stderr() -> Iterator[None]:
    """Hold stderr back; what was written comes out in the end, unless something is raised. Some 10 µs, on Linux alone.

    Not to be nested. One thread at a time.
    """
    with _one_at_a_time:
        memory, stderr = _memory(), _copy_of_stderr()
        if memory is None or stderr is None:
            yield
            return
        os.dup2(memory, _STDERR)
        try:
            yield
        except BaseException:
            os.ftruncate(memory, 0)
            raise
        finally:
            os.dup2(stderr, _STDERR)
            os.close(stderr)
            _let_go(memory)


def _let_go(memory: int) -> None:
    if size := os.fstat(memory).st_size:
        os.write(_STDERR, os.pread(memory, size, 0))
        os.ftruncate(memory, 0)


def _copy_of_stderr() -> int | None:
    try:
        return os.dup(_STDERR)
    except OSError:  # a process without one
        return None


@cache
def _memory() -> int | None:
    """A file in memory that is written to at its end; None where there are none."""
    if not hasattr(os, "memfd_create"):
        return None
    made = os.memfd_create("stderr")
    try:
        return os.open(f"/proc/self/fd/{made}", os.O_RDWR | os.O_APPEND)
    except OSError:  # no /proc
        return None
    finally:
        os.close(made)
