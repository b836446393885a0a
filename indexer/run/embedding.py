"""The network's part of a fingerprint, for a batch of files."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.run.workers import Outcome
from lineage.describe.fingerprint import finish
from lineage.protocols import Embedder
from lineage.records import Fingerprint


def embed(outcomes: Sequence[Outcome], embedder: Embedder) -> dict[str, Fingerprint]:
    """SHA-256 → fingerprint, of the files that were decoded."""
    prepared = {outcome.sha256: outcome.prepared for outcome in outcomes if outcome.prepared}
    vectors = embedder.embed([half.pixels for half in prepared.values()])
    return dict(zip(prepared, finish([*prepared.values()], vectors), strict=True))
