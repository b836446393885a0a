"""Maps as a service keeps them, while the library changes and where one cannot be drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lineage.errors import UsageError
from lineage.insight.projector.points import Points
from lineage.web.atlas import WAIT, Atlas, Drawn, named_groups


class Library:
    """A service of which a map needs no more than how many assets there are."""

    def __init__(self, count: int) -> None:
        self.index = SimpleNamespace(count=lambda: count)

    def holds(self, count: int) -> None:
        self.index.count = lambda: count

    async def drawn(self, work: Callable[[], Any]) -> Any:
        return work()


def drawn(_: str, count: int) -> Drawn:
    return Drawn((), (), b"sheet of %d" % count, 64, count, count)


def failing(_: str, count: int) -> Drawn:
    raise UsageError(f"{count} are too few")


def with_atlas(monkeypatch, work) -> None:
    library: Any = Library(8)
    atlas = Atlas(library)
    monkeypatch.setattr(atlas, "_draw", drawn)
    asyncio.run(work(atlas, library))
    atlas.close()


def test_folders_are_named_where_their_pictures_lie_together_and_nowhere_else():
    rng = np.random.default_rng(0)
    together, apart = rng.normal(0, 0.05, (20, 2)) + 0.5, rng.uniform(-1, 1, (80, 2))
    places = np.concatenate([together, apart]).astype(np.float32)
    groups = ("spring",) * 20 + ("autumn", "winter") * 40
    points = Points(("",) * 100, groups, places, (), 100)
    ((name, x, y),) = named_groups(points, places)
    assert name == "spring"
    assert (x, y) == pytest.approx((0.5, 0.5), abs=0.05)


def test_the_only_folder_is_not_named():
    places = np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype(np.float32)
    assert [*named_groups(Points(("",) * 50, ("spring",) * 50, places, (), 50), places)] == []


def test_the_last_map_is_shown_while_the_next_is_drawn_and_keeps_its_sheet(monkeypatch):
    async def work(atlas, library):
        first = await atlas.map("pca")
        library.holds(9)
        gate = asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow(method, count):
            asyncio.run_coroutine_threadsafe(gate.wait(), loop).result()
            return drawn(method, count)

        monkeypatch.setattr(atlas, "_draw", slow)
        assert await atlas.map("pca") is first
        gate.set()
        await asyncio.sleep(2 * WAIT)
        assert (await atlas.map("pca")).count == 9
        assert atlas.sheet("pca", 8) == b"sheet of 8"
        assert atlas.sheet("pca", 9) == b"sheet of 9"
        assert atlas.sheet("pca", 7) == b""

    with_atlas(monkeypatch, work)


def test_a_map_that_could_not_be_drawn_is_begun_anew(monkeypatch):
    async def work(atlas, _):
        monkeypatch.setattr(atlas, "_draw", failing)
        with pytest.raises(UsageError):
            await atlas.map("pca")
        monkeypatch.setattr(atlas, "_draw", drawn)
        assert (await atlas.map("pca")).count == 8

    with_atlas(monkeypatch, work)
