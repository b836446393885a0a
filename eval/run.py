"""The one place that knows the order of an evaluation: fit → predict → write → score."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from eval.corpora.corpus import TIMED, Corpus
from eval.recognisers.predict import header_for, predict
from eval.recognisers.recogniser import Recogniser
from eval.scores.predictions import is_fresh, read, write
from eval.scores.results import Result, score

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


def evaluate(
    corpora: Sequence[Corpus],
    recognisers: Sequence[Recogniser],
    *,
    predictions: Path,
    progress: Progress,
    rescore: bool = False,
    seed: int = 0,
) -> list[Result]:
    """Ask every recogniser every corpus and score the answers.

    Args:
        corpora: in the order of the tables
        recognisers: likewise
        predictions: folder for the answers; those that are there and fresh are not asked for again, unless for times
        progress: (what, posts) → context that yields the function to advance it
        rescore: only score what is in the folder
        seed: of the bootstrap

    Raises:
        UsageError: with `rescore`, predictions are missing or stale
    """
    results: list[Result] = []
    fitted: set[str] = set()  # recognisers that have learned the library of the corpus
    library = ""
    for corpus in corpora:
        if corpus.library_digest != library:
            # Recognisers may share an index, so none is trusted to hold a library that others have left meanwhile.
            fitted, library = set(), corpus.library_digest
        for recogniser in recognisers:
            header = header_for(recogniser, corpus)
            path = predictions / _file_name(corpus.name, recogniser.name)
            if not rescore and (corpus.name == TIMED or not is_fresh(path, header)):
                if recogniser.name not in fitted:
                    recogniser.fit(corpus.library)
                    fitted.add(recogniser.name)
                with progress(f"{corpus.name}: {recogniser.name}", len(corpus.posts)) as advance:
                    found = predict(recogniser, corpus, progress=advance)
                write(path, replace(header, bytes_per_asset=recogniser.bytes_per_asset), found)
            results += score(corpus, *read(path, header), seed=seed)
    return results


def _file_name(corpus: str, recogniser: str) -> str:
    """Readable, and different for different names: a peer may be named after a path that no file name could hold."""
    name = f"{corpus}.{recogniser}"
    safe = "".join(character if character.isalnum() or character in "-." else "_" for character in name)
    return f"{safe[-80:]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.jsonl"
