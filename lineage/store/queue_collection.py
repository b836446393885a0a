"""The queue of an index on a server.

id        of the review
payload   line: JSON, see `report_form` · report: base64 · post, file: base64, where they were kept
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lineage.records import Kept, Report, Review
from lineage.settings import Server
from lineage.store.record_collection import RecordCollection
from lineage.store.report_form import kept_report, packed_report, review_line, sound_reviews

_REPORT = "report"


class CollectionQueue:
    """A `Queue` in a collection of its own; raises as `RecordCollection` does."""

    def __init__(self, place: str, *, server: Server) -> None:
        self._records = RecordCollection(place, called="reviews", server=server)

    def put(self, review: Review, report: Report, kept: Mapping[Kept, bytes]) -> None:
        """See `Queue`."""
        held: dict[str, bytes] = {_REPORT: packed_report(report), **{str(what): one for what, one in kept.items()}}
        self._records.put({review.id: review_line(review)}, held=held)

    def reviews(self) -> Sequence[Review]:
        """See `Queue`."""
        return sorted(sound_reviews(self._records.lines()), key=lambda review: review.when)

    def report(self, review: str) -> Report | None:
        """See `Queue`."""
        held = self._records.held(review, _REPORT)
        return kept_report(held, review) if held else None

    def kept(self, review: str, what: Kept) -> bytes:
        """See `Queue`."""
        return self._records.held(review, what)

    def drop(self, reviews: Sequence[str]) -> None:
        """See `Queue`."""
        self._records.drop(reviews)

    def close(self) -> None:
        """See `Queue`."""
        self._records.close()
