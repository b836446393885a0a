"""`verify` in processes of its own, where several posts are asked about at once.

An answer is thousands of small steps of numpy, between which threads of one process wait for each other's turn.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Self

import cv2
from threadpoolctl import threadpool_limits

from lineage.errors import LineageError, WeightsError
from lineage.machine.child_processes import Begin, ChildProcesses
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Restorer
from lineage.records import Evidence
from lineage.verify.candidates import Given, verify

_FIRST = 16  # times that the threads compare themselves: the start of the processes costs as much as they save in these
_LOG = logging.getLogger(__name__)

Loading = Callable[[], Restorer | None]


Asked = tuple[Given, str]
"""What is to be verified, and the version of the caller's restorer, since each process has its own; empty: none."""
Answer = tuple[tuple[Evidence, ...], dict[str, float]]
"""The evidence, and seconds by stage."""


class Apart:
    """`verify` in processes of its own from when they are ready, in the caller's thread before; a context manager that
    ends them. They start when more than a few posts were asked about; if they cannot, a warning says so.

    Args:
        count: processes
        load: a function of a module that gives a process its restorer
    """

    def __init__(self, count: int, load: Loading) -> None:
        self._count, self._load = count, load
        self._starting = threading.Lock()
        self._children: ChildProcesses[Asked, Answer] | None = None
        self._asked = 0
        self._started, self._ended = False, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with self._starting:
            self._end()

    def __call__(self, given: Given, *, watch: Stopwatch, restorer: Restorer | None = None) -> tuple[Evidence, ...]:
        """As `verify`.

        Raises:
            ChildEnded: the process that was asked has crashed
            LineageError: none could be started instead of one that has
            WeightsError: it has another restorer than its caller
        """
        children = self._ready()
        if children is None:
            return verify(given, watch=watch, restorer=restorer)
        began = time.perf_counter()
        evidence, seconds = children.call((given, restorer.version if restorer else ""))
        watch.add({**seconds, "handing over": time.perf_counter() - began - sum(seconds.values())})
        return evidence

    def _ready(self) -> ChildProcesses[Asked, Answer] | None:
        """The processes, once all of them have started and until they are ended."""
        with self._starting:
            self._asked += 1
            if self._asked > _FIRST and not (self._started or self._ended):
                try:
                    self._started = self._have_started()
                except LineageError as error:
                    _LOG.warning("posts are compared with assets in this process alone: %s", error)
                    self._end()
            return self._children if self._started and not self._ended else None

    def _have_started(self) -> bool:
        if self._children is None:
            prepare = partial(_prepare, self._load)
            self._children = ChildProcesses(_verified, self._count, limit=float("inf"), prepare=prepare)
        return self._children.ready()

    def _end(self) -> None:
        self._ended = True
        if self._children:
            self._children.__exit__()


_restorers: list[Restorer | None] = []
"""Of this process; one, once it is prepared."""


def _prepare(load: Loading) -> None:
    cv2.setNumThreads(1)  # one process a processor already
    _restorers.append(load())
    threadpool_limits(1)


def _verified(asked: Asked, _: Begin) -> Answer:
    (given, version), (restorer,), watch = asked, _restorers, Stopwatch()
    if version and (restorer is None or restorer.version != version):
        raise WeightsError("the autoencoder's weights have changed while they were in use; start again")
    return verify(given, watch=watch, restorer=restorer if version else None), watch.seconds
