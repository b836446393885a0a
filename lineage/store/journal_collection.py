"""The journal of an index on a server: a collection of points without vectors, made when the first record is written.

id        of the note or sighting
payload   kind: note or sighting, with a keyword index · line: JSON, see `journal_form` · attachment: base64
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from qdrant_client import models

from lineage.records import Note, Sighting
from lineage.settings import Server
from lineage.store.journal_form import damaged, note_line, note_of, sighting_line, sighting_of, sound
from lineage.store.link import Link
from lineage.store.names import Names
from lineage.store.schema import point_ids

_PAGE = 256  # records per answer
_NOTE, _SIGHTING = "note", "sighting"


class CollectionJournal:
    """A `Journal` in a collection of its own.

    Raises:
        StoreError: the server does not answer, or refuses the key or the request
    """

    def __init__(self, place: str, *, server: Server) -> None:
        self._names = Names(place, server=server)
        self._client = self._names.client
        self._call = Link(self._names.address).call
        self._collection = f"{self._names.alias}-journal"

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """See `Journal`."""
        text = base64.b64encode(attachment).decode("ascii")
        self._add(
            [_point(note.id, {"kind": _NOTE, "line": note_line(note), "attachment": text}) for note in notes],
        )

    def notes(self) -> Sequence[Note]:
        """See `Journal`."""
        return sorted(sound(self._lines(_NOTE), note_of), key=lambda note: note.when)

    def damaged(self) -> Sequence[str]:
        """See `Journal`."""
        return damaged(self._lines(_NOTE))

    def count(self) -> int:
        """See `Journal`."""
        if not self._names.has(self._collection):
            return 0
        return self._call(self._client.count, self._collection, count_filter=_of_kind(_NOTE), exact=True).count

    def attachment(self, note: str) -> bytes:
        """See `Journal`."""
        if not point_ids([note]) or not self._names.has(self._collection):
            return b""
        records = self._call(self._client.retrieve, self._collection, [note], with_payload=["attachment"])
        return base64.b64decode((records[0].payload or {})["attachment"]) if records else b""

    def see(self, sightings: Sequence[Sighting], *, keep: int) -> None:
        """See `Journal`."""
        self._add([_point(one.id, {"kind": _SIGHTING, "line": sighting_line(one)}) for one in sightings])
        if old := [one.id for one in self.sightings()[:-keep]]:
            self._call(self._client.delete, self._collection, models.PointIdsList(points=[*old]), wait=True)

    def sightings(self) -> Sequence[Sighting]:
        """See `Journal`."""
        return sorted(sound(self._lines(_SIGHTING), sighting_of), key=lambda one: one.when)

    def close(self) -> None:
        """See `Journal`."""
        self._names.close()

    def _add(self, points: list[models.PointStruct]) -> None:
        if not self._names.has(self._collection):
            self._call(self._client.create_collection, self._collection, vectors_config={}, on_disk_payload=True)
            self._call(
                self._client.create_payload_index,
                self._collection,
                "kind",
                models.PayloadSchemaType.KEYWORD,
                wait=True,
            )
        if points:
            self._call(self._client.upsert, self._collection, points, wait=True)

    def _lines(self, kind: str) -> Iterator[tuple[str, str]]:
        """Id and line of each."""
        if not self._names.has(self._collection):
            return
        start = None
        while True:
            records, start = self._call(
                self._client.scroll,
                self._collection,
                scroll_filter=_of_kind(kind),
                limit=_PAGE,
                offset=start,
                with_payload=["line"],
                with_vectors=False,
            )
            yield from ((str(record.id), str((record.payload or {}).get("line", ""))) for record in records)
            if start is None:
                return


def _of_kind(kind: str) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key="kind", match=models.MatchValue(value=kind))])


def _point(key: str, payload: dict[str, Any]) -> models.PointStruct:
    return models.PointStruct(id=key, vector={}, payload=payload)
