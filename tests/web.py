"""A web server of files on the loopback that can be told to fail."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from unittest import mock


class Web(ThreadingHTTPServer):
    """The server: `files` by path; `faults` happen to the next GETs, one each: a status, "hang up", or None.

    Attributes:
        files: path, with its slash → bytes
        redirects: path → where it leads
        endless: paths whose bytes never end
        tags: whether it sends an ETag
        asked: paths of all requests
        read: paths that were asked for by GET
        down: whether it hangs up on everybody
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.endless: set[str] = set()
        self.tags = True
        self.faults: deque[int | str | None] = deque()
        self.asked: list[str] = []
        self.read: list[str] = []
        self.down = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is no error here."""


@contextmanager
def web():
    server = Web()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with mock.patch.dict(os.environ, LINEAGE_PRIVATE_ADDRESSES="127.0.0.0/8"):
            yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_HEAD(self) -> None:
        self.server.asked.append(self.path)
        if self.path in self.server.endless:
            self.send_response(200)
            self.end_headers()
        else:
            self.answer(b"")

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.read.append(self.path)
        fault = self.server.faults.popleft() if self.server.faults else None
        if isinstance(fault, str):
            self.close_connection = True
        elif isinstance(fault, int):
            self.send_error(fault)
        else:
            self.answer(self.server.files.get(self.path, b""))

    def answer(self, body: bytes) -> None:
        content = self.server.files.get(self.path)
        if self.server.down:
            self.close_connection = True
        elif self.path in self.server.redirects:
            self.send_response(302)
            self.send_header("Location", self.server.redirects[self.path])
            self.end_headers()
        elif self.path in self.server.endless:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(bytes(1 << 16))
        elif content is None:
            self.send_error(404)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            if self.server.tags:
                self.send_header("ETag", f'"{hashlib.md5(content).hexdigest()}"')
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args) -> None:
        """Say nothing."""
