"""The verbs: what the stages that can be exchanged promise.

A protocol is held by every implementation through one contract suite in `tests/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from lineage.backbones.catalog import BackboneSpec
from lineage.records import Asset, Entry, Evidence, Floats, Hashes, Hit, Pixels, Stamp, Verdict, Words


class Embedder(Protocol):
    """Turns pictures into global vectors."""

    @property
    def spec(self) -> BackboneSpec:
        """Name, dimension, input size, normalisation, licence and SHA-256 of the weights."""
        ...

    def embed(self, pictures: Sequence[Pixels]) -> Floats:
        """N pictures of any size → (N, dim) float32, L2 norm 1; no pictures → (0, dim).

        The answer for a picture does not depend on the others in the batch (up to 1e-3 in cosine).
        """
        ...


class Store(Protocol):
    """Keeps the entries of one index and answers searches. One process writes at a time.

    Searches return at most `limit` hits per question, best first, and never fewer than there are assets unless a
    branch has nothing to say about the rest. Unknown ids are left out of answers, never an error.
    """

    @property
    def stamp(self) -> Stamp:
        """What this index was written with."""
        ...

    def upsert(self, entries: Sequence[Entry]) -> None:
        """Write entries; an entry whose id exists is replaced as a whole. Durable after `flush`."""
        ...

    def relocate(self, assets: Sequence[Asset]) -> None:
        """Replace the asset records (locations, tags) of entries that exist, leaving their fingerprints alone."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Drop entries; ids that do not exist are ignored."""
        ...

    def count(self) -> int:
        """Exact number of entries."""
        ...

    def assets(self, ids: Sequence[str]) -> Mapping[str, Asset]:
        """The asset records of those ids that exist: cheap, reads neither vectors nor previews."""
        ...

    def entries(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """The whole entries of those ids that exist."""
        ...

    def scroll(self, *, batch: int = 256) -> Iterator[Sequence[Entry]]:
        """All entries, ordered by id, in batches."""
        ...

    def search_vectors(self, vectors: Floats, *, limit: int) -> Sequence[Sequence[Hit]]:
        """(N, dim) float32, L2 norm 1 → for each, the assets with the highest cosine; score = cosine."""
        ...

    def search_words(self, words: Sequence[Words], *, limit: int) -> Sequence[Sequence[Hit]]:
        """For each, the assets with the highest Σ query · asset · IDF over shared words; none that share no word."""
        ...

    def search_hashes(self, hashes: Sequence[Hashes], *, limit: int) -> Sequence[Sequence[Hit]]:
        """For each, the assets whose pHash or PDQ is equal; score = 1."""
        ...

    def flush(self) -> None:
        """Make everything written so far survive a crash of the machine."""
        ...

    def close(self) -> None:
        """Flush and let go of files and connections; closing twice is allowed."""
        ...


class Decider(Protocol):
    """Turns the evidence of all candidates of a post into a verdict."""

    @property
    def version(self) -> str:
        """Name of the calibration."""
        ...

    def decide(self, evidence: Sequence[Evidence]) -> Verdict:
        """Evidence in any order → verdict with matches best first; no evidence → novel."""
        ...
