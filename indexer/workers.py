"""Worker processes: file → prepared picture. A file that kills its worker is reported like any other broken file."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from typing import Self

import cv2
from threadpoolctl import threadpool_limits

from lineage import places
from lineage.errors import ImageError, ImageOutOfReach
from lineage.fingerprint import Prepared, prepare
from lineage.heap import keep_freed_memory
from lineage.images import decode
from lineage.records import Location
from lineage.stopwatch import Stopwatch

# Enough that no worker waits while a batch is embedded, which on two cores takes as long as 25 pictures; and a bound of
# the memory, whatever the folder holds: a prepared picture takes 200 kB.
IN_FLIGHT_PER_WORKER = 24


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read.

    Attributes:
        location: where it lies
        known_sha256: of the bytes it had when it was last read; if they are the same, it is not decoded again
        longest: px, longer side at which it is decoded
        input_size: px, side of the network's input
        pixel_limit: px, larger pictures are refused
    """

    location: Location
    known_sha256: str
    longest: int
    input_size: int
    pixel_limit: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: prepared, failed (`failure` says why), or neither: the bytes have not changed.

    A failure that is `passing` says nothing about the file: a next run reads it again. `seconds` is by stage.
    """

    location: Location
    sha256: str = ""
    width: int = 0
    height: int = 0
    format: str = ""
    prepared: Prepared | None = None
    failure: str = ""
    passing: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)


def read(job: Job) -> Outcome:
    """Read, hash, decode and prepare one file; whatever is wrong with the file is part of the outcome."""
    watch = Stopwatch()
    return replace(_read(job, watch), seconds=watch.seconds)


def _read(job: Job, watch: Stopwatch) -> Outcome:
    try:
        with watch.stage("read"):
            content, sha256 = places.read_with_digest(job.location.root, job.location.path)
        if sha256 == job.known_sha256:
            return Outcome(job.location, sha256)
        with watch.stage("decode"):
            picture = decode(content, name=job.location.path, longest=job.longest, pixel_limit=job.pixel_limit)
        prepared = prepare(picture.pixels, input_size=job.input_size, watch=watch)
    except ImageError as error:
        return Outcome(job.location, failure=error.reason, passing=isinstance(error, ImageOutOfReach))
    except places.UNREADABLE as error:  # of this line of a list, or by who has no key: others may be read
        return Outcome(job.location, failure=str(error).removeprefix(f"{job.location.path}: "), passing=True)
    except MemoryError:
        return Outcome(job.location, failure="not enough memory to read this file")
    except cv2.error as error:
        return Outcome(job.location, failure=_why_not_prepared(error))
    return Outcome(job.location, sha256, picture.width, picture.height, picture.format, prepared)


def _why_not_prepared(error: cv2.error) -> str:
    no_memory = error.code == cv2.Error.StsNoMem
    return "not enough memory to read this file" if no_memory else "no fingerprint can be made of it"


class Workers:
    """A pool that maps `read` over jobs, in order, with a bounded number of them in flight; a context manager.

    Attributes:
        count: processes
        seconds: stage → seconds, of all processes together; `start` is what they took until they could work
    """

    def __init__(self, count: int, task: Callable[[Job], Outcome] = read) -> None:
        self.count = count
        self.seconds: dict[str, float] = {}
        self._task = task
        self._pool = self._start(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def outcomes(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """One outcome a job, in the order of the jobs."""
        waiting: deque[tuple[Job, Future[Outcome]]] = deque()
        for job in jobs:
            waiting.append((job, self._submit(job)))
            if len(waiting) >= self.count * IN_FLIGHT_PER_WORKER:
                yield self._timed(waiting)
        while waiting:
            yield self._timed(waiting)

    def _timed(self, waiting: deque[tuple[Job, Future[Outcome]]]) -> Outcome:
        began = time.perf_counter()
        outcome = self._result(waiting)
        if not self.seconds:  # the first one had to wait for processes to start
            took = time.perf_counter() - began - sum(outcome.seconds.values())
            self.seconds["start"] = self.count * max(0.0, took)
        for stage, seconds in outcome.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        return outcome

    def _start(self, count: int) -> ProcessPoolExecutor:
        # Spawned, not forked: a forked child inherits locks of torch's and the store's threads and may hang.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(count, mp_context=context, initializer=_quiet_worker)

    def _submit(self, job: Job) -> Future[Outcome]:
        try:
            return self._pool.submit(self._task, job)
        except BrokenProcessPool as error:
            failed: Future[Outcome] = Future()
            failed.set_exception(error)
            return failed

    def _result(self, waiting: deque[tuple[Job, Future[Outcome]]]) -> Outcome:
        job, future = waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            outcome = self._alone(job)
            self._pool = self._start(self.count)
            again = [(job, self._submit(job) if _broken(future) else future) for job, future in waiting]
            waiting.clear()
            waiting.extend(again)
            return outcome

    def _alone(self, job: Job) -> Outcome:
        """A worker died and took the whole pool along: find out whether this job is the one that does it."""
        with self._start(1) as pool:
            try:
                return pool.submit(self._task, job).result()
            except BrokenProcessPool:
                return Outcome(job.location, failure="its decoder crashed")


def _broken(future: Future[Outcome]) -> bool:
    return future.done() and isinstance(future.exception(), BrokenProcessPool)


def _quiet_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends the workers in order
    cv2.setNumThreads(1)  # one process a core already
    threadpool_limits(1)
    keep_freed_memory()
    # C libraries print about broken files as they like; the outcome says it in one clause.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A parent that was killed cannot end its workers, and they would wait for ever to hand over their results."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
