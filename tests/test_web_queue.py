"""The queue as somebody goes through it: what comes next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lineage.web.pages.queue import Left


@pytest.fixture
def left() -> Left:
    """Four reviews, of which the second is decided and the third is open elsewhere."""
    standings: dict[str, Any] = {
        key: SimpleNamespace(review=SimpleNamespace(id=key), note=key == "b" or None) for key in "abcd"
    }
    waiting = [one for one in standings.values() if one.note is None]
    return Left(waiting, [], standings, {"c": "bo"})


def test_one_goes_on_and_back_past_what_is_decided_or_open_elsewhere(left):
    assert (left.after("a"), left.before("d")) == ("d", "a")


@pytest.mark.parametrize("way", [Left.after, Left.before])
def test_what_is_free_is_gathered_once_however_many_wait(left, way, monkeypatch):
    gathered: list[Left] = []

    def free(of: Left) -> tuple[str, ...]:
        gathered.append(of)
        return ()

    monkeypatch.setattr(Left, "free", property(free))
    assert way(left, "c") == ""
    assert gathered == [left]
