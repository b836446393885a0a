"""Records beside an index on a server: a collection of points without vectors, made when the first is written."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence

from qdrant_client import models

from lineage.settings import Server
from lineage.store.link import Link
from lineage.store.names import Names
from lineage.store.schema import point_ids

_PAGE = 256  # records per answer
_LINE, _KIND = "line", "kind"


class RecordCollection:
    """Records by id: a line each, and bytes by name, which are kept as base64.

    Args:
        place: of the index
        called: what the name of the index is continued by

    Raises:
        StoreError: the server does not answer, or refuses the key or the request
    """

    def __init__(self, place: str, *, called: str, server: Server) -> None:
        self._names = Names(place, server=server)
        self._client = self._names.client
        self._call = Link(self._names.address).call
        self._collection = f"{self._names.alias}-{called}"

    def put(self, lines: Mapping[str, str], *, kind: str = "", held: Mapping[str, bytes] | None = None) -> None:
        """Write a line by the id of its record, with the same bytes for each; where they have kinds, all have one."""
        if not self._is_there():
            self._call(self._client.create_collection, self._collection, vectors_config={}, on_disk_payload=True)
            if kind:
                keyword = models.PayloadSchemaType.KEYWORD
                self._call(self._client.create_payload_index, self._collection, _KIND, keyword, wait=True)
        same = {name: base64.b64encode(data).decode("ascii") for name, data in (held or {}).items()}
        same |= {_KIND: kind} if kind else {}
        points = [models.PointStruct(id=key, vector={}, payload={_LINE: line, **same}) for key, line in lines.items()]
        if points:
            self._call(self._client.upsert, self._collection, points, wait=True)

    def lines(self, kind: str = "") -> Iterator[tuple[str, str]]:
        """Id and line of each record, or of each of a kind."""
        return ((key, str(payload.get(_LINE, ""))) for key, payload in self._payloads(kind, [_LINE]))

    def lines_and_held(self, kind: str, name: str) -> Iterator[tuple[str, str, bytes]]:
        """Id and line of each record of a kind, and its bytes of that name."""
        for key, payload in self._payloads(kind, [_LINE, name]):
            yield key, str(payload.get(_LINE, "")), base64.b64decode(payload.get(name, ""))

    def _payloads(self, kind: str, names: list[str]) -> Iterator[tuple[str, models.Payload]]:
        if not self._is_there():
            return
        start = None
        while True:
            records, start = self._call(
                self._client.scroll,
                self._collection,
                scroll_filter=_of_kind(kind),
                limit=_PAGE,
                offset=start,
                with_payload=names,
                with_vectors=False,
            )
            yield from ((str(record.id), record.payload or {}) for record in records)
            if start is None:
                return

    def count(self, kind: str) -> int:
        """How many there are of a kind."""
        if not self._is_there():
            return 0
        return self._call(self._client.count, self._collection, count_filter=_of_kind(kind), exact=True).count

    def held(self, key: str, name: str) -> bytes:
        """The bytes of a record; empty where there are none, or no such record."""
        return self.line_and_held(key, name)[1]

    def line_and_held(self, key: str, name: str) -> tuple[str, bytes]:
        """The line of a record, and its bytes; both empty where there is no such record."""
        if not point_ids([key]) or not self._is_there():
            return "", b""
        records = self._call(self._client.retrieve, self._collection, [key], with_payload=[_LINE, name])
        payload = (records[0].payload or {}) if records else {}
        return str(payload.get(_LINE, "")), base64.b64decode(payload.get(name, ""))

    def drop(self, keys: Sequence[str]) -> None:
        """Forget records; ids that do not exist are ignored."""
        if keys and self._is_there():
            self._call(self._client.delete, self._collection, models.PointIdsList(points=[*keys]), wait=True)

    def close(self) -> None:
        """Let go of the connection."""
        self._names.close()

    def _is_there(self) -> bool:
        return self._names.has(self._collection)


def _of_kind(kind: str) -> models.Filter | None:
    wanted = models.FieldCondition(key=_KIND, match=models.MatchValue(value=kind))
    return models.Filter(must=[wanted]) if kind else None
