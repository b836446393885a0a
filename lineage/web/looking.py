"""Who looks at which review just now, so that two people do not work on one."""

from __future__ import annotations

import time
from collections.abc import Callable

AWAY = 60.0  # s without a sign, after which nobody looks any more


class Looking:
    """Reviews with the person who opened them last; forgets what is older than `AWAY`.

    Args:
        clock: seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[str, float]] = {}

    def look(self, review: str, who: str) -> None:
        """Somebody opens a review, and leaves the one before."""
        now = self._clock()
        self._seen = {key: seen for key, seen in self._seen.items() if seen[0] != who and now - seen[1] < AWAY}
        self._seen.setdefault(review, (who, now))

    def other(self, review: str, who: str) -> str:
        """Who else looks at a review; empty: nobody."""
        person, since = self._seen.get(review, (who, 0.0))
        return person if person != who and self._clock() - since < AWAY else ""
