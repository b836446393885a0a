"""The verbs: what the stages that can be exchanged promise.

A protocol is held by every implementation through one contract suite in `tests/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from lineage.records import (
    Asset,
    BackboneSpec,
    Entry,
    Evidence,
    Floats,
    Hashes,
    Hit,
    Kept,
    Laid,
    Limit,
    Note,
    Pixels,
    Report,
    Restoration,
    Review,
    Sighting,
    Stamp,
    Surveyed,
    Verdict,
    Words,
)


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


class Lookup(Protocol):
    """Answers searches, and hands out the entries of what they find.

    Searches return at most `limit` hits per question, best first, and never fewer than there are assets unless a
    branch has nothing to say about the rest. Unknown ids are left out of answers, never an error; and so are entries
    that are not as they were written, of which a warning says so.
    """

    def entries(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """The whole entries of those ids that exist."""
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


class Store(Lookup, Protocol):
    """Keeps the entries of one index, beside answering. One process writes at a time."""

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

    def ids(self) -> Iterator[Sequence[str]]:
        """The ids of all entries, in batches: cheap, reads nothing else."""
        ...

    def scroll(self, *, batch: int = 256) -> Iterator[Sequence[Entry]]:
        """All entries, ordered by id, in batches."""
        ...

    def survey(self, *, batch: int = 256) -> Iterator[Surveyed]:
        """All entries, with what is wrong among them, which is named and not warned of."""
        ...

    def flush(self) -> None:
        """Make everything written so far survive a crash of the machine."""
        ...

    def close(self) -> None:
        """Flush and let go of files and connections; closing twice is allowed."""
        ...


class Journal(Protocol):
    """What people decided about an index, and what it was asked lately. Lies with the index and outlives its vectors.

    What is written is durable when the call returns. Lists come in the order of time.
    """

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """Add notes, all or none of them; the attachment goes with each. One that is there by its id is replaced, as
        where it is damaged.
        """
        ...

    def notes(self) -> Sequence[Note]:
        """All notes that are as they were written, without their attachments."""
        ...

    def damaged(self) -> Sequence[str]:
        """Ids of the notes that are not as they were written, or are gone, or with which something else is kept: all of
        them are read. `notes` leaves the first two out with a warning.
        """
        ...

    def count(self) -> int:
        """How many notes there are: cheap, and another number whenever somebody has decided something."""
        ...

    def attachment(self, note: str) -> bytes:
        """What was attached to the note with this id; empty where nothing was, or where there is no such note.

        Raises:
            NoteDamaged: it is not what was written
        """
        ...

    def see(self, sightings: Sequence[Sighting], *, keep: int) -> None:
        """Add sightings and drop all but the `keep` latest."""
        ...

    def sightings(self) -> Sequence[Sighting]:
        """The sightings that were kept."""
        ...

    def close(self) -> None:
        """Let go of files and connections; closing twice is allowed."""
        ...


class Queue(Protocol):
    """Posts that wait for a person, with what was said of them. Lies with the journal, where decisions about them are.

    What is put is durable when the call returns. Nothing in it changes; what was dropped is gone.
    """

    def put(self, review: Review, report: Report, kept: Mapping[Kept, bytes]) -> None:
        """Add a post, what was said of it, and what is kept besides."""
        ...

    def reviews(self) -> Sequence[Review]:
        """All of them that can be read, in the order of time."""
        ...

    def report(self, review: str) -> Report | None:
        """What was said of the post of the review with this id; None where there is no such review, or where that
        cannot be read any more.
        """
        ...

    def kept(self, review: str, what: Kept) -> bytes:
        """What was kept besides; empty where nothing was, or where there is no such review."""
        ...

    def drop(self, reviews: Sequence[str]) -> None:
        """Forget those with these ids; ids that do not exist are ignored."""
        ...

    def close(self) -> None:
        """Let go of files and connections; closing twice is allowed."""
        ...


class Restorer(Protocol):
    """Says what is left of a post where an asset was laid into it, once the edits are undone."""

    @property
    def version(self) -> str:
        """First digits of the SHA-256 of the weights."""
        ...

    def restore(self, post: Pixels, candidates: Sequence[Laid]) -> Sequence[Restoration | None]:
        """How well each candidate explains a post.

        Args:
            post: (h, w, 3) uint8
            candidates: of each, how it lies in the post

        Returns:
            In the order of the candidates; None where too little is visible or textured.
        """
        ...


class Decider(Protocol):
    """Turns the evidence of all candidates of a post into a verdict."""

    @property
    def version(self) -> str:
        """Name of the calibration."""
        ...

    def informed(self, limits: Sequence[Limit]) -> Decider:
        """The same, with what novel posts of the library are known to score now."""
        ...

    def decide(self, evidence: Sequence[Evidence]) -> Verdict:
        """Evidence in any order → verdict with matches best first; no evidence → novel."""
        ...
