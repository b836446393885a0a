"""Where the time of an index run went, and what held it up."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path

from lineage.machine.processors import processors

BUSY = 0.85  # share of the processors' time from which more processes would only take it from each other
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the pipeline that works beside the others.

    Attributes:
        name: workers, network or writer
        count: processes or threads
        stages: stage → seconds, of all of them together
        wall: seconds that the run took
    """

    name: str
    count: int
    stages: Mapping[str, float]
    wall: float

    @property
    def seconds(self) -> Mapping[str, float]:
        """The stages, and what they leave: the time in which this part waited for another."""
        return {**self.stages, WAITING: max(0.0, self.count * self.wall - sum(self.stages.values()))}

    @property
    def waiting(self) -> float:
        """Share of the time, 0..1, in which it waited."""
        return self.seconds[WAITING] / max(sum(self.seconds.values()), 1e-9)

    @property
    def longest(self) -> str:
        """The stage that took most."""
        return max(self.stages, key=lambda stage: self.stages[stage], default=WAITING)


@dataclass(frozen=True, slots=True)
class Profile:
    """An index run by parts and stages.

    Attributes:
        parts: workers, network, writer
        pictures: files that were read
        processors: share of the time of all processors that the run used, its workers included, 0..1; where the system
            counts no time of workers, as Windows, that of this process alone
        memory: bytes that all processes took at most, pages that they share counted for each; 0 where there is no /proc
    """

    parts: tuple[Part, ...]
    pictures: int
    processors: float
    memory: int

    @property
    def bottleneck(self) -> str:
        """Who the others wait for, in a sentence."""
        part = min(self.parts, key=lambda part: part.waiting)
        who = f"{part.name} ({part.waiting:.0%} of the time waiting), most of it in {part.longest}"
        if self.processors >= BUSY:
            return f"{who}; the processors are {self.processors:.0%} busy, so only more of them would help"
        return f"{who}; the processors are {self.processors:.0%} busy"

    def as_json(self) -> dict[str, object]:
        """Plain types; its names are stable."""
        return {
            "seconds": {part.name: dict(part.seconds) for part in self.parts},
            "processes": {part.name: part.count for part in self.parts},
            "pictures": self.pictures,
            "processors": self.processors,
            "memory": self.memory,
            "bottleneck": self.bottleneck,
        }


def processor_seconds() -> float:
    """Processor time of this process and of the children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def processors_used(seconds: float, *, wall: float) -> float:
    """Share of the time of all processors that may be used, 0..1."""
    return min(1.0, seconds / max(wall * processors(), 1e-9))


def peak_memory() -> int:
    """Bytes: the peaks of this process and of the workers that it has now, added up; 0 where there is no /proc."""
    return sum(_peak(pid) for pid in (os.getpid(), *(child.pid for child in active_children())))


def _peak(pid: int | None) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
