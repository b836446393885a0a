"""How fast this machine indexes and answers: the commands as people run them, in processes of their own.

Times depend on the machine and on what else it does: they are shown and never compared with a limit.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from eval.corpora.corpus import Corpus, Source
from eval.recognisers.baselines import PEERS
from lineage.backbones.load import load
from lineage.build import open_engine
from lineage.engine import Engine
from lineage.errors import LineageError
from lineage.machine.processors import processors
from lineage.machine.torch_threads import torch_threads_given_back
from lineage.read.images import decode, shrink
from lineage.records import Pixels
from lineage.settings import Settings

STARTS = 3  # of the command; the median counts, since the first one reads from the disk
ASKED = 60  # posts, and as many plain re-uploads
EMBEDDED = 64  # pictures that each network embeds alone
REUPLOAD = (0.75, 80)  # a plain re-upload: share of the size, and JPEG quality


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """Median and 95th percentile."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What was measured.

    Attributes:
        pictures: indexed
        rate: pictures a second, without the start of the command
        memory: bytes that its processes took at most; 0 where the system does not say
        seconds: part of the pipeline → stage → seconds of all its processes
        bottleneck: of the index run, in words
        help: seconds that `lineage --help` takes
        start: seconds until `lineage query` gets to work: interpreter, imports, weights, opening of the index
        posts, reuploads: a whole answer, decoding included
        alone: backbone → pictures a second that it embeds where it has all processors
    """

    pictures: int
    rate: float
    memory: int
    seconds: Mapping[str, Mapping[str, float]]
    bottleneck: str
    help: float
    start: float
    posts: Milliseconds
    reuploads: Milliseconds
    alone: Mapping[str, float]


def measure(corpus: Corpus, settings: Settings, *, peers: Sequence[str] = ()) -> Pace:
    """Index the library of a corpus in a temporary folder, and ask its posts.

    Args:
        corpus: library and posts
        settings: as of the command line; the store is not looked at
        peers: as for `load_peer`; those that are networks embed alone

    Raises:
        LineageError: a command failed
    """
    with TemporaryDirectory(prefix="lineage-speed-") as folder, torch_threads_given_back():
        settings = replace(settings, store=str(Path(folder, "index")))
        done = _indexed(corpus.library, Path(folder, "library"), settings)
        posts = [_encoded(post.render().pixels) for post in corpus.posts[:ASKED]]
        reuploads = [_reuploaded(source) for source in corpus.library[:ASKED]]
        start = _start(posts[0], Path(folder, "post.jpg"), settings)
        with open_engine(settings, threads=processors()) as engine:
            asked, asked_again = (_asked(engine, some, settings) for some in (posts, reuploads))
        return Pace(
            pictures=done["found"],
            rate=done["added"] / done["seconds"],
            memory=done["profile"]["memory"],
            seconds=done["profile"]["seconds"],
            bottleneck=done["profile"]["bottleneck"],
            help=statistics.median(_seconds(_show_help) for _ in range(STARTS)),
            start=start,
            posts=asked,
            reuploads=asked_again,
            alone={name: _alone(name, corpus.library) for name in (settings.backbone, *peers) if name not in PEERS},
        )


def _indexed(library: Iterable[Source], folder: Path, settings: Settings) -> dict[str, Any]:
    folder.mkdir()
    for source in library:
        (folder / f"{source.sha256}.jpg").symlink_to(source.path.absolute())
    return _run("index", str(folder), "--profile", settings=settings)


def _start(post: bytes, file: Path, settings: Settings) -> float:
    file.write_bytes(post)
    return statistics.median(_started(file, settings) for _ in range(STARTS))


def _started(file: Path, settings: Settings) -> float:
    began = time.perf_counter()
    answer = _run("query", str(file), "--read-only", settings=settings)
    return time.perf_counter() - began - float(sum(answer["seconds"].values()))


def _show_help() -> None:
    subprocess.run([sys.executable, "-m", "lineage.cli", "--help"], capture_output=True, check=True)


def _run(*arguments: str, settings: Settings) -> dict[str, Any]:
    """The last JSON line of a command."""
    where = ("--store", settings.store, "--backbone", settings.backbone, "--json")
    command = [sys.executable, "-m", "lineage.cli", *arguments, *where]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        raise LineageError(f"`lineage {arguments[0]}` failed: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _asked(engine: Engine, posts: Sequence[bytes], settings: Settings) -> Milliseconds:
    def ask(post: bytes) -> object:
        return engine.query(decode(post, longest=settings.post_longest), name="post")

    ask(posts[0])  # what is made once, at the first answer, belongs to the start
    times = [1000 * _seconds(lambda post=post: ask(post)) for post in posts]  # type: ignore[misc]
    return Milliseconds(float(np.median(times)), float(np.percentile(times, 95)))


def _alone(name: str, library: Sequence[Source]) -> float:
    embedder = load(name, threads=processors())
    pictures = [source.pixels() for source in islice(library, EMBEDDED)]
    embedder.embed(pictures[:2])
    return len(pictures) / _seconds(lambda: embedder.embed(pictures))


def _encoded(pixels: Pixels, quality: int = 90) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _reuploaded(source: Source) -> bytes:
    share, quality = REUPLOAD
    pixels = source.pixels()
    return _encoded(shrink(pixels, max(1, round(share * max(pixels.shape[:2])))), quality)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
