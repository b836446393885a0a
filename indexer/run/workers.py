"""Worker processes: file → prepared picture. A file that ends its worker is reported like any other broken file."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

import cv2
from threadpoolctl import threadpool_limits

from lineage.describe.fingerprint import Prepared, prepare
from lineage.errors import ImageError, ImageOutOfReach
from lineage.machine.child_processes import Begin, ChildEnded, ChildProcesses, Task
from lineage.machine.stopwatch import Stopwatch
from lineage.read import places
from lineage.read.images import require_format
from lineage.read.sheets import decode_asset
from lineage.records import Location

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


def read(job: Job, begin: Begin = lambda: None) -> Outcome:
    """Read, hash, decode and prepare one file; whatever is wrong with the file is part of the outcome.

    Args:
        job: the file
        begin: called once its bytes are there, whose coming may take as long as the place needs
    """
    watch = Stopwatch()
    return replace(_read(job, watch, begin), seconds=watch.seconds)


def _read(job: Job, watch: Stopwatch, begin: Begin) -> Outcome:
    try:
        with watch.stage("read"):
            name = job.location.path
            look = partial(require_format, name=name)
            content, sha256 = places.read_with_digest(job.location.root, name, look=look)
        if sha256 == job.known_sha256:
            return Outcome(job.location, sha256)
        begin()
        with watch.stage("decode"):
            picture = decode_asset(content, name=name, longest=job.longest, pixel_limit=job.pixel_limit)
        prepared = prepare(picture.pixels, input_size=job.input_size, detail=picture.detail, watch=watch)
    except ImageError as error:
        return Outcome(job.location, failure=error.reason, passing=isinstance(error, ImageOutOfReach))
    except places.UNREADABLE as error:  # of this line of a list, or by who has no key: others may be read
        return Outcome(job.location, failure=str(error).removeprefix(f"{job.location.path}: "), passing=True)
    except MemoryError:
        return Outcome(job.location, failure="not enough memory to read this file")
    except Exception as error:  # the last resort: no file may end the run, whatever is wrong with it or with us
        return Outcome(job.location, failure=_why_not_prepared(error))
    return Outcome(job.location, sha256, picture.width, picture.height, picture.format, prepared)


def _why_not_prepared(error: Exception) -> str:
    if isinstance(error, cv2.error):
        no_memory = error.code == cv2.Error.StsNoMem
        return "not enough memory to read this file" if no_memory else "no fingerprint can be made of it"
    return f"no fingerprint can be made of it ({type(error).__name__}: {error})"


class Workers:
    """Processes that map `read` over jobs, in order, with a bounded number of them in flight; a context manager.

    Args:
        count: processes
        limit: seconds that a picture may take once it was read
        memory: bytes that it may take; None: any number

    Attributes:
        count: processes
        seconds: stage → seconds, of all processes together; `start` is what they took until they could work
    """

    def __init__(self, count: int, *, limit: float, memory: int | None = None, task: Task[Job, Outcome] = read) -> None:
        self.count = count
        self.seconds: dict[str, float] = {}
        self._children = ChildProcesses(task, count, limit=limit, prepare=_one_thread, memory=memory)
        self._threads = ThreadPoolExecutor(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._children.__exit__(*error)  # first, so that nobody waits for an outcome that nobody wants
        self._threads.shutdown(wait=True, cancel_futures=True)

    def outcomes(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """One outcome a job, in the order of the jobs."""
        waiting: deque[Future[Outcome]] = deque()
        for job in jobs:
            waiting.append(self._threads.submit(self._outcome, job))
            if len(waiting) >= self.count * IN_FLIGHT_PER_WORKER:
                yield self._timed(waiting.popleft())
        while waiting:
            yield self._timed(waiting.popleft())

    def _outcome(self, job: Job) -> Outcome:
        try:
            return self._children.call(job)
        except ChildEnded as ended:
            return Outcome(job.location, failure=str(ended))

    def _timed(self, future: Future[Outcome]) -> Outcome:
        began = time.perf_counter()
        outcome = future.result()
        if not self.seconds:  # the first one had to wait for processes to start
            took = time.perf_counter() - began - sum(outcome.seconds.values())
            self.seconds["start"] = self.count * max(0.0, took)
        for stage, seconds in outcome.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        return outcome


def _one_thread() -> None:
    cv2.setNumThreads(1)  # one process a core already
    threadpool_limits(1)
