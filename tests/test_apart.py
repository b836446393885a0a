"""Verification in processes of its own: the same evidence, and a process that ends takes one post with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from lineage.describe.keypoints import extract
from lineage.describe.post import PostFeatures, both_ways
from lineage.errors import WeightsError
from lineage.machine.child_processes import ChildEnded
from lineage.machine.stopwatch import Stopwatch
from lineage.read.images import preview
from lineage.records import Candidate, Candidates, Entry, Evidence, Fingerprint, Pixels
from lineage.verify.apart import Apart
from lineage.verify.candidates import Given, verify
from lineage.verify.locate import Locator
from lineage.verify.restore import AutoencoderRestorer, load_restorer
from tests.conftest import draw
from tests.store_samples import asset, hashes, sparse, vector

POST = draw(1)[10:230, 20:300]


@pytest.fixture(scope="module")
def restorer() -> AutoencoderRestorer:
    return load_restorer(threads=1)


@pytest.fixture(scope="module")
def found() -> Candidates:
    return Candidates(tuple(candidate(seed) for seed in (1, 2, 3)), None)


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with Apart(1, load_restorer) as apart:
        yield apart


def candidate(seed: int) -> tuple[Candidate, Entry]:
    pixels = draw(seed)
    kept = Fingerprint(
        vector(seed), hashes(seed), extract(pixels), sparse(np.random.default_rng(seed), 20), preview(pixels)
    )
    entry = Entry(replace(asset(seed), width=320, height=240), kept)
    return Candidate(entry.asset.id, 0.9, "frame", 0.0, 0.5, ("vectors",), start=np.eye(3)), entry


def features(pixels: Pixels) -> PostFeatures:
    height, width = pixels.shape[:2]
    return both_ways(extract(pixels, limit=800, side=max(width, height)), (width, height))


def asked(by, found: Candidates, restorer: AutoencoderRestorer, watch: Stopwatch | None = None) -> str:
    """The evidence to the last digit."""
    post = features(POST)
    evidence: tuple[Evidence, ...] = by(
        Given(POST, post, found, Locator(post)), watch=watch or Stopwatch(), restorer=restorer
    )
    with np.printoptions(threshold=10**6, floatmode="unique"):
        return repr(evidence)


def apart_from_now_on(apart: Apart, found: Candidates, restorer: AutoencoderRestorer) -> None:
    """Wait until its processes answer, which the caller does in the meantime."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        asked(apart, found, restorer, watch := Stopwatch())
        if "handing over" in watch.seconds:
            return
    raise AssertionError("its processes have not started")


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Processes start with the first post."""
    monkeypatch.setattr("lineage.verify.apart._FIRST", 0)


def no_restorer() -> AutoencoderRestorer:
    raise WeightsError("it is not there")


def test_a_few_posts_start_no_processes(found, restorer, monkeypatch):
    monkeypatch.setattr("lineage.verify.apart._FIRST", 2)
    before, started = {*multiprocessing.active_children()}, []
    with Apart(1, load_restorer) as apart:
        for _ in range(3):
            asked(apart, found, restorer)
            started.append(len({*multiprocessing.active_children()} - before))
    assert started == [0, 0, 1]


def test_nobody_waits_for_the_processes_to_start(found, restorer, at_once):
    with Apart(1, load_restorer) as apart:
        asked(apart, found, restorer, watch := Stopwatch())
    assert "handing over" not in watch.seconds


def test_processes_that_cannot_be_started_are_told_once_and_the_caller_goes_on(found, restorer, at_once, caplog):
    with Apart(1, no_restorer) as apart:
        asked(apart, found, restorer)
        assert apart._children is not None
        apart._children._children[0]._process.join()
        answers = [asked(apart, found, restorer) for _ in range(2)]
    assert answers == [asked(verify, found, restorer)] * 2
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "posts are compared with assets in this process alone"
    ]


def test_whoever_asks_after_the_end_starts_nothing(found, restorer, at_once):
    before = {*multiprocessing.active_children()}
    with Apart(1, load_restorer) as apart:
        pass
    assert asked(apart, found, restorer) == asked(verify, found, restorer)
    assert {*multiprocessing.active_children()} == before


def test_evidence_is_the_same_to_the_last_digit(apart, found, restorer):
    apart_from_now_on(apart, found, restorer)
    assert asked(apart, found, restorer) == asked(verify, found, restorer)


def test_its_stages_are_told_as_those_of_the_caller(apart, found, restorer):
    apart_from_now_on(apart, found, restorer)
    asked(apart, found, restorer, apart_watch := Stopwatch())
    asked(verify, found, restorer, watch := Stopwatch())
    assert {*apart_watch.seconds} == {*watch.seconds, "handing over"}


def test_another_restorer_than_that_of_the_caller_is_refused(apart, found, restorer):
    apart_from_now_on(apart, found, restorer)
    other = AutoencoderRestorer.__new__(AutoencoderRestorer)
    other._version = "1a2b3c4d"
    with pytest.raises(WeightsError, match="have changed while they were in use"):
        asked(apart, found, other)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="waits for a system on which processes can be killed")
def test_a_process_that_ends_fails_one_post_and_the_next_is_answered(found, restorer):
    with Apart(1, load_restorer) as apart:
        apart_from_now_on(apart, found, restorer)
        children = apart._children
        assert children is not None
        os.kill(children._children[0]._process.pid or 0, signal.SIGKILL)
        with pytest.raises(ChildEnded):
            asked(apart, found, restorer)
        assert asked(apart, found, restorer) == asked(verify, found, restorer)
