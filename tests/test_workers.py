from __future__ import annotations

import os
import signal

from indexer.workers import Job, Outcome, Workers
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
