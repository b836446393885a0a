"""The server that answers at a socket until somebody ends it."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_ENDS = (signal.SIGINT, signal.SIGTERM)
_LAST = 10  # s for answers that are under way


def answer_at(listening: socket.socket, app: FastAPI) -> None:
    """Answer there until an interrupt, or a request of the system, ends it; what is under way is answered first."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=_LAST,
    )
    _Server(config).run(sockets=[listening])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """To be ended is how a service ends: no error, as which uvicorn hands it on."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in _ENDS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
