"""Runs that fill the index: one at a time, in a thread of their own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, ClassVar, Literal

from indexer.files.targets import count, scans
from lineage.errors import LineageError
from lineage.library import Index
from lineage.web.pool import Busy

_REMEMBERED = 100  # jobs
_WAITING = 20  # jobs that have not ended


class _Stopped(LineageError):
    """The service ends."""


@dataclass(slots=True)
class Job:
    """A run, as far as it is.

    Attributes:
        id: random UUID
        paths: what is taken in
        retry: whether files are read again that failed before
        state: where it stands
        done: files so far
        total: files there are; None where nobody knows, or nobody has counted yet
        result: what it came to, as `lineage index --json` tells it
        error: why it failed, a sentence; empty where it did not
        TOLD: what programs are told of it
    """

    TOLD: ClassVar = ("id", "paths", "state", "done", "total", "result", "error")

    paths: Sequence[str]
    retry: bool
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    done: int = 0
    total: int | None = None
    result: dict[str, object] | None = None
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "failed")

    def as_json(self) -> dict[str, Any]:
        """How far it is."""
        return {name: getattr(self, name) for name in self.TOLD}


class Jobs:
    """The runs of one index.

    Args:
        index: that is filled
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._jobs: dict[str, Job] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="filling")
        self._lock = Lock()
        self._closed = False

    def begin(self, paths: Sequence[str], *, retry: bool) -> Job:
        """A job that begins when those before it have ended.

        Raises:
            UsageError: there is nothing of that name
            Busy: too many wait already
        """
        scans(paths)
        with self._lock:
            return self._begun(Job(tuple(paths), retry))

    def find(self, key: str) -> Job | None:
        """A job by its id."""
        return self._jobs.get(key)

    def close(self) -> None:
        """Break off what runs: what was stored stays, and the same run goes on later."""
        self._closed = True
        self._thread.shutdown(cancel_futures=True)

    def _begun(self, job: Job) -> Job:
        if sum(not one.ended for one in self._jobs.values()) >= _WAITING:
            raise Busy(f"{_WAITING} jobs run or wait already; try again when one of them has ended")
        self._jobs[job.id] = job
        for old in [key for key, one in self._jobs.items() if one.ended][: max(0, len(self._jobs) - _REMEMBERED)]:
            del self._jobs[old]
        self._thread.submit(self._run, job)
        return job

    def _run(self, job: Job) -> None:
        job.state = "running"
        try:
            job.total = count(job.paths)
            summary = self._index.index(job.paths, retry=job.retry, progress=lambda done: self._advance(job, done))
            job.result = summary.as_json() | {"assets": self._index.count(), "store": self._index.settings.store}
            job.state = "done"
        except (LineageError, OSError) as error:
            job.state, job.error = "failed", str(error)
        except Exception as error:
            job.state, job.error = "failed", f"{type(error).__name__}: {error}"
            raise

    def _advance(self, job: Job, done: int) -> None:
        if self._closed:
            raise _Stopped("the service was ended; the same run goes on where it was broken off")
        job.done += done
