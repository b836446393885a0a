from __future__ import annotations

import os
import signal

import cv2
import pytest

from indexer.workers import Job, Outcome, Workers, read
from lineage.records import Location


def job(name: str) -> Job:
    return Job(Location("/", name, 0, 0), known_sha256="", longest=512, input_size=224, pixel_limit=10**8)


def echo_or_die(job: Job) -> Outcome:
    """Stands for a decoder that a hostile file crashes."""
    if job.location.path == "killer":
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(job.location, sha256="ff")


def test_outcomes_come_in_the_order_of_the_jobs():
    names = [str(n) for n in range(40)]
    with Workers(2, echo_or_die) as workers:
        assert [outcome.location.path for outcome in workers.outcomes(map(job, names))] == names


def test_a_file_that_kills_its_worker_fails_and_all_others_succeed():
    names = [*map(str, range(12)), "killer", *map(str, range(12, 24))]
    with Workers(2, echo_or_die) as workers:
        outcomes = list(workers.outcomes(map(job, names)))
    assert [outcome.location.path for outcome in outcomes] == names
    assert [outcome.location.path for outcome in outcomes if outcome.failure] == ["killer"]


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (MemoryError(), "not enough memory to read this file"),
        (cv2.error("OpenCV(5.0.0) resize.cpp:1: error: (-215:Assertion failed)"), "no fingerprint can be made of it"),
    ],
)
def test_a_picture_that_is_read_and_cannot_be_prepared_fails(library, monkeypatch, error, failure):
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("indexer.workers.prepare", fails)
    outcome = read(Job(Location(str(library), "spring/a.jpg", 0, 0), "", 512, 224, 10**8))
    assert (outcome.failure, outcome.prepared) == (failure, None)
