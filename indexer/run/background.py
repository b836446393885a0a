"""Work that goes on behind the caller's back, in order, and never far behind."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """Hands items to a task, one after the other, in a thread of its own; a context manager that waits for the last.

    The first error of the task ends it: what is left is passed over, and the error is raised in the caller.

    Args:
        task: what is done with an item
        depth: items that may wait; the caller waits while there are as many
    """

    def __init__(self, task: Callable[[T], None], *, depth: int) -> None:
        self._task = task
        self._queue: Queue[T | None] = Queue(depth)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue.put(None)
        self._thread.join()
        if error is None:
            self._raise()

    def put(self, item: T) -> None:
        """Have an item done some time; raises what an earlier one has raised."""
        self._raise()
        self._queue.put(item)

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._task(item)
                except BaseException as error:  # whatever it is, it belongs to the caller
                    self._error = error

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
