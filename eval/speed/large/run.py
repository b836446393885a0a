"""The order of the measurement: read real entries → fill → draw questions → measure, size by size."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from eval.speed.large.filling import fill, rate
from eval.speed.large.measure import Asked, Questions, in_fresh_process, time_posts, time_searches
from eval.speed.large.questions import Posts, draw_vectors, make_posts, post_hashes, post_words, save
from eval.speed.large.rows import Row, earlier_rows, keep
from eval.speed.large.synthetic import FORM, Synthetic
from lineage.errors import UsageError
from lineage.records import Entry, Stamp
from lineage.settings import Settings
from lineage.store import open_store
from lineage.store.room import bytes_on_disk

PLAN = "plan.json"
REAL = 10_000  # entries read at most, some 400 MB of memory
VECTORS = 100  # questions to the vector search
FEWEST = 20  # real entries

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
Kind = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a user asks for.

    Attributes:
        folder: for the index, the list of pieces and the rows; a folder that has them goes on
        sizes: numbers of assets
        bare: vectors and hashes only
        posts: whole posts asked at each size
        seed: of every choice
    """

    folder: Path
    sizes: tuple[int, ...]
    bare: bool
    posts: int
    seed: int


def run(plan: Plan, settings: Settings, *, progress: Progress) -> Iterator[Row]:
    """Fill and measure; yields the rows in the order of sizes, those of earlier runs first.

    Raises:
        UsageError: the index that the settings name holds too few assets, or their files are gone; or the folder holds
            rows of another kind
    """
    _require_same(plan.folder, _kind(plan))
    done = earlier_rows(plan.folder)
    yield from done
    sizes = sorted(set(plan.sizes) - {row.size for row in done})
    if not sizes:
        return
    stamp, originals = _real(settings)
    kind = _kind(plan) | {"index": stamp.index, "real": len(originals)}
    _require_same(plan.folder, kind)
    library = Synthetic(originals, seed=plan.seed, bare=plan.bare)
    if sizes[0] < library.real:
        raise UsageError(f"the index holds {library.real} real assets already, so {sizes[0]} is too small a size")
    posts = make_posts(originals, settings, count=plan.posts, seed=plan.seed)
    (plan.folder / PLAN).write_text(json.dumps(kind), encoding="utf-8")
    large = replace(settings, store=str(plan.folder / "index"))
    for size in sizes:
        with progress(f"filling to {size:,}", size) as advance:
            fill(plan.folder, large, replace(stamp, index=str(uuid4())), library, size, progress=advance)
        row = _measure(plan, large, library, posts, size)
        keep(row, plan.folder)
        yield row


def _require_same(folder: Path, kind: Kind) -> None:
    """Rows with and without words, or of other assets, are no table; the folder remembers which it has."""
    file = folder / PLAN
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else kind
    if begun := {name: found.get(name) for name, value in kind.items() if found.get(name) != value}:
        wanted = {name: kind[name] for name in begun}
        raise UsageError(f"{folder}: was begun with {begun} and not with {wanted}; name another folder")


def _kind(plan: Plan) -> Kind:
    return {"form": FORM, "vectors_only": plan.bare, "seed": plan.seed}


def _real(settings: Settings) -> tuple[Stamp, list[Entry]]:
    with closing(open_store(settings.store, server=settings.server)) as store:
        entries = itertools.chain.from_iterable(store.scroll())
        originals = list(itertools.islice(entries, REAL))
        if len(originals) < FEWEST:
            raise UsageError(
                f"the index at {settings.store} holds {len(originals)} assets; at least {FEWEST} are needed"
            )
        return store.stamp, originals


def _measure(plan: Plan, settings: Settings, library: Synthetic, posts: Posts, size: int) -> Row:
    vectors, nearest = draw_vectors(library, size, count=VECTORS)
    words = () if plan.bare else tuple(post_words(post) for post in posts.pixels)
    hashes = tuple(post_hashes(post) for post in posts.pixels)
    found = in_fresh_process(time_searches, settings, Questions(vectors, nearest, words, hashes))
    whole = None if plan.bare else _ask(settings, posts)
    return Row(size, rate(plan.folder), bytes_on_disk(Path(settings.store)) / size, found, whole)


def _ask(settings: Settings, posts: Posts) -> Asked:
    with TemporaryDirectory(prefix="lineage-posts-") as folder:
        return in_fresh_process(time_posts, settings, save(posts.pixels, Path(folder)), posts.sources)
