"""Threads for what takes a processor, and a line before them that is no longer than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lineage.errors import LineageError

RETRY_AFTER = 2  # s; a line of the default length is worked off in some five

Result = TypeVar("Result")


class Busy(LineageError):
    """Too many wait already."""


class Pool:
    """Threads that work for an event loop.

    Whoever stops waiting leaves the line; work that has begun goes on to its end, since a thread cannot be stopped.

    Args:
        threads: how many
        waiting: how many may wait in line

    Attributes:
        threads: as given
        inside: pieces of work that are carried out or wait
    """

    def __init__(self, threads: int, *, waiting: int) -> None:
        self.threads = threads
        self.inside = 0
        self._most = threads + waiting
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="asking")

    async def run(self, work: Callable[[], Result]) -> Result:
        """Carry out work in a thread.

        Raises:
            Busy: too many wait already
        """
        if self.inside >= self._most:
            raise Busy(f"{self._most} requests are worked on or wait already; try again in a moment")
        self.inside += 1
        loop, future = asyncio.get_running_loop(), self._executor.submit(work)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._left))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let what has begun end, and drop what waits."""
        self._executor.shutdown(cancel_futures=True)

    def _left(self) -> None:
        self.inside -= 1
