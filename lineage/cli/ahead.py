"""Results that are worked on before anybody asks for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(task: Callable[[T], R], items: Iterable[T], *, threads: int) -> Generator[Future[R]]:
    """What a task makes of items, in their order; threads work on the next ones while a result is looked at.

    Args:
        task: errors of it are raised by the future of the item
        items: to work on
        threads: items that are worked on at once; as many more are taken and wait
    """
    waiting: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for item in items:
            waiting.append(pool.submit(task, item))
            if len(waiting) > 2 * threads:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)
