"""The queue of an index on a server: a collection of points without vectors, made when the first post is put into it.

id        of the review
payload   line: JSON, see `report_form` · report: base64 · post, file: base64, where they were kept
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence

from qdrant_client import models

from lineage.records import Kept, Report, Review
from lineage.settings import Server
from lineage.store.link import Link
from lineage.store.names import Names
from lineage.store.report_form import kept_report, packed_report, review_line, sound_reviews
from lineage.store.schema import point_ids

_PAGE = 256  # reviews per answer
_LINE, _REPORT = "line", "report"


class CollectionQueue:
    """A `Queue` in a collection of its own.

    Raises:
        StoreError: the server does not answer, or refuses the key or the request
    """

    def __init__(self, place: str, *, server: Server) -> None:
        self._names = Names(place, server=server)
        self._client = self._names.client
        self._call = Link(self._names.address).call
        self._collection = f"{self._names.alias}-reviews"

    def put(self, review: Review, report: Report, kept: Mapping[Kept, bytes]) -> None:
        """See `Queue`."""
        if not self._names.has(self._collection):
            self._call(self._client.create_collection, self._collection, vectors_config={}, on_disk_payload=True)
        held: dict[str, bytes] = {_REPORT: packed_report(report), **{str(what): one for what, one in kept.items()}}
        payload = {_LINE: review_line(review)} | {what: base64.b64encode(one).decode() for what, one in held.items()}
        point = models.PointStruct(id=review.id, vector={}, payload=payload)
        self._call(self._client.upsert, self._collection, [point], wait=True)

    def reviews(self) -> Sequence[Review]:
        """See `Queue`."""
        return sorted(sound_reviews(self._lines()), key=lambda review: review.when)

    def report(self, review: str) -> Report | None:
        """See `Queue`."""
        held = self._held(review, _REPORT)
        return kept_report(held, review) if held else None

    def kept(self, review: str, what: Kept) -> bytes:
        """See `Queue`."""
        return self._held(review, what)

    def drop(self, reviews: Sequence[str]) -> None:
        """See `Queue`."""
        if reviews and self._names.has(self._collection):
            self._call(self._client.delete, self._collection, models.PointIdsList(points=[*reviews]), wait=True)

    def close(self) -> None:
        """See `Queue`."""
        self._names.close()

    def _held(self, review: str, what: str) -> bytes:
        if not point_ids([review]) or not self._names.has(self._collection):
            return b""
        records = self._call(self._client.retrieve, self._collection, [review], with_payload=[what])
        return base64.b64decode((records[0].payload or {}).get(what, "")) if records else b""

    def _lines(self) -> Iterator[tuple[str, str]]:
        if not self._names.has(self._collection):
            return
        start = None
        while True:
            records, start = self._call(
                self._client.scroll,
                self._collection,
                limit=_PAGE,
                offset=start,
                with_payload=[_LINE],
                with_vectors=False,
            )
            yield from ((str(record.id), (record.payload or {}).get(_LINE, "")) for record in records)
            if start is None:
                return
