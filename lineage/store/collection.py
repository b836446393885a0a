"""The collection of an index on a server: made, found, opened.

Whoever has opened an index stays with the collection that its name stood for then. The stamp lies in the collection's
metadata, so that whoever finds the collection finds out what it was made with.
Needs Qdrant 1.18 or later (metadata, TurboQuant).
"""

from __future__ import annotations

from contextlib import closing

from lineage.errors import StoreError
from lineage.records import Stamp
from lineage.store.link import PAUSES, Link
from lineage.store.names import TIMEOUT, Names
from lineage.store.server import ServerStore

_ONCE: tuple[float, ...] = ()  # no pauses: the first contact is attempted once, so that a wrong address is told at once


def exists(place: str, *, api_key: str | None = None) -> bool:
    """Whether the collection is there; `StoreError` where the server does not answer."""
    with closing(Names(place, api_key=api_key, pauses=_ONCE)) as names:
        return names.has(names.target(names.alias))


def create(place: str, stamp: Stamp, *, api_key: str | None = None) -> ServerStore:
    """Make the collection and open it; `StoreError` where it is there already."""
    if exists(place, api_key=api_key):
        raise StoreError(f"there is already a collection at {place}")
    with closing(Names(place, api_key=api_key)) as names:
        names.build(stamp, alias=names.alias)
    return open_(place, api_key=api_key)


def open_(
    place: str, *, api_key: str | None = None, timeout: int = TIMEOUT, pauses: tuple[float, ...] = PAUSES
) -> ServerStore:
    """Open a collection.

    Args:
        place: address and name of the collection, as in `lineage.store.open`
        api_key: of the server
        timeout: seconds per request
        pauses: seconds between the attempts of later calls

    Raises:
        StoreMissing: there is no such collection
        StoreError: it is not an index, or the server does not answer or refuses the key
    """
    names = Names(place, api_key=api_key, timeout=timeout, pauses=_ONCE)
    try:
        collection = names.target(names.alias)
        return ServerStore(names.client, Link(names.address, pauses=pauses), collection, names.stamp(collection))
    except StoreError:
        names.close()
        raise
