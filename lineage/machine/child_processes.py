"""Processes that carry out a task, one item at a time: one that crashes or takes too long is ended, and its item alone
fails.

A thread cannot be ended while a C library holds it, and a pool of `concurrent.futures` breaks as a whole.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Any, Generic, Self, TypeVar

from lineage.errors import LineageError, UsageError
from lineage.machine.heap import keep_freed_memory, limit_memory
from lineage.machine.processors import seconds_worked

PATIENCE = 10  # times its limit that a task may take by the clock, while others keep the processors busy
_SETTLED = 1.0  # s in which a child that hung up has ended
_TOO_MUCH = "it takes more memory than is allowed, which the setting pixel_limit raises"
_NOT_STARTED = "no process could be started to work beside this one; is there memory left?"
_SOONEST, _LATEST = 0.05, 3600.0  # s between looks at what a child has worked

Item = TypeVar("Item")
Result = TypeVar("Result")
Begin = Callable[[], None]
Task = Callable[[Item, Begin], Result]
"""What a child does with an item. It calls `Begin` when the time begins that is limited; if never, none is."""


class ChildEnded(Exception):
    """The child that worked on an item crashed or took too long; the message is a short clause for a person."""


class ChildProcesses(Generic[Item, Result]):
    """Spawned processes that serve any number of threads; a context manager that ends them.

    One starts at once, a further one when an item comes while all others work, if the system lets it.

    Args:
        task: a function of a module, of items and with results that can be pickled
        count: processes at most
        limit: seconds of work that a task may take from its `Begin` on; by the clock `PATIENCE` times as many
        prepare: a function of a module that each process calls first; None: nothing has to be prepared
        memory: bytes that a process may take beside those that it holds when it is ready, on Linux; None: any number.
            What would take more fails by a `MemoryError`, or ends its process

    Raises:
        UsageError: this process is not allowed to start any
        LineageError: the first could not be started
    """

    def __init__(
        self,
        task: Task[Item, Result],
        count: int,
        *,
        limit: float,
        prepare: Begin | None = None,
        memory: int | None = None,
    ) -> None:
        _require_no_daemon()
        self._task, self._prepare, self._limit, self._memory = task, prepare, limit, memory
        self._count = count
        self._children = [self._start()]
        self._idle: SimpleQueue[_Child] = SimpleQueue()
        self._idle.put(self._children[0])
        self._changing = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changing:
            self._closed = True
            for child in self._children:
                child.end()

    def call(self, item: Item) -> Result:
        """What the task makes of an item; waits for a process that is free.

        Raises:
            ChildEnded: it crashed, or took too long
            LineageError: it could not be started
            Exception: whatever the task raises
        """
        child = self._free() or self._idle.get()
        try:
            answer = child.answer(item, self._limit)
        except (ChildEnded, LineageError):  # it is gone; an error of the task is an answer
            child = self._instead_of(child)
            raise
        finally:
            self._idle.put(child)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[return-value]  # pickled, so nobody can know its type

    def ready(self) -> bool:
        """Whether all have started, those too that would have come later. To be asked before the first call, for two
        would listen for one start.

        Raises:
            LineageError: one could not be started
        """
        with self._changing:
            while len(self._children) < self._count and not self._closed:
                self._idle.put(self._one_more())
            return all(child.is_ready() for child in self._children)

    def _start(self) -> _Child:
        try:
            return _Child(self._task, self._prepare, self._memory)
        except OSError as error:
            raise LineageError(_NOT_STARTED) from error

    def _one_more(self) -> _Child:
        self._children.append(new := self._start())
        return new

    def _free(self) -> _Child | None:
        """One that is idle, or one more where there may be more; None: one is to be waited for."""
        with self._changing:
            with suppress(Empty):
                return self._idle.get_nowait()
            if self._closed or len(self._children) >= self._count:
                return None
            with suppress(LineageError):  # those that there are go on
                return self._one_more()
            return None

    def _instead_of(self, child: _Child) -> _Child:
        child.end()
        with self._changing:
            if self._closed:
                return child
            new = self._one_more()
            self._children.remove(child)
            return new


class _Message(Enum):
    READY = "ready"
    BEGUN = "begun"


class _Child:
    def __init__(self, task: Callable[[Any, Begin], object], prepare: Begin | None, memory: int | None) -> None:
        self._limited = memory is not None
        # Spawned, not forked: a forked child inherits locks of torch's and the store's threads and may hang.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, task, prepare, memory), daemon=True)
        with _interrupts_held(), _without_main():
            self._process.start()
        theirs.close()
        self._ready = False

    def is_ready(self) -> bool:
        if not self._ready and self._connection.poll():
            self._await_start()
        return self._ready

    def answer(self, item: object, limit: float) -> object:
        """What the child sends back; an exception that it sends is an answer."""
        self._await_start()
        try:
            self._connection.send(item)
            answer = self._connection.recv()
            if answer is _Message.BEGUN:
                self._await_answer(limit)
                answer = self._connection.recv()
        except (EOFError, OSError) as error:
            raise ChildEnded(self._how_it_ended()) from error
        return answer

    def _how_it_ended(self) -> str:
        """Libraries of C++ and Rust that get no memory abort their process."""
        self._process.join(_SETTLED)
        gave_up = self._limited and self._process.exitcode == -signal.SIGABRT
        return f"its decoder gave up: {_TOO_MUCH}" if gave_up else "its decoder crashed"

    def _await_answer(self, limit: float) -> None:
        """What counts is how long the child works: on a busy machine it may get the processor seldom."""
        began, before, left = time.monotonic(), self._worked(), limit
        while not self._connection.poll(min(max(left, _SOONEST), _LATEST)):
            left = limit - (self._worked() - before)
            if left <= 0 or time.monotonic() - began >= PATIENCE * limit:
                raise ChildEnded(f"takes longer than {limit:g} s to decode")

    def _worked(self) -> float:
        worked = seconds_worked(self._process.pid or 0)
        return time.monotonic() if worked is None else worked

    def _await_start(self) -> None:
        """A child that never came so far says nothing about the item that waits for it."""
        try:
            self._ready = self._ready or self._connection.recv() is _Message.READY
        except (EOFError, OSError) as error:
            raise LineageError(_NOT_STARTED) from error

    def end(self) -> None:
        self._ready = False
        self._process.kill()
        self._process.join()


def _require_no_daemon() -> None:
    """The processes of `multiprocessing.Pool`, and those that load data for torch, are daemons."""
    if multiprocessing.current_process().daemon:
        raise UsageError(
            "a daemon of multiprocessing, as those of multiprocessing.Pool are, may start no processes, and pictures "
            "are decoded in some; use concurrent.futures.ProcessPoolExecutor, or Process(…, daemon=False)"
        )


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C reaches the whole group. A child inherits that it is held back from it, and is ended by its parent."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_STARTING = threading.Lock()


@contextmanager
def _without_main() -> Iterator[None]:
    """A spawned child imports the file that the program was started from, which no task needs: a script whose lines are
    under no `if __name__ == "__main__"` would begin anew in it, and the command would be loaded once more.
    """
    with _STARTING:
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _serve(
    connection: Connection, task: Callable[[Any, Begin], object], prepare: Begin | None, memory: int | None
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # C libraries print about broken files as they like; the answer says it in one clause.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    keep_freed_memory()
    if prepare:
        prepare()
    if memory is not None:
        limit_memory(memory)
    connection.send(_Message.READY)
    while True:
        try:
            item = connection.recv()
        except EOFError:  # the parent is gone, or done
            return
        try:
            answer = task(item, lambda: connection.send(_Message.BEGUN))
        except Exception as error:
            answer = error
        connection.send(answer)


def _die_with_parent() -> None:
    """A parent that was killed cannot end its children, and one may work on for long."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
