"""The stored form of an entry: one Qdrant point, the same in the embedded engine and on a server.

    id        UUID of the asset
    vectors   global: dense, cosine · words: sparse, IDF by the engine; absent where the picture has no words
    payload   asset: the record with its locations · phash, pdq: hexadecimal, with keyword indexes · pdq_quality
              keypoints, preview: bytes as base64 · sum: check sum of all but the record, which has its own

Bytes travel as base64 because payloads are JSON on both engines: a third more bytes than raw, but the only text form
that the standard library decodes at the speed of memory.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import numpy as np

from lineage.errors import EntryDamaged, StoreError
from lineage.records import Asset, Entry, Fingerprint, Floats, Hashes, Hit, Location, Words
from lineage.store import sums
from lineage.store.packing import pack, unpack

SCHEMA_VERSION = 2  # 1 kept one visual word a feature, 2 keeps two
VECTOR = "global"
WORDS = "words"
ASSET = "asset"
HASHES = ("phash", "pdq")

Payload = Mapping[str, Any]
PointId = int | UUID | str

_WRONG = (KeyError, TypeError, ValueError, AttributeError, IndexError)  # that reading a damaged record may raise
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# File names that are not UTF-8 arrive with lone surrogates (PEP 383), which JSON cannot carry. They are kept as
# characters of the private use area, as MirBSD does.
_TO_STORED = {surrogate: surrogate - 0xDC80 + 0xF780 for surrogate in range(0xDC80, 0xDD00)}
_FROM_STORED = {stored: surrogate for surrogate, stored in _TO_STORED.items()}


def check(entries: Iterable[Entry], *, dim: int) -> None:
    """Refuse what an engine would swallow and never find: ids that are no UUIDs, vectors that are not finite."""
    for entry in entries:
        vector = entry.fingerprint.vector
        if not _UUID.fullmatch(entry.asset.id):
            raise StoreError(f"an asset's id must be a UUID in lower case, not {entry.asset.id!r}")
        if vector.shape != (dim,) or not np.isfinite(vector).all():
            raise StoreError(
                f"{entry.asset.path}: its vector must hold {dim} finite numbers; it has shape {vector.shape}"
            )


_ROUNDINGS = 8
_SHORTEST = 1e-6  # of what is normalised; a vector of zeros stays one


def check_queries(vectors: Floats, *, dim: int) -> None:
    """`StoreError` unless these are (N, dim) vectors."""
    if vectors.ndim != 2 or vectors.shape[1] != dim:
        raise StoreError(f"the index holds vectors of length {dim}; the question has shape {vectors.shape}")


def point_ids(ids: Iterable[str]) -> list[PointId]:
    """Those that can be ids at all; engines refuse the rest with an error instead of an empty answer."""
    return [name for name in ids if _UUID.fullmatch(name)]


def hits(points: Iterable[Any], *, highest: float) -> list[Hit]:
    """Scored points of either engine → hits; float16 takes the cosine of equal vectors a little above 1."""
    return [Hit(str(point.id), min(point.score, highest)) for point in points]


def payload(entry: Entry) -> dict[str, Any]:
    """Everything of an entry that is not a vector, and the sums of both."""
    mark = entry.fingerprint
    kept = {
        ASSET: asset_record(entry.asset),
        "phash": mark.hashes.phash,
        "pdq": mark.hashes.pdq,
        "pdq_quality": mark.hashes.pdq_quality,
        "keypoints": base64.b64encode(pack(mark.keypoints)).decode("ascii"),
        "preview": base64.b64encode(mark.preview).decode("ascii"),
    }
    return kept | {sums.SUM: sums.of_fingerprint(entry.asset.id, kept, vector(entry), mark.words)}


def vector(entry: Entry) -> Floats:
    """The global vector as the engines keep it, in float16: they normalise first, which changes nothing of this.

    Of few numbers the rounded ones may be so much longer than 1 that normalising moves one by a step; again, then.
    """
    kept = entry.fingerprint.vector.astype(np.float16).astype(np.float32)
    for _ in range(_ROUNDINGS):
        again = (kept / max(float(np.linalg.norm(kept)), _SHORTEST)).astype(np.float16).astype(np.float32)
        if np.array_equal(again, kept):
            break
        kept = again
    return kept


def asset_record(asset: Asset) -> dict[str, Any]:
    """The asset as JSON, without its id, which is the point's."""
    record = asdict(asset)
    del record["id"]
    for location in record["locations"]:
        location["root"] = location["root"].translate(_TO_STORED)
        location["path"] = location["path"].translate(_TO_STORED)
    record["locations"] = [*record["locations"]]  # as JSON gives it back
    return record | {sums.SUM: sums.of_asset(asset.id, record)}


def asset_of(name: str, stored: Payload) -> Asset:
    """Point id and payload → asset; `EntryDamaged` where that is not what was written."""
    try:
        asset, record = _asset(name, stored), stored[ASSET]
    except _WRONG as error:
        raise EntryDamaged(name) from error
    if sums.SUM in record and record[sums.SUM] != sums.of_asset(name, record):
        raise EntryDamaged(name, asset.path if asset.locations else "")
    return asset


def _asset(name: str, stored: Payload) -> Asset:
    record = stored[ASSET]
    locations = tuple(
        Location(
            root=place["root"].translate(_FROM_STORED),
            path=place["path"].translate(_FROM_STORED),
            size=place["size"],
            mtime_ns=place["mtime_ns"],
        )
        for place in record["locations"]
    )
    return Asset(name, record["sha256"], record["width"], record["height"], record["format"], locations)


def entry(record: Any) -> Entry:  # noqa: ANN401 - the engines name their types differently and shape them alike
    """Record of either engine, with vectors and payload → entry; `EntryDamaged` where that is not what was written."""
    name, stored = str(record.id), record.payload or {}  # once: the engine makes them anew whenever they are asked for
    asset = asset_of(name, stored)
    try:
        mark, known = _fingerprint(stored, record.vector), stored.get(sums.SUM)
        sound = known is None or known == sums.of_fingerprint(name, stored, mark.vector, mark.words)
    except (*_WRONG, StoreError) as error:
        raise EntryDamaged(name, asset.path) from error
    if not sound:
        raise EntryDamaged(name, asset.path)
    return Entry(asset, mark)


def has_sums(record: Any) -> bool:  # noqa: ANN401 - see above
    """Whether damage of an entry would show."""
    return sums.SUM in (record.payload or {})


def _fingerprint(stored: Payload, vectors: Mapping[str, Any]) -> Fingerprint:
    words = vectors.get(WORDS)
    return Fingerprint(
        # An engine that keeps more digits than float16 is to give the same cosines as one that does not.
        vector=np.asarray(vectors[VECTOR], np.float16).astype(np.float32),
        hashes=Hashes(stored["phash"], stored["pdq"], stored["pdq_quality"]),
        keypoints=unpack(base64.b64decode(stored["keypoints"])),
        words=_words(words.indices, words.values) if words else _words((), ()),
        preview=base64.b64decode(stored["preview"]),
    )


def _words(indices: Sequence[int], values: Sequence[float]) -> Words:
    return Words(np.asarray(indices, np.uint32), np.asarray(values, np.float32))
