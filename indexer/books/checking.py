"""Is an index as it was written?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.books.ledger import Ledger
from lineage.protocols import Store
from lineage.records import Entry, Hit
from lineage.store import is_url

ASKED = 256  # entries whose own fingerprints are asked for: a store orders by id, a digest, so the first are a sample
_FIRST = 10  # answers that are looked at
_TIE = 1e-3  # scores this near are equal, after float16


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at, and what is wrong with it.

    Attributes:
        assets: that are as they were written
        files: the engine's that changed since the index was closed
        damaged: id → path of entries that are not as they were written
        missing: paths of files that the ledger has for stored, and whose assets the index does not hold
        unfound: paths of assets that the index does not find by their own fingerprints; of `asked` that were tried
        decisions: ids of notes of the journal that are not as they were written, or are gone
        unsummed: entries of before there were check sums, whose damage may not show
        asked: see `unfound`
    """

    assets: int
    files: Sequence[str]
    damaged: Mapping[str, str]
    missing: Sequence[str]
    unfound: Sequence[str]
    decisions: Sequence[str]
    unsummed: int
    asked: int

    @property
    def derived(self) -> bool:
        """Whether something is wrong that the engine makes anew only with all of the index."""
        return bool(self.files or self.damaged or self.unfound)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.files or self.damaged or self.missing or self.unfound or self.decisions)

    def as_json(self) -> dict[str, Any]:
        """What `lineage check --json` prints of it; names are stable."""
        return {"sound": self.sound, **asdict(self)}


def changed_files(place: str) -> Sequence[str]:
    """The engine's files of an index that is not open that changed since it was closed; a server sees to its own."""
    if is_url(place):
        return ()
    from lineage.store.folder import changed_files as changed

    return changed(Path(place))


def check(
    store: Store,
    ledger: Ledger,
    *,
    files: Sequence[str],
    decisions: Sequence[str],
    progress: Callable[[int], None],
) -> Checked:
    """Read every entry, and compare it with its check sums, with the ledger and with what a search finds.

    Args:
        store, ledger: of the index
        decisions: what `Journal.damaged` says
        files: what `changed_files` has said before it was opened
        progress: called with the number of entries read since the last call

    Raises:
        LedgerDamaged: the ledger is
    """
    ledger.require_sound()
    damaged, held, sample, unsummed = dict[str, str](), set[str](), list[Entry](), 0
    for page in store.survey():
        damaged |= page.damaged
        held |= {entry.asset.id for entry in page.entries}
        sample += page.entries[: ASKED - len(sample)]
        unsummed += page.unsummed
        progress(len(page.entries) + len(page.damaged))
    named = {record.asset: record.location.path for record in ledger.records() if record.asset}
    return Checked(
        assets=len(held),
        files=tuple(files),
        damaged={key: named.get(key, path) for key, path in damaged.items()},
        missing=tuple(path for key, path in named.items() if key not in held and key not in damaged),
        unfound=tuple(_unfound(store, sample)),
        decisions=tuple(decisions),
        unsummed=unsummed,
        asked=len(sample),
    )


def _unfound(store: Store, sample: Sequence[Entry]) -> list[str]:
    """Paths of those that do not come first, nor as near as the first, for their own vector and hashes."""
    marks = [entry.fingerprint for entry in sample]
    vectors = np.array([mark.vector for mark in marks], np.float32).reshape(-1, store.stamp.dim)
    by_vector = store.search_vectors(vectors, limit=_FIRST)
    by_hash = store.search_hashes([mark.hashes for mark in marks], limit=_FIRST)
    return [
        entry.asset.path
        for entry, near, equal in zip(sample, by_vector, by_hash, strict=True)
        if not (_among(entry, near) and _among(entry, equal))
    ]


def _among(entry: Entry, hits: Sequence[Hit]) -> bool:
    """Whether an asset is among its answers, or kept from them by as many that are as good."""
    tied = len(hits) == _FIRST and hits[-1].score >= 1 - _TIE
    return tied or any(hit.id == entry.asset.id for hit in hits)
