"""An index, and another one beside it that can take its place: how the backbone of an index is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from lineage.errors import StampMismatch
from lineage.protocols import Store
from lineage.records import Stamp
from lineage.settings import ANY_SERVER, Server
from lineage.store.open import is_url
from lineage.store.stamps import require_stamp


class IndexPair(Protocol):
    """An index and at most one other beside it: the same assets with vectors of another backbone.

    Whatever ends the process at whatever moment, an index opens at the place afterwards, and it is one of both as it
    was written. For one process at a time.
    """

    current: Store
    """What opens at the place; opened and closed with the pair."""

    def beside(self) -> Stamp | None:
        """What the other index was written with; None where there is none."""
        ...

    def make_beside(self, stamp: Stamp) -> Store:
        """Make an empty index beside the current one and open it; `StoreError` where there is one already."""
        ...

    def open_beside(self) -> Store:
        """Open the other index; `StoreError` where there is none."""
        ...

    def switch(self) -> None:
        """Let the other index open at the place from now on, and the current one lie beside it.

        Close the other index first. The pair stays with the stores it has opened: close it next.
        """
        ...

    def drop(self) -> None:
        """Remove the index that lies beside, if there is one; it must not be open."""
        ...

    def close(self) -> None:
        """Close the current index; one that lies beside is closed by whoever opened it."""
        ...


def open_pair(place: str, *, server: Server = ANY_SERVER) -> IndexPair:
    """Open the index at that place, and what lies beside it.

    Raises:
        StoreMissing: there is no index
        StoreLocked: another process has the folder open
        StampMismatch: it was written in another form
        StoreError: it is a collection that no other can take the place of
    """
    pair = _pair(place, server)
    try:
        require_stamp(place, pair.current.stamp, None)
    except StampMismatch:
        pair.close()
        raise
    return pair


def _pair(place: str, server: Server) -> IndexPair:
    if is_url(place):
        from lineage.store.collection_pair import CollectionPair

        return CollectionPair(place, server=server)
    from lineage.store.folder_pair import FolderPair

    return FolderPair(Path(place))
