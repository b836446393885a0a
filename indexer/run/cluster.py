"""Many machines read and fingerprint, by Ray Data; this process finds the files and keeps the books.

The way of the data is that of `pipeline`, with another middle: jobs go to actors, and what they made of them comes back
in the order of the jobs. The ledger is written here, after the store has what it says, so that a run which is killed
is completed by the next.
"""

from __future__ import annotations

import itertools
import logging
import math
import os
import pickle
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Self

from indexer.run.fingerprinter import Fingerprinter, Task
from indexer.run.workers import Job
from indexer.run.writer import Batch
from lineage.errors import LineageError, RemoteError
from lineage.machine.require import extra
from lineage.records import Stamp
from lineage.settings import Settings

WINDOW = 65_536  # files whose jobs are held at once, some 20 MB; between two windows the actors start anew
_BLOCK = 256  # jobs that go to an actor at once: few, and a run that is killed loses little; many, and it waits less
_ROUNDS = 4  # that each actor gets at least, so that all are done at about the same time
_ANSWER_SECONDS = 10.0  # until a cluster must have answered
_READERS = 8  # processes that feed one network on a processor; more of them outrun it


@dataclass(frozen=True, slots=True)
class Share:
    """How a cluster is divided.

    Attributes:
        actors: how many
        readers: processes, and processors, that each has
        gpus: graphics cards that each has, 0 or 1
    """

    actors: int
    readers: int
    gpus: int


class Cluster:
    """The cluster that RAY_ADDRESS names or that runs on this machine, or one of this machine alone; a context manager.

    Args:
        settings: name store and backbone; `workers` are the processes that an actor reads with, as far as it has
            processors
        stamp: of the index

    Attributes:
        count: processes that read
        seconds: stage → seconds, of all of them and their networks together

    Raises:
        MissingExtra: Ray is not installed
        RemoteError: there is no cluster at RAY_ADDRESS
    """

    def __init__(self, settings: Settings, stamp: Stamp) -> None:
        self._settings = settings
        self._stamp = stamp
        self._ray = import_ray()
        self._mine = False
        self._quiet = ExitStack()
        self.count = 1
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._quiet.enter_context(redirect_stdout(sys.stderr))  # Ray tells of its troubles where answers belong
        if not self._ray.is_initialized():
            _start(self._ray)
            self._mine = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._mine:
            self._ray.shutdown()
        self._quiet.close()

    def batches(self, jobs: Iterable[Job]) -> Iterator[Batch]:
        """What the actors made of the jobs, in their order.

        Raises:
            StoreError, RemoteError, WeightsError …: what an actor could not go on after
        """
        rest = iter(jobs)
        while window := list(itertools.islice(rest, WINDOW)):
            yield from self._window(window)

    def _window(self, jobs: Sequence[Job]) -> Iterator[Batch]:
        share = divide(self._ray.nodes(), readers=self._settings.workers)
        self.count = share.actors * share.readers
        try:
            for rows in self._mapped(jobs, share).iter_batches(batch_size=None, batch_format="pyarrow"):
                for batch in map(_opened, rows["done"].to_pylist()):
                    self._add(batch)
                    yield batch
        except self._ray.exceptions.RayError as error:
            raise RemoteError(f"the Ray cluster could not complete the run: {_words(error)}") from error

    def _add(self, batch: Batch) -> None:
        for spent in (batch.seconds, *(outcome.seconds for outcome in batch.outcomes)):
            for stage, seconds in spent.items():
                self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def _mapped(self, jobs: Sequence[Job], share: Share) -> Any:  # noqa: ANN401 - a `ray.data.Dataset`
        import pyarrow as pa
        from ray import data

        size = max(1, min(_BLOCK, math.ceil(len(jobs) / (share.actors * _ROUNDS))))
        blocks = [jobs[start : start + size] for start in range(0, len(jobs), size)]
        context = data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = True
        return data.from_arrow(
            [pa.table({"job": [pickle.dumps(job) for job in block]}) for block in blocks]
        ).map_batches(
            Fingerprinter,
            fn_constructor_args=(Task(self._settings, self._stamp, share.readers),),
            batch_size=None,
            batch_format="pyarrow",
            compute=data.ActorPoolStrategy(size=min(share.actors, len(blocks))),
            num_cpus=share.readers,
            num_gpus=share.gpus,
        )


def divide(nodes: Sequence[dict[str, Any]], *, readers: int) -> Share:
    """Divide a cluster: one actor a graphics card where there are any, else actors of at most `readers` processors.

    Args:
        nodes: as `ray.nodes()` describes them
        readers: processors that an actor shall have, at most
    """
    held = [node["Resources"] for node in nodes if node["Alive"]]
    cards = [node for node in held if node.get("GPU")]
    if cards:
        each = min(int(node.get("CPU", 1) / node["GPU"]) for node in cards)
        return Share(sum(int(node["GPU"]) for node in cards), max(1, each), 1)
    processors = [int(node["CPU"]) for node in held if node.get("CPU")]
    each = max(1, min(readers, _READERS, *processors))
    return Share(max(1, sum(count // each for count in processors)), each, 0)


def import_ray() -> ModuleType:
    """Ray; `MissingExtra` where it is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody asked to be counted
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # it writes on the terminal
    with extra("ray", instead="leave --engine out"):
        import ray.data
    return ray


def _start(ray: ModuleType) -> None:
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    _require_answer(os.environ.get("RAY_ADDRESS", ""))
    try:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    except Exception as error:  # Ray has no class of its own for a start that fails
        where = f"at {place}" if (place := os.environ.get("RAY_ADDRESS")) else "on this machine"
        raise RemoteError(f"the Ray cluster {where} cannot be reached or started: {_words(error)}") from error


def _require_answer(address: str) -> None:
    """Ray ends the whole process where a cluster does not answer."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not port.isdigit():  # none, `auto`, `local`
        return
    try:
        socket.create_connection((host, int(port)), _ANSWER_SECONDS).close()
    except OSError as error:
        raise RemoteError(f"the Ray cluster at {address} does not answer; is it running?") from error


def _opened(done: bytes) -> Batch:
    found: Batch | LineageError = pickle.loads(done)
    if isinstance(found, LineageError):
        raise found
    return found


def _words(error: Exception) -> str:
    return next((line for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
