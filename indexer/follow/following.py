"""Follow a library for ever: what is away for a while, its folder or its index, is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from indexer.follow.sync import Synced
from indexer.follow.watching import EVERYWHERE, changes
from lineage.errors import LineageError, StampMismatch, StoreError, StoreLocked

T = TypeVar("T")

LOCKED_SECONDS = 2.0  # until a locked index is tried again
FIRST_SECONDS = 1.0  # until what is away is tried again; twice as long each time
LONGEST_SECONDS = 60.0

Look = Callable[[frozenset[str]], Synced]


class Outage:
    """Something is away, or nothing is.

    Args:
        lost: called once when something goes away, with what was found then
        back: called once when all is there again, with the seconds that this took
    """

    def __init__(self, lost: Callable[[LineageError | OSError], None], back: Callable[[float], None]) -> None:
        self._lost = lost
        self._back = back
        self._since: float | None = None
        self._pause = FIRST_SECONDS

    def wait(self, error: LineageError | OSError) -> None:
        """It is away, still or again: pass some time."""
        if self._since is None:
            self._since, self._pause = time.monotonic(), FIRST_SECONDS
            self._lost(error)
        time.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_SECONDS)

    def end(self) -> None:
        """All is there."""
        if self._since is not None:
            seconds, self._since = time.monotonic() - self._since, None
            self._back(seconds)


def follow(root: Path, look: Look, outage: Outage, *, beside: Path | None = None) -> Iterator[Synced]:
    """What became of each change in a folder, for ever; after an outage all of the folder is looked at.

    Args:
        root: the folder, absolute
        look: makes an index that is there hold what lies at these paths; nothing: everywhere
        outage: is told what is away
        beside: as for `changes`

    Raises:
        StampMismatch: the index is another backbone's by now
        BrokenPipeError: nobody reads what is written
        LineageError: the folder cannot be watched from the start
    """
    watched = False
    while True:
        try:
            for paths in changes(root, beside=beside):
                watched = True
                yield _looked(look, paths, outage)
        except StampMismatch:
            raise
        except LineageError as error:  # the folder is away, and whoever watched it hears nothing of its return
            if not watched:
                raise
            outage.wait(error)


def _looked(look: Look, paths: frozenset[str], outage: Outage) -> Synced:
    """Goes on watching while the index is away."""
    while True:
        try:
            synced = when_unlocked(partial(look, paths))
        except (StampMismatch, BrokenPipeError):
            raise
        except (StoreError, OSError) as error:
            outage.wait(error)
            paths = EVERYWHERE
        else:
            outage.end()
            return synced


def when_unlocked(task: Callable[[], T]) -> T:
    """What a task returns, once no other process has the index open."""
    while True:
        try:
            return task()
        except StoreLocked:
            time.sleep(LOCKED_SECONDS)
