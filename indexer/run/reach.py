"""A remote place that goes away in the middle of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.run.workers import Outcome
from lineage.errors import RemoteError
from lineage.read.places import is_remote

_IN_A_ROW = 16  # files of one place; each was tried for some seconds, so that trying a million more may take days


def while_in_reach(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes, for as long as the remote folder answers that they come from.

    The addresses of a list lie at many places, one of which may be gone for good: their failures end nothing. On this
    machine a failure costs no time.

    Raises:
        RemoteError: 16 files of one folder in a row could not be had
    """
    lost = 0
    for outcome in outcomes:
        place = outcome.location
        lost = lost + 1 if outcome.passing and is_remote(place.root) and not is_remote(place.path) else 0
        if lost >= _IN_A_ROW:
            raise RemoteError(
                f"{place.root}: {lost} files in a row could not be read ({outcome.failure}); "
                "what was indexed is kept, and the same command goes on from there"
            )
        yield outcome
