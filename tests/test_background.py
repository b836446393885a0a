from __future__ import annotations

from threading import Event, Thread, current_thread

import pytest

from indexer.run.background import Background


def test_items_are_done_in_order_in_one_other_thread():
    done: list[tuple[int, Thread]] = []

    def note(item: int) -> None:
        done.append((item, current_thread()))

    with Background(note, depth=2) as background:
        for item in range(20):
            background.put(item)
    assert [item for item, _ in done] == list(range(20))
    assert {thread for _, thread in done}.isdisjoint({current_thread()})


def test_leaving_waits_for_the_last_item():
    gate, done = Event(), list[int]()

    def slow(item: int) -> None:
        gate.wait(10)
        done.append(item)

    with Background(slow, depth=4) as background:
        background.put(1)
        gate.set()
    assert done == [1]


def test_the_caller_waits_while_as_many_items_wait_as_may():
    gate, taken = Event(), list[int]()

    def work(_: int) -> None:
        gate.wait(10)

    def hand_over() -> None:
        for item in range(4):
            taken.append(item)
            background.put(item)

    with Background(work, depth=1) as background:
        caller = Thread(target=hand_over)
        caller.start()
        caller.join(0.5)
        assert len(taken) <= 3  # one is worked on, one waits, and the caller holds the next
        gate.set()
        caller.join(10)
    assert taken == [0, 1, 2, 3]


def test_an_error_is_raised_in_the_caller_and_ends_the_work():
    done: list[int] = []

    def fail(item: int) -> None:
        if item == 1:
            raise ValueError("one")
        done.append(item)

    with pytest.raises(ValueError, match="one"), Background(fail, depth=8) as background:  # noqa: PT012
        for item in range(3):
            background.put(item)
    assert done == [0]


def test_an_error_of_the_caller_is_not_hidden_by_one_of_the_work():
    def fail(_: int) -> None:
        raise ValueError

    with pytest.raises(KeyError), Background(fail, depth=8) as background:  # noqa: PT012
        background.put(0)
        raise KeyError
