from __future__ import annotations

import time
from collections.abc import Iterator
from threading import current_thread

from lineage.cli.ahead import ahead


def test_results_come_in_the_order_of_the_items():
    def task(item: int) -> int:
        time.sleep(0.01 * (item % 3))
        return item * item

    assert [result.result() for result in ahead(task, range(12), threads=3)] == [n * n for n in range(12)]


def test_few_items_are_taken_ahead():
    taken = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    next(ahead(str, items(), threads=1))
    assert taken == [0, 1, 2]  # one is given back, one is worked on, one waits


def test_an_error_belongs_to_its_item_and_the_others_go_on():
    def task(item: int) -> int:
        return 1 // item

    results = [result.exception() or result.result() for result in ahead(task, [1, 0, 1], threads=1)]
    assert (results[0], type(results[1]), results[2]) == (1, ZeroDivisionError, 1)


def test_the_caller_does_none_of_the_work():
    threads = {result.result() for result in ahead(lambda _: current_thread(), range(3), threads=1)}
    assert current_thread() not in threads


def test_whoever_stops_asking_waits_for_nothing_more():
    done = []

    def task(item: int) -> None:
        done.append(item)
        time.sleep(0.05)

    for _ in ahead(task, range(100), threads=2):
        break
    assert len(done) <= 5
