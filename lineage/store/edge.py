"""Entries in the types of the embedded engine, and its errors in ours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import qdrant_edge as edge

from lineage.errors import StoreError
from lineage.machine.held_stderr import held_stderr
from lineage.records import Entry, Floats, Hashes, Words
from lineage.store import schema


class EngineFault(StoreError):
    """The engine failed; of one asset or altogether, it does not say."""


_OVERSAMPLING = 4.0  # 2 already gives recall 1.0 at 10 k; comparing a few more again costs next to nothing
_LOOSE = 20_000  # kB of vectors or words: some 5,000 assets may lie loose without slowing an opening
_SEGMENTS = 4  # a search visits each, and each keeps a table of all its words; fewer would be rewritten more often
_LARGEST = 800_000  # kB of words, some 200,000 assets: what packing takes in memory grows with the segment


def config(*, dim: int) -> edge.EdgeConfig:
    """How points are kept: 4-bit codes in memory, float16 originals, words and payload on disk, no graph.

    On disk are the words of packed segments only. Those of points that were written lately, which lie loose until
    `optimize` packs them, are kept in memory, 15 kB an asset.
    """
    vector = edge.EdgeVectorParams(
        size=dim,
        distance=edge.Distance.Cosine,
        datatype=edge.VectorStorageDatatype.Float16,
        memory=edge.Memory.Cold,
        quantization_config=edge.TurboQuantQuantizationConfig(
            bits=edge.TurboQuantBitSize.Bits4, memory=edge.Memory.Pinned
        ),
        hnsw_config=edge.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=10_000),
    )
    return edge.EdgeConfig(
        vectors={schema.VECTOR: vector},
        sparse_vectors={
            schema.WORDS: edge.EdgeSparseVectorParams(
                modifier=edge.Modifier.Idf, datatype=edge.VectorStorageDatatype.Float16, memory=edge.Memory.Cold
            )
        },
        payload_memory=edge.Memory.Cold,
        optimizers=edge.EdgeOptimizersConfig(
            indexing_threshold=_LOOSE, default_segment_number=_SEGMENTS, max_segment_size=_LARGEST
        ),
    )


def dim_of(shard: Path) -> int | None:
    """How many numbers the vectors in the engine's files have; None where the files do not say."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return int(json.loads((shard / "edge_config.json").read_text())["vectors"][schema.VECTOR]["size"])
    return None


def hash_index() -> edge.KeywordIndexParams:
    """How equal hashes are found: by an index on disk, which no graph has to know."""
    return edge.KeywordIndexParams(memory=edge.Memory.Cold, enable_hnsw=False)


def point(entry: Entry) -> edge.Point:
    """Entry → point."""
    vector: dict[str, Any] = {schema.VECTOR: schema.vector(entry)}
    if len(entry.fingerprint.words):
        vector[schema.WORDS] = sparse(entry.fingerprint.words)
    return edge.Point(entry.asset.id, vector, schema.payload(entry))


def sparse(words: Words) -> edge.SparseVector:
    """Words → sparse vector."""
    return edge.SparseVector(indices=words.indices.tolist(), values=words.values.tolist())


def nearest(vector: Floats, *, limit: int) -> edge.QueryRequest:
    """Search by codes and compare the best again with the originals, so that scores are cosines."""
    codes = edge.QuantizationSearchParams(rescore=True, oversampling=_OVERSAMPLING)
    question = edge.Query.Nearest(vector.tolist(), using=schema.VECTOR)
    return edge.QueryRequest(limit, query=question, params=edge.SearchParams(quantization=codes))


def sharing(words: Words, *, limit: int) -> edge.QueryRequest:
    """Search by shared words."""
    return edge.QueryRequest(limit, query=edge.Query.Nearest(sparse(words), using=schema.WORDS))


def equal(hashes: Sequence[Hashes], *, limit: int) -> edge.ScrollRequest:
    """Points of which at least one hash is one of these."""
    which = [
        edge.FieldCondition(key, match=edge.MatchAny([*{getattr(one, key) for one in hashes}])) for key in schema.HASHES
    ]
    return edge.ScrollRequest(limit=limit, filter=edge.Filter(should=[*which]), with_payload=False, with_vector=False)


@contextmanager
def errors(folder: Path, *, failure: str = "cannot do what was asked: {reason}") -> Iterator[None]:
    """Turn the engine's errors into `EngineFault`; of a panic nothing is written to the terminal."""
    try:
        with held_stderr():
            yield
    except BaseException as error:
        if type(error) is not Exception and type(error).__name__ != "PanicException":
            raise  # the engine raises the bare class; its panics derive from BaseException and cannot be imported
        reason = str(error).partition("\n")[0]
        raise EngineFault(f"the index at {folder} {failure.format(reason=reason)}") from error
