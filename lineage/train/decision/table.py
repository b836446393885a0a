"""Evidence about posts with known truth, collected once and fitted to many times."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from lineage.decide.features import FEATURES, feature_table
from lineage.engine import Engine
from lineage.errors import UsageError
from lineage.machine.whole_file import whole
from lineage.records import Floats, Pixels

KEPT_EVERY = 20  # posts, some six seconds of work
Truths = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trial:
    """A post with known truth.

    Attributes:
        pixels: (H, W, 3) uint8, the post
        source: id of the asset it was made from; empty where nobody knows
        hidden: ids that the search must act as if it had not: foreign pictures that went into the post, other
            sources of it, and for a novel post the source itself
        held_back: which half the post belongs to
        denied: where the source is not known, ids of assets that it was not made from: all that is learned of this post
        steps: number of manipulations that made it; 0 where nobody knows
        picture: number of the picture that the source shows, the same for all its files; -1 where nobody counts
    """

    pixels: Pixels
    source: str
    hidden: frozenset[str]
    held_back: bool
    denied: frozenset[str] = frozenset()
    steps: int = 0
    picture: int = -1

    @property
    def novel(self) -> bool:
        """Whether the right answer is that the index has no such asset."""
        return self.source in self.hidden


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence of all candidates of many posts.

    Attributes:
        features: (N, len(FEATURES)) float32
        right: (N,) bool, whether the candidate is the source
        post: (N,) int, number of the post
        novel: (posts,) bool
        held_back: (posts,) bool, which half it belongs to: either is scored by what was fitted to the other
        picture: (posts,) int, number of the picture that the source shows; -1: a post that somebody judged
        steps: (posts,) int, number of manipulations
        restorer: version of the autoencoder that took part; empty: none
        backbone: name and weights of the one that took part, as in `Stamp.network`
    """

    features: Floats
    right: Truths
    post: Numbers
    novel: Truths
    held_back: Truths
    picture: Numbers
    steps: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    restorer: str = ""
    backbone: str = ""

    @property
    def backing(self) -> Numbers:
        """(samples,) numbers of the posts that back a level: of each picture the first novel one."""
        samples = np.flatnonzero(self.novel)
        return samples[np.unique(self.picture[samples], return_index=True)[1]]


def collect(
    engine: Engine,
    trials: Iterable[Trial],
    *,
    begun: Table | None = None,
    keep: Callable[[Table], None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
) -> Table:
    """Ask the engine about every trial and keep the features of its candidates.

    Args:
        engine: to ask
        trials: in the same order whenever they are made
        begun: what an earlier run collected of the first of them; they are made and not asked about
        keep: given what was collected so far, every few posts
        progress: called with the number of posts done since the last call
    """
    rest = iter(trials)
    table = begun
    if begun is not None:
        progress(sum(1 for _ in itertools.islice(rest, len(begun.novel))))
    while some := list(itertools.islice(rest, KEPT_EVERY)):
        asked = _asked(engine, some, progress)
        table = asked if table is None else _joined(table, asked)
        keep(table)
    return _asked(engine, (), progress) if table is None else table


def _asked(engine: Engine, trials: Iterable[Trial], progress: Callable[[int], None]) -> Table:
    features, right, post = [np.zeros((0, len(FEATURES)), np.float32)], [], []
    novel, held_back, picture, steps = [], [], [], []
    for number, trial in enumerate(trials):
        evidence = engine.evidence(trial.pixels, hidden=trial.hidden)
        told = [n for n, one in enumerate(evidence) if not trial.denied or one.asset.id in trial.denied]
        features.append(feature_table(evidence)[told])
        right += [evidence[n].asset.id == trial.source for n in told]
        post += [number] * len(told)
        novel.append(trial.novel)
        held_back.append(trial.held_back)
        picture.append(trial.picture)
        steps.append(trial.steps)
        progress(1)
    truths = [np.array(values, np.bool_) for values in (right, novel, held_back)]
    numbers = [np.array(values, np.int64) for values in (post, picture, steps)]
    restorer = engine.versions.get("autoencoder", "")
    backbone = engine.store.stamp.network
    table = np.concatenate(features)
    return Table(table, truths[0], numbers[0], truths[1], truths[2], numbers[1], numbers[2], restorer, backbone)


def _joined(first: Table, then: Table) -> Table:
    """The posts of one table and those of another of the same engine behind them."""
    pairs = {column.name: (getattr(first, column.name), getattr(then, column.name)) for column in fields(Table)}
    pairs["post"] = (first.post, then.post + len(first.novel))
    arrays: dict[str, Any] = {n: np.concatenate(pair) for n, pair in pairs.items() if isinstance(pair[0], np.ndarray)}
    return replace(first, **arrays)


def save_table(table: Table, file: Path, *, run: Mapping[str, str] | None = None) -> None:
    """Write a table.

    Args:
        table: to write
        file: gets it
        run: what it is evidence of, by names that mean something to a person
    """
    told = np.array(json.dumps(dict(run or {})))
    with whole(file) as part, part.open("wb") as stream:
        np.savez_compressed(stream, names=np.array(FEATURES), run=told, **asdict(table))


def load_run(file: Path) -> dict[str, str]:
    """What a table says that it is evidence of.

    Raises:
        UsageError: the file is damaged, or was written by a version that does not say it
    """
    try:
        with np.load(file) as stored:
            run = json.loads(str(stored["run"]))
        return {str(name): str(value) for name, value in run.items()}
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, AttributeError, BadZipFile) as error:
        raise UsageError(f"{file}: does not say what it is evidence of ({error})") from error


def load_table(file: Path) -> Table:
    """Read a table.

    Raises:
        UsageError: the file is damaged, or holds other features than this version collects
    """
    try:
        with np.load(file) as stored:
            columns = dict(stored)
        names = tuple(columns.pop("names"))
        columns.pop("run", None)
        restorer, backbone = (str(columns.pop(name)) for name in ("restorer", "backbone"))
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise UsageError(f"{file}: not a table of evidence ({error}); remove it, and it is collected again") from error
    if names != FEATURES or {*columns, "restorer", "backbone"} != {column.name for column in fields(Table)}:
        raise UsageError(f"{file}: evidence of another version; remove it, and it is collected again")
    return Table(**columns, restorer=restorer, backbone=backbone)
