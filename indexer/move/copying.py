"""Copy an index to another place, and see that both answer alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lineage.errors import StoreError
from lineage.protocols import Store
from lineage.records import Entry, Hit
from lineage.store.schema import payload

BATCH = 256  # entries on their way at once, some 8 MB
ASKED = (
    64  # entries whose own fingerprints are asked of both; a store orders by id, a digest, so the first are a sample
)
FIRST = 10  # answers that are compared
ALIKE = (
    0.9  # share of them that both must give: both search by 4-bit codes, one perhaps in a graph (recall .97 and more)
)
TIE = 1e-3  # scores this near are equal, after float16
EQUAL = 0.999  # cosine of a vector with itself after float16

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did.

    Attributes:
        copied: entries written
        present: entries that an earlier, interrupted copy had written
        compared: entries that were compared whole: all of them
        asked: entries whose fingerprints were asked of both
        alike: share of the first ten answers by vector, words and hashes that both gave, 0..1
    """

    copied: int
    present: int
    compared: int
    asked: int
    alike: float


def copy(source: Store, target: Store, *, progress: Progress = lambda _: None) -> Copied:
    """Write every entry of one store into another that holds nothing else; goes on where an earlier copy ended.

    Raises:
        StoreError: a store is gone; or they do not hold, or do not answer, the same in the end
    """
    copied = present = compared = 0
    for entries in source.scroll(batch=BATCH):
        there = target.assets([entry.asset.id for entry in entries])
        missing = [entry for entry in entries if there.get(entry.asset.id) != entry.asset]
        target.upsert(missing)
        copied += len(missing)
        present += len(entries) - len(missing)
        _compare_entries(entries, target)
        compared += len(entries)
        progress(len(entries))
    target.flush()
    _compare_counts(source.count(), target.count())
    sample = next(iter(source.scroll(batch=ASKED)), [])
    return Copied(copied, present, compared, len(sample), _alike(sample, source, target))


def _compare_counts(source: int, target: int) -> None:
    if source != target:
        raise StoreError(
            f"the copy holds {target} assets and the original {source}; if nobody else writes to them, "
            "remove the copy and make it again"
        )


def _compare_entries(entries: Sequence[Entry], target: Store) -> None:
    """All that a store keeps exactly must be equal, weights of words as float16, vectors but for what that changes."""
    found = target.entries([entry.asset.id for entry in entries])
    for entry in entries:
        other = found.get(entry.asset.id)
        if other is None or not _equal(entry, other):
            raise StoreError(f"{entry.asset.path}: the copy of this asset differs; remove the copy and make it again")


def _equal(one: Entry, other: Entry) -> bool:
    mark, copied = one.fingerprint, other.fingerprint
    return (
        one.asset.id == other.asset.id
        and payload(one) == payload(other)  # packing again changes nothing, so key points that were kept are equal
        and np.array_equal(mark.words.indices, copied.words.indices)
        and np.array_equal(mark.words.values.astype(np.float16), copied.words.values.astype(np.float16))
        and float(mark.vector @ copied.vector) >= EQUAL
    )


def _alike(sample: Sequence[Entry], source: Store, target: Store) -> float:
    answers = zip(_answers(source, sample), _answers(target, sample), strict=True)
    shares = [_share(mine, theirs) for mine, theirs in answers if mine or theirs]
    alike = sum(shares) / len(shares) if shares else 1.0
    if alike < ALIKE:
        raise StoreError(
            f"original and copy give only {alike:.0%} of the same answers to {len(sample)} queries; "
            "a server that still builds its graph answers badly: run again later"
        )
    return alike


def _answers(store: Store, sample: Sequence[Entry]) -> list[Sequence[Hit]]:
    marks = [entry.fingerprint for entry in sample]
    vectors = np.array([mark.vector for mark in marks], np.float32).reshape(-1, store.stamp.dim)
    return [
        *store.search_vectors(vectors, limit=FIRST),
        *store.search_words([mark.words for mark in marks], limit=FIRST),
        *store.search_hashes([mark.hashes for mark in marks], limit=FIRST),
    ]


def _share(mine: Sequence[Hit], theirs: Sequence[Hit]) -> float:
    """Share of the answers that both gave; which of several equally good ones are among the first is chance."""
    ids = {hit.id for hit in theirs}
    cut = theirs[-1].score + TIE if len(theirs) == FIRST else -np.inf
    return sum(hit.id in ids or hit.score <= cut for hit in mine) / max(len(mine), len(theirs))
