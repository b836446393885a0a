"""Who may write an index of a server: one run at a time.

A run reads where assets lie, changes that and writes it back; of two at once each would undo what the other has done.
An embedded index is open in one process anyway. A server knows no such thing, so the runs of one machine refuse each
other by a lock beside the ledger. Those of other machines are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lineage.errors import StoreError
from lineage.store import is_url
from lineage.store.holder import Hold


@contextmanager
def turn(ledger: Path, *, place: str) -> Iterator[None]:
    """The right to write the index at that place, for as long as the context lasts.

    Args:
        ledger: file of its ledger, which is named after the index
        place: folder or address of the index

    Raises:
        StoreLocked: another run of this machine has it
        StoreError: no lock can be taken there
    """
    if not is_url(place):
        yield
        return
    hold = _hold(ledger, place)
    try:
        yield
    finally:
        hold.release()


def _hold(ledger: Path, place: str) -> Hold:
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the ledger {ledger} cannot be used: {error.strerror}") from error
    return Hold(ledger.with_name(f"{ledger.name}.lock"), ledger.with_name(f"{ledger.name}.holder.json"), place=place)
