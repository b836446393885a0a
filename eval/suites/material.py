"""What suites build posts from, and the one way in which they do it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path

import numpy as np

from eval.corpora import corpus
from eval.corpora.corpus import Post, Rendered, Source
from eval.corpora.regions import shown_region
from eval.corpora.structure import shown_structure
from lineage.machine.provenance import digest, made_by
from lineage.manipulate import Manipulated
from lineage.records import Pixels

CODE = (
    *corpus.CODE,
    "eval.suites.material",
    "eval.corpora.regions",
    "eval.corpora.structure",
    "eval.suites",
    "lineage.manipulate",
    "lineage.geometry",
    "lineage.read.exposure",
)
LIBRARIES = (*corpus.LIBRARIES, "albumentations", "albucore", "scipy")
CONTEXT = 12  # held-out pictures that stand beside or behind the source in collages and layouts


@dataclass(frozen=True, slots=True)
class Material:
    """The pictures of one evaluation.

    Attributes:
        known: sources that are indexed
        held_out: sources that never are; posts made from them must come out novel, and only they stand beside a source
        groups: look-alikes among all of them; empty unless a suite needs them
        seed: of every choice
        made: folder for files that a suite makes itself
        duplicates: groups of files that hold nearly the same picture, each of them wholly known or wholly held out
    """

    known: tuple[Source, ...]
    held_out: tuple[Source, ...]
    groups: tuple[tuple[Source, ...], ...]
    seed: int
    made: Path
    duplicates: tuple[tuple[Source, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Treatment:
    """Something that is done to pictures: a row and a column of a table.

    Attributes:
        track: the row
        strength: the column, None where there is none
        apply: picture, seed and context → manipulated picture
    """

    track: str
    strength: float | None
    apply: Callable[[Pixels, int, Sequence[Pixels]], Manipulated]


def make_posts(
    treatments: Sequence[Treatment], material: Material, *, known: int, novel: int, part: str = ""
) -> tuple[Post, ...]:
    """For each treatment `known` posts of indexed sources and `novel` posts of held-out ones, sources drawn evenly."""
    rng = np.random.default_rng([material.seed, *part.encode()])
    indexed = _deal(material.known, known * len(treatments), rng)
    withheld = _deal(material.held_out, novel * len(treatments), rng)
    posts: list[Post] = []
    for n, treatment in enumerate(treatments):
        for source in indexed[n * known : (n + 1) * known]:
            posts.append(make_post(len(posts), source, treatment, material, asset=source.asset, part=part))
        for source in withheld[n * novel : (n + 1) * novel]:
            posts.append(make_post(len(posts), source, treatment, material, asset=None, part=part))
    return tuple(posts)


def make_post(
    number: int, source: Source, treatment: Treatment, material: Material, *, asset: str | None, part: str = ""
) -> Post:
    """One post; its number makes its name unique and, with the material's seed, settles every accident."""
    seed = zlib.crc32(f"{material.seed} {part} {number} {treatment.track}".encode())
    context = material.held_out[:CONTEXT]
    prefix = f"{part} " if part else ""
    return Post(
        name=f"{prefix}{number:05d} {treatment.track}",
        track=treatment.track,
        strength=treatment.strength,
        asset=asset,
        recipe=" ".join([source.sha256, str(seed), maker(), *(other.sha256 for other in context)]),
        render=partial(_render, source, treatment, seed, context),
        part=part,
    )


@cache
def maker() -> str:
    """Digest of the code and the libraries that make posts."""
    return digest(made_by(CODE, LIBRARIES))


def _render(source: Source, treatment: Treatment, seed: int, context: tuple[Source, ...]) -> Rendered:
    original = source.pixels()
    made = treatment.apply(original, seed, [_decoded(other) for other in context])
    region = shown_region(made.original_to_result, original.shape, made.pixels.shape)
    return Rendered(made.pixels, region, shown_structure(original, made.visible))


@lru_cache(maxsize=CONTEXT)
def _decoded(source: Source) -> Pixels:
    return source.pixels()


def _deal(sources: Sequence[Source], count: int, rng: np.random.Generator) -> list[Source]:
    """Deal sources like cards: nobody comes twice before everybody has come once."""
    rounds = -(-count // len(sources)) if sources else 0
    order = [n for _ in range(rounds) for n in rng.permutation(len(sources))]
    return [sources[n] for n in order[:count]]
