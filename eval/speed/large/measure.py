"""Measure an index in a process of its own, so that nothing but the index is counted. Needs Linux's /proc."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from lineage.protocols import Store
from lineage.records import Floats, Hashes, Words
from lineage.settings import Settings
from lineage.store import open_store

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


LIMIT = 50  # answers to each question, as many as the engine asks for


@dataclass(frozen=True, slots=True)
class Questions:
    """Asked of the store alone, one after the other.

    Attributes:
        vectors: (N, dim) float32
        nearest: of each, ids of the ten nearest assets by exact cosine of the vectors as they were written
        words: of posts; empty for an index without words
        hashes: of posts, in all orientations
    """

    vectors: Floats
    nearest: tuple[frozenset[str], ...]
    words: tuple[Words, ...]
    hashes: tuple[tuple[Hashes, ...], ...]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one kind of question."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Searched:
    """What the store alone does.

    Attributes:
        open_seconds: to open the index, its files in the page cache
        private: MB of memory that is not a file's, after the searches
        resident: MB in memory, pages of the index's files included, after the searches
        recall: share of the ten nearest that are among the first ten answers
        vectors, words, hashes: one vector; the words of one picture; the hashes of one picture in all orientations;
            None where there were none to ask
    """

    open_seconds: float
    private: float
    resident: float
    recall: float
    vectors: Times | None
    words: Times | None
    hashes: Times | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engine does with whole posts.

    Attributes:
        whole: from the decoded post to the report
        search: the stage in which the store is asked, all views and both sides, entries of the candidates read
        found: share of the posts whose source is the first answer
        resident: MB in memory afterwards, network included
    """

    whole: Times
    search: Times
    found: float
    resident: float


def in_fresh_process(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it in a fresh process that ends afterwards."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()


def time_searches(settings: Settings, questions: Questions) -> Searched:
    """Open the index and ask it, every question on its own."""
    began = time.perf_counter()
    with closing(open_store(settings.store, server=settings.server)) as store:
        opened = time.perf_counter() - began
        vectors, answers = _timed(lambda vector: _nearest(store, vector), questions.vectors)
        words, _ = _timed(lambda bag: store.search_words([bag], limit=LIMIT), questions.words)
        hashes, _ = _timed(lambda some: store.search_hashes(some, limit=LIMIT), questions.hashes)
        shares = [len(ids & right) / len(right) for ids, right in zip(answers, questions.nearest, strict=True)]
        gc.collect()
        recall = float(np.mean(shares))
        return Searched(opened, _memory("RssAnon"), _memory("VmRSS"), recall, vectors, words, hashes)


def time_posts(settings: Settings, posts: Sequence[Path], sources: Sequence[str]) -> Asked:
    """Open the engine and ask posts, one after the other; a first one that is not counted warms it up."""
    from lineage.build import open_engine  # here, or the network would be counted where the store is measured
    from lineage.read.images import decode

    whole, search, right = [], [], 0
    with open_engine(settings) as engine:
        for n, file in enumerate((posts[0], *posts)):
            picture = decode(file, longest=settings.post_longest, pixel_limit=settings.pixel_limit)
            began = time.perf_counter()
            report = engine.query(picture, name=file.name)
            if n:
                whole.append(time.perf_counter() - began)
                search.append(report.seconds["search"])
                matches = report.verdict.matches
                right += bool(matches) and matches[0].evidence.asset.id == sources[n - 1]
        return Asked(_times(whole), _times(search), right / len(posts), _memory("VmRSS"))


def _nearest(store: Store, vector: object) -> frozenset[str]:
    (hits,) = store.search_vectors(np.asarray(vector, np.float32)[None], limit=LIMIT)
    return frozenset(hit.id for hit in hits[:10])


def _timed(ask: Callable[[T], R], questions: Iterable[T]) -> tuple[Times | None, list[R]]:
    seconds, answers = [], []
    for question in questions:
        began = time.perf_counter()
        answers.append(ask(question))
        seconds.append(time.perf_counter() - began)
    return _times(seconds) if seconds else None, answers


def _times(seconds: Sequence[float]) -> Times:
    p50, p95 = (float(value) * 1000 for value in np.percentile(seconds, (50, 95)))
    return Times(p50, p95)


def _memory(field: str) -> float:
    """MB, a field of /proc/self/status."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024
