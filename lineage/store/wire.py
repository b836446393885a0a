"""Entries in the types of qdrant-client, in portions that fit into requests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from qdrant_client import models

from lineage.records import Asset, Entry, Floats, Hashes, Words
from lineage.store import schema

T = TypeVar("T")

_REQUEST_BYTES = 8 * 2**20  # a server refuses bodies above 32 MiB; smaller ones are also sooner repeated
_NUMBER_BYTES = 24  # a float32 or an index as JSON, at most
_OVERSAMPLING = 4.0  # as in the embedded index


def vectors_config(*, dim: int, bits: int) -> dict[str, models.VectorParams]:
    """How the dense vector is kept: codes of 1, 2, 4 or 8 bits a number in memory, float16 originals on disk, and the
    server's default graph."""
    codes = models.TurboQuantQuantizationConfig(bits=models.TurboQuantBitSize(f"bits{bits}"), always_ram=True)
    vector = models.VectorParams(
        size=dim,
        distance=models.Distance.COSINE,
        datatype=models.Datatype.FLOAT16,
        on_disk=True,
        quantization_config=models.TurboQuantization(turbo=codes),
    )
    return {schema.VECTOR: vector}


def sparse_vectors_config() -> dict[str, models.SparseVectorParams]:
    """How the words are kept: on disk, as in the embedded index; the server applies the IDF."""
    index = models.SparseIndexParams(on_disk=True, datatype=models.Datatype.FLOAT16)
    return {schema.WORDS: models.SparseVectorParams(index=index, modifier=models.Modifier.IDF)}


def hash_index() -> models.KeywordIndexParams:
    """How equal hashes are found: by an index on disk, which the graph need not know."""
    return models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, on_disk=True, enable_hnsw=False)


def point(entry: Entry) -> models.PointStruct:
    """Entry → point."""
    vector: dict[str, Any] = {schema.VECTOR: schema.vector(entry).tolist()}
    if len(entry.fingerprint.words):
        vector[schema.WORDS] = sparse(entry.fingerprint.words)
    return models.PointStruct(id=entry.asset.id, vector=vector, payload=schema.payload(entry))


def sparse(words: Words) -> models.SparseVector:
    """Words → sparse vector."""
    return models.SparseVector(indices=words.indices.tolist(), values=words.values.tolist())


def nearest(vector: Floats, *, limit: int) -> models.QueryRequest:
    """Search by codes and compare the best again with the originals, so that scores are cosines."""
    codes = models.QuantizationSearchParams(rescore=True, oversampling=_OVERSAMPLING)
    return models.QueryRequest(
        query=vector.tolist(), using=schema.VECTOR, limit=limit, params=models.SearchParams(quantization=codes)
    )


def sharing(words: Words, *, limit: int) -> models.QueryRequest:
    """Search by shared words."""
    return models.QueryRequest(query=sparse(words), using=schema.WORDS, limit=limit)


def equal(hashes: Hashes, *, limit: int) -> models.QueryRequest:
    """Points of which at least one hash is equal."""
    pairs = [(key, models.MatchValue(value=getattr(hashes, key))) for key in schema.HASHES]
    which = models.Filter(should=[models.FieldCondition(key=key, match=match) for key, match in pairs])
    return models.QueryRequest(filter=which, limit=limit)


def relocation(asset: Asset) -> models.SetPayloadOperation:
    """A new asset record for a point; by filter, because an unknown id would otherwise be an error."""
    which = models.Filter(must=[models.HasIdCondition(has_id=list(schema.point_ids([asset.id])))])
    record = {schema.ASSET: schema.asset_record(asset)}
    return models.SetPayloadOperation(set_payload=models.SetPayload(payload=record, filter=which))


def portions(entries: Sequence[Entry]) -> Iterator[list[models.PointStruct]]:
    """Entries → points in portions of at most 8 MB, or of one point."""
    portion: list[models.PointStruct] = []
    total = 0
    for some in entries:
        size = _json_bytes(some)
        if portion and total + size > _REQUEST_BYTES:
            yield portion
            portion, total = [], 0
        portion.append(point(some))
        total += size
    if portion:
        yield portion


def slices(items: Sequence[T], size: int) -> Iterator[list[T]]:
    """Items in order, `size` at a time."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def _json_bytes(entry: Entry) -> int:
    """Upper bound of the point's length as JSON."""
    mark = entry.fingerprint
    return len(json.dumps(schema.payload(entry))) + _NUMBER_BYTES * (len(mark.vector) + 2 * len(mark.words))
