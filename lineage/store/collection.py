"""The collection of an index on a server: made, found, opened.

Whoever has opened an index stays with the collection that its name stood for then. The stamp lies in the collection's
metadata, so that whoever finds the collection finds out what it was made with.
Needs Qdrant 1.18 or later (metadata, TurboQuant).
"""

from __future__ import annotations

from contextlib import closing

from lineage.errors import StoreError
from lineage.records import Stamp
from lineage.settings import ANY_SERVER, Server
from lineage.store.link import PAUSES, Link
from lineage.store.names import Names
from lineage.store.server import ServerStore

_ONCE: tuple[float, ...] = ()  # no pauses: the first contact is attempted once, so that a wrong address is told at once


def exists(place: str, *, server: Server = ANY_SERVER) -> bool:
    """Whether the collection is there; `StoreError` where the server does not answer."""
    with closing(Names(place, server=server, pauses=_ONCE)) as names:
        return names.has(names.target(names.alias))


def create(place: str, stamp: Stamp, *, server: Server = ANY_SERVER) -> ServerStore:
    """Make the collection and open it; `StoreError` where it is there already."""
    if exists(place, server=server):
        raise StoreError(f"there is already a collection at {place}")
    with closing(Names(place, server=server)) as names:
        names.build(stamp, alias=names.alias)
    return open_(place, server=server)


def open_(place: str, *, server: Server = ANY_SERVER, pauses: tuple[float, ...] = PAUSES) -> ServerStore:
    """Open a collection.

    Args:
        place: address and name of the collection, as in `lineage.store.open`
        server: how it is reached
        pauses: seconds between the attempts of later calls

    Raises:
        StoreMissing: there is no such collection
        StoreError: it is not an index, or the server does not answer or refuses the key
    """
    names = Names(place, server=server, pauses=_ONCE)
    try:
        collection = names.target(names.alias)
        return ServerStore(names.client, Link(names.address, pauses=pauses), collection, names.stamp(collection))
    except StoreError:
        names.close()
        raise
