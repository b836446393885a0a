"""Check sums of what a store keeps of an asset, so that what a disk has changed is told from what was written.

They lie in the payload and go with an entry wherever it is kept. CRC-32: it is disks that are to be caught, not people.
The asset's record has a sum of its own, because it is written anew whenever a file moves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np

from lineage.records import Floats, Words

SUM = "sum"
"""Key of a sum, in the payload and in the asset's record; entries of before have none and cannot be checked."""

_TEXTS = ("phash", "pdq", "pdq_quality", "keypoints", "preview")


def of_asset(name: str, record: Mapping[str, Any]) -> int:
    """Id and record of an asset, as JSON → its sum."""
    kept = {key: value for key, value in record.items() if key != SUM}
    return crc32(json.dumps([name, kept], sort_keys=True).encode("utf-8", "surrogatepass"))


def of_fingerprint(name: str, payload: Mapping[str, Any], vector: Floats, words: Words) -> int:
    """Id, payload and vectors → the sum of the fingerprint, for float16 in whatever form it comes back."""
    total = crc32(name.encode())
    for key in _TEXTS:
        total = crc32(str(payload[key]).encode(), total)
    order = np.argsort(words.indices, kind="stable")
    for numbers in (vector.astype("<f2"), words.indices[order].astype("<u4"), words.values[order].astype("<f2")):
        total = crc32(numbers.tobytes(), total)
    return total
