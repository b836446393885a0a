"""How fast something goes, as a progress bar tells it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

PERIOD = 120.0  # s that a rate looks back on: answers come in bursts, one for each thread
SOONEST = 2.0  # s; a rate that was measured for less is not told


class Pace:
    """How many a second over the last minutes.

    It is measured from the start and not from the first result, so that the first burst is no rate.

    Args:
        clock: seconds from any origin, never backwards
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks = deque([(clock(), 0)])

    def add(self, done: int) -> None:
        """So many more are done."""
        now = self._clock()
        self._marks.append((now, self._marks[-1][1] + done))
        while self._marks[1][0] < now - PERIOD:
            self._marks.popleft()

    @property
    def rate(self) -> float | None:
        """Per second; None where too little time has passed to say."""
        (first, before), (last, after) = self._marks[0], self._marks[-1]
        return (after - before) / (last - first) if last - first >= SOONEST and after > before else None
