"""A stand-in server that goes away in the middle of a run, and comes back."""

from __future__ import annotations

from collections import deque

from tests.qdrant_standin import QdrantStandin


class Outage(deque[int | float | str]):
    """Faults of a stand-in: from the write after `writes` of them on, every request is hung up on.

    Usage: `server.faults = Outage(server, writes=2)` … and `server.faults = deque()` when the server is back.
    """

    def __init__(self, server: QdrantStandin, *, writes: int) -> None:
        super().__init__()
        self._server = server
        self._writes = writes

    def __bool__(self) -> bool:
        done = sum(method == "PUT" and path.endswith("/points") for method, path, _ in self._server.requests)
        return done > self._writes

    def popleft(self) -> str:
        """The fault of the next request."""
        return "hang up"
