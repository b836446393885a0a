"""How often somebody may ask: so many requests a minute, and as many at once as a quarter of them.

Keys are counted by the name that they have here, everybody else by their address, so that whoever guesses keys is not
somebody else with each of them.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from math import ceil

from fastapi import Request

from lineage.web.problems import Refused

BURST = 0.25  # of a minute's requests
_REMEMBERED = 4096  # who asked lately


class RateLimit:
    """A bucket of requests for each who asks, that fills as time goes by.

    Args:
        a_minute: requests
    """

    def __init__(self, a_minute: int) -> None:
        self._a_second = a_minute / 60
        self._full = max(1.0, a_minute * BURST)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def require(self, request: Request, name: str = "") -> None:
        """Count a request.

        Args:
            request: that is counted
            name: of the key that came with it; empty: none that is known

        Raises:
            Refused: whoever asks has asked too much lately
        """
        left = self._there(request, name)
        if left >= 1:
            self._leave(request, name, left - 1)
        else:
            seconds = ceil((1 - left) / self._a_second)
            raise Refused(429, f"too many requests; try again in {seconds} s", {"Retry-After": str(seconds)})

    def charge(self, request: Request, name: str, more: int) -> None:
        """Count posts that a request brought besides its first: those who asked wait for them before the next."""
        self._leave(request, name, self._there(request, name) - more)

    def _there(self, request: Request, name: str) -> float:
        """Requests that are left to whoever asks; less than none after many posts at once."""
        now = time.monotonic()
        left, since = self._left.get(_who(request, name), (self._full, now))
        return min(self._full, left + (now - since) * self._a_second)

    def _leave(self, request: Request, name: str, left: float) -> None:
        self._left[_who(request, name)] = left, time.monotonic()
        self._left.move_to_end(_who(request, name))
        while len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)


def _who(request: Request, name: str) -> str:
    return f"key {name}" if name else request.client.host if request.client else ""
