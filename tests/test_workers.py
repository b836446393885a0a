from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import pytest

from indexer.run.workers import Job, Outcome, Workers, read
from lineage.errors import LineageError
from lineage.machine.child_processes import Begin, ChildProcesses
from lineage.records import Location
from lineage.settings import MOST

LIMIT = 0.5  # seconds


def job(name: str) -> Job:
    return Job(Location("/", name, 0, 0), known_sha256="", longest=512, input_size=224, pixel_limit=10**8)


def echo_or_die(job: Job, begin: Begin) -> Outcome:
    """Stands for a decoder that a hostile file crashes, or keeps from ever coming back."""
    if job.location.path == "slow to come":
        time.sleep(2 * LIMIT)
    begin()
    if job.location.path == "killer":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.location.path == "kept waiting":
        time.sleep(2 * LIMIT)
    if job.location.path == "endless":
        time.sleep(600)
    while job.location.path == "busy":
        pass
    return Outcome(job.location, sha256="ff")


def test_outcomes_come_in_the_order_of_the_jobs():
    names = [str(n) for n in range(40)]
    with Workers(2, limit=LIMIT, task=echo_or_die) as workers:
        assert [outcome.location.path for outcome in workers.outcomes(map(job, names))] == names


def test_a_file_that_kills_its_worker_fails_and_all_others_succeed():
    names = [*map(str, range(12)), "killer", *map(str, range(12, 24))]
    with Workers(2, limit=LIMIT, task=echo_or_die) as workers:
        outcomes = list(workers.outcomes(map(job, names)))
    assert [outcome.location.path for outcome in outcomes] == names
    assert [outcome.location.path for outcome in outcomes if outcome.failure] == ["killer"]


def test_a_file_that_takes_too_long_fails_and_all_others_succeed():
    names = ["endless", *map(str, range(6)), "slow to come"]
    with Workers(2, limit=LIMIT, task=echo_or_die) as workers:
        outcomes = list(workers.outcomes(map(job, names)))
    assert [outcome.location.path for outcome in outcomes] == names
    assert {outcome.location.path: outcome.failure for outcome in outcomes if outcome.failure} == {
        "endless": "takes longer than 0.5 s to decode"
    }


def test_a_limit_of_years_is_waited_for_as_any_other():
    with Workers(1, limit=MOST, task=echo_or_die) as workers:
        assert [outcome.failure for outcome in workers.outcomes([job("a")])] == [""]


def test_a_file_is_given_its_time_on_a_machine_that_is_busy_with_others():
    if not Path("/proc/self/stat").exists():
        pytest.skip("waits for a system that says how long a process has worked")
    with Workers(2, limit=LIMIT, task=echo_or_die) as workers:
        waited, busy = workers.outcomes(map(job, ["kept waiting", "busy"]))
    assert (waited.failure, busy.failure) == ("", "takes longer than 0.5 s to decode")


def fails() -> None:
    raise OSError("no memory")


def test_processes_that_cannot_be_started_are_no_failure_of_the_file():
    with (
        ChildProcesses(echo_or_die, 1, limit=LIMIT, prepare=fails) as children,
        pytest.raises(LineageError, match="st"),
    ):
        children.call(job("a"))


def test_a_second_process_starts_when_the_first_is_at_work():
    before, started = {*multiprocessing.active_children()}, []
    with ChildProcesses(echo_or_die, 2, limit=MOST) as children, ThreadPoolExecutor(3) as threads:
        for names in (["a"], ["b"], ["kept waiting"] * 3):
            [*threads.map(children.call, map(job, names))]
            started.append(len({*multiprocessing.active_children()} - before))
    assert started == [1, 1, 2]


def fails_first(marker: Path) -> None:
    if not marker.exists():
        marker.touch()
        fails()


def test_a_process_that_never_came_is_no_loss_for_the_next_item(tmp_path):
    with ChildProcesses(echo_or_die, 1, limit=LIMIT, prepare=partial(fails_first, tmp_path / "marker")) as children:
        with pytest.raises(LineageError, match="no process could be started"):
            children.call(job("a"))
        assert children.call(job("b")) == Outcome(job("b").location, sha256="ff")


@pytest.fixture
def no_more(monkeypatch) -> Callable[[], None]:
    """From its call on the system lets nobody have one more process."""

    def refused(*_: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    return lambda: monkeypatch.setattr("lineage.machine.child_processes._Child.__init__", refused)


def test_a_process_that_the_system_refuses_is_told_in_a_sentence(no_more):
    no_more()
    with pytest.raises(LineageError, match="no process could be started"):
        ChildProcesses(echo_or_die, 1, limit=LIMIT)


def test_where_there_may_be_no_further_process_the_first_does_all(no_more):
    with ChildProcesses(echo_or_die, 2, limit=MOST) as children, ThreadPoolExecutor(3) as threads:
        no_more()
        outcomes = [*threads.map(children.call, [job("kept waiting")] * 3)]
    assert [outcome.sha256 for outcome in outcomes] == ["ff"] * 3


def test_where_there_may_be_none_instead_of_a_crashed_one_no_further_file_is_blamed(no_more):
    with ChildProcesses(echo_or_die, 1, limit=LIMIT) as children:
        children.call(job("a"))
        no_more()
        for name in ("killer", "b"):
            with pytest.raises(LineageError, match="no process could be started"):
                children.call(job(name))


def test_whoever_stops_asking_does_not_wait_for_the_file_at_work():
    began = time.monotonic()
    with Workers(1, limit=600, task=echo_or_die) as workers:
        next(workers.outcomes(map(job, [*"ab", *(["endless"] * 40)])))
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (MemoryError(), "not enough memory to read this file"),
        (KeyError("hue"), "no fingerprint can be made of it (KeyError: 'hue')"),
        (cv2.error("OpenCV(5.0.0) resize.cpp:1: error: (-215:Assertion failed)"), "no fingerprint can be made of it"),
    ],
)
def test_a_picture_that_is_read_and_cannot_be_prepared_fails(library, monkeypatch, error, failure):
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("indexer.run.workers.prepare", fails)
    outcome = read(Job(Location(str(library), "spring/a.jpg", 0, 0), "", 512, 224, 10**8))
    assert (outcome.failure, outcome.prepared) == (failure, None)
