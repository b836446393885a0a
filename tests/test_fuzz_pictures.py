"""Pictures whose bytes were changed at random: each is a picture or one sentence, in little time and memory.

`pytest tests/test_fuzz_pictures.py --fuzz 600` goes on for ten minutes, with other pictures each time; what is found is
named by its number, and `tests.fuzzing.mutant(NUMBER)` makes it again.
"""

from __future__ import annotations

import itertools
import multiprocessing
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.run.workers import Job, Outcome, Workers
from lineage.errors import ImageError
from lineage.read.cost import memory_for
from lineage.read.formats import SUPPORTED_SUFFIXES
from lineage.read.pictures import PictureReader
from lineage.records import Location
from lineage.settings import Settings
from tests.fuzzing import mutant, seeds

PIXELS = 4_000_000
SECONDS = 10  # of work for a file of a few kB
MEMORY = 380  # MB that a picture may cost, whatever it declares
LIMITS = Settings(decode_seconds=SECONDS, pixel_limit=PIXELS)
ENDED = re.compile(r"its decoder (crashed|gave up)|takes longer than|no fingerprint can be made")
"""What must not be needed: these are the last resorts."""


@pytest.mark.parametrize("name", seeds())
def test_what_is_changed_is_a_picture_before(name):
    with PictureReader(LIMITS) as reader:
        assert reader.decode(seeds()[name], name=name, longest=512).pixels.any()


def test_a_changed_picture_that_is_asked_about_is_a_picture_or_one_sentence(fuzz_seconds):
    with PictureReader(LIMITS) as reader:
        before = highest_memory(reader)
        for told, content in mutants(fuzz_seconds):
            assert_picture_or_sentence(reader, told, content)
        assert highest_memory(reader) - before < MEMORY
        assert reader.decode(seeds()["png"], name="a", longest=512).pixels.shape == (48, 32, 3)


def test_a_changed_picture_that_is_indexed_is_described_or_one_sentence(fuzz_seconds, tmp_path):
    jobs = (job(tmp_path, told, content) for told, content in mutants(fuzz_seconds))
    with Workers(1, limit=SECONDS, memory=memory_for(PIXELS)) as workers:
        for outcome in workers.outcomes(jobs):
            assert_described_or_sentence(outcome)
            Path(outcome.location.root, outcome.location.path).unlink()


def mutants(seconds: float | None) -> Iterator[tuple[str, bytes]]:
    """For as long as is wanted; where nothing is said the same for everybody, and few."""
    begin, until = (0, time.monotonic() + 3) if seconds is None else (time.time_ns(), time.monotonic() + seconds)
    return itertools.takewhile(lambda _: time.monotonic() < until, map(mutant, itertools.count(begin)))


def assert_picture_or_sentence(reader: PictureReader, told: str, content: bytes) -> None:
    try:
        pixels = reader.decode(content, name="post", longest=512).pixels
    except ImageError as error:
        assert_sentence(error.reason, told)
    else:
        assert pixels.dtype == np.uint8, told
        assert (pixels.ndim, pixels.shape[2]) == (3, 3), told
        assert max(pixels.shape) <= 4 * 512, told


def assert_described_or_sentence(outcome: Outcome) -> None:
    told = outcome.location.path
    if outcome.prepared is None:
        assert_sentence(outcome.failure, told)
    else:
        assert outcome.width > 0, told


def assert_sentence(reason: str, told: str) -> None:
    assert len(reason.splitlines()) == 1, (told, reason)
    assert len(reason) < 300, (told, reason)
    assert not ENDED.search(reason), (told, reason)


def job(folder: Path, told: str, content: bytes) -> Job:
    file = folder / f"{told}{max(SUPPORTED_SUFFIXES)}"
    file.write_bytes(content)
    return Job(Location(str(folder), file.name, len(content), 0), "", 512, 192, PIXELS)


def highest_memory(reader: PictureReader) -> float:
    """MB that the processes of this one have held at most, once they have decoded something."""
    reader.decode(seeds()["png"], name="a", longest=512)
    told = [Path(f"/proc/{child.pid}/status") for child in multiprocessing.active_children()]
    if not all(file.exists() for file in told):
        pytest.skip("waits for a system that says how much memory a process has held")
    found = [re.search(r"VmHWM:\s+(\d+)", file.read_text(encoding="ascii")) for file in told]
    return max(int(one[1]) / 1024 for one in found if one)
