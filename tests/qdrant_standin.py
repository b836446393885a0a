"""A stand-in for a Qdrant server on the loopback: parses what arrives with qdrant-client's own models, answers from its
local mode.

It proves what a client can get wrong: what is sent, with which key, in which portions, how often it is repeated, and
what becomes of refusals. It proves nothing about graphs, durability or clusters; only a real server can (QDRANT_URL).
"""

from __future__ import annotations

import io
import json
import re
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from pydantic import BaseModel, TypeAdapter
from qdrant_client import QdrantClient, models

BODY_LIMIT = 32 * 2**20  # bytes, as in the server's default configuration


class QdrantStandin(ThreadingHTTPServer):
    """The server; `faults` happen to the next requests, one each: a status, seconds to wait, "hang up", or "lose the
    answer", where what was asked is done."""

    daemon_threads = True

    def __init__(self, *, api_key: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api_key = api_key
        self.local = QdrantClient(":memory:")
        self.lock = Lock()
        self.faults: deque[int | float | str] = deque()
        self.requests: list[tuple[str, str, int]] = []  # method, path, bytes
        self.indexes: list[str] = []
        self.broken: list[BaseException | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address) -> None:
        """A client that gave up waiting is no error here; everything else is one of the stand-in."""
        if not isinstance(error := sys.exception(), ConnectionError):
            self.broken.append(error)


@contextmanager
def standin(*, api_key: str | None = None):
    server = QdrantStandin(api_key=api_key)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        server.local.close()
        thread.join()
        assert server.broken == []


class _Handler(BaseHTTPRequestHandler):
    server: QdrantStandin
    wbufsize = -1  # head and body in one packet, or the client waits 40 ms for each

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        self.server.requests.append((self.command, path, len(body)))
        fault = self.server.faults.popleft() if self.server.faults else None
        if isinstance(fault, float):
            time.sleep(fault)
        if fault == "lose the answer":
            self.wfile = io.BytesIO()
            with self.server.lock:
                self.dispatch(path, body)
            self.connection.close()
        elif isinstance(fault, str):
            self.connection.close()
        elif isinstance(fault, int):
            self.refuse(fault, f"told to answer {fault}")
        elif self.server.api_key and self.headers.get("api-key") != self.server.api_key:
            self.refuse(401, "Must provide an API key")
        elif len(body) > BODY_LIMIT:
            self.refuse(413, "Payload too large")
        else:
            with self.server.lock:
                self.dispatch(path, body)

    do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    def dispatch(self, path: str, body: bytes) -> None:
        for method, pattern, action in ROUTES:
            if method == self.command and (match := re.fullmatch(pattern, path)):
                try:
                    self.send(200, {"result": action(self.server, match["name"], body), "status": "ok", "time": 0.0})
                except FileExistsError as error:
                    self.refuse(409, str(error))
                except ValueError as error:  # what local mode says of a collection that is not there
                    self.refuse(404, str(error))
                return
        self.refuse(404, f"the stand-in knows no {self.command} {path}")

    def refuse(self, status: int, reason: str) -> None:
        self.send(status, {"status": {"error": reason}})

    def send(self, status: int, answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args) -> None:
        """Say nothing."""


def _exists(server: QdrantStandin, name: str, body: bytes) -> Any:
    return {"exists": server.local.collection_exists(name)}


def _info(server: QdrantStandin, name: str, body: bytes) -> Any:
    return _plain(server.local.get_collection(name))


def _create(server: QdrantStandin, name: str, body: bytes) -> Any:
    asked = models.CreateCollection.model_validate_json(body)
    if server.local.collection_exists(name):
        raise FileExistsError(f"Wrong input: Collection `{name}` already exists!")
    return server.local.create_collection(
        name, asked.vectors, sparse_vectors_config=asked.sparse_vectors, metadata=asked.metadata
    )


def _index(server: QdrantStandin, name: str, body: bytes) -> Any:
    server.indexes.append(models.CreateFieldIndex.model_validate_json(body).field_name)
    return _DONE


def _upsert(server: QdrantStandin, name: str, body: bytes) -> Any:
    asked = models.PointsList.model_validate_json(body)
    server.local.upsert(name, asked.points, update_mode=asked.update_mode)
    return _DONE


def _retrieve(server: QdrantStandin, name: str, body: bytes) -> Any:
    asked = models.PointRequest.model_validate_json(body)
    return _plain(
        server.local.retrieve(
            name, asked.ids, with_payload=asked.with_payload or False, with_vectors=asked.with_vector or False
        )
    )


def _delete(server: QdrantStandin, name: str, body: bytes) -> Any:
    server.local.delete(name, models.PointIdsList.model_validate_json(body))
    return _DONE


def _count(server: QdrantStandin, name: str, body: bytes) -> Any:
    return _plain(server.local.count(name, exact=models.CountRequest.model_validate_json(body).exact or False))


def _scroll(server: QdrantStandin, name: str, body: bytes) -> Any:
    asked = models.ScrollRequest.model_validate_json(body)
    points, after = server.local.scroll(
        name,
        scroll_filter=asked.filter,
        limit=asked.limit or 10,
        offset=asked.offset,
        with_payload=asked.with_payload or False,
        with_vectors=asked.with_vector or False,
    )
    return {"points": _plain(points), "next_page_offset": after}


def _query(server: QdrantStandin, name: str, body: bytes) -> Any:
    asked = models.QueryRequestBatch.model_validate_json(body).searches
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Local mode performs exact")  # true, and what an oracle should do
        return _plain(server.local.query_batch_points(name, asked))


def _change(server: QdrantStandin, name: str, body: bytes) -> Any:
    operations = models.UpdateOperations.model_validate_json(body).operations
    server.local.batch_update_points(name, operations)
    return [_DONE for _ in operations]


def _aliases(server: QdrantStandin, name: str, body: bytes) -> Any:
    return _plain(server.local.get_aliases())


def _point(server: QdrantStandin, name: str, body: bytes) -> Any:
    asked = models.ChangeAliasesOperation.model_validate_json(body)
    return server.local.update_collection_aliases(asked.actions)


def _drop(server: QdrantStandin, name: str, body: bytes) -> Any:
    return server.local.delete_collection(name)


def _plain(value: Any) -> Any:
    return TypeAdapter(BaseModel | list[BaseModel]).dump_python(value, mode="json", serialize_as_any=True)


_DONE = {"operation_id": 0, "status": "completed"}
_COLLECTION = r"/collections/(?P<name>[^/]+)"

ROUTES: list[tuple[str, str, Callable[[QdrantStandin, str, bytes], Any]]] = [
    ("GET", "/(?P<name>aliases)", _aliases),
    ("POST", "/collections/(?P<name>aliases)", _point),
    ("GET", f"{_COLLECTION}/exists", _exists),
    ("GET", _COLLECTION, _info),
    ("PUT", _COLLECTION, _create),
    ("DELETE", _COLLECTION, _drop),
    ("PUT", f"{_COLLECTION}/index", _index),
    ("PUT", f"{_COLLECTION}/points", _upsert),
    ("POST", f"{_COLLECTION}/points", _retrieve),
    ("POST", f"{_COLLECTION}/points/delete", _delete),
    ("POST", f"{_COLLECTION}/points/count", _count),
    ("POST", f"{_COLLECTION}/points/scroll", _scroll),
    ("POST", f"{_COLLECTION}/points/query/batch", _query),
    ("POST", f"{_COLLECTION}/points/batch", _change),
]
