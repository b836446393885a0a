"""Place → store: a path is an embedded index, an http(s) address a collection of a Qdrant server.

    photos.index                       the folder photos.index
    http://localhost:6333              the collection `lineage` of that server
    https://example.org:6333/team/posters    the collection `posters` of the server behind example.org:6333/team

An address without a port means 6333, the port of Qdrant. The engines are imported here and not before they are needed.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from lineage.errors import StampMismatch
from lineage.protocols import Store
from lineage.records import Stamp
from lineage.settings import ANY_SERVER, Server
from lineage.store.stamps import require_stamp


def is_url(place: str) -> bool:
    """Whether the place is a server's and not a folder."""
    return place.startswith(("http://", "https://"))


def store_exists(place: str, *, server: Server = ANY_SERVER) -> bool:
    """Whether there is an index at that place; `StoreError` where a server does not answer."""
    if is_url(place):
        from lineage.store import collection

        return collection.exists(place, server=server)
    from lineage.store import folder

    return folder.exists(Path(place))


def stamp_of(place: str, *, server: Server = ANY_SERVER) -> Stamp | None:
    """What the index at that place was written with, whoever has it open; None where there is none.

    Raises:
        StoreError: the stamp is damaged, or a server does not answer
    """
    if not store_exists(place, server=server):
        return None
    if is_url(place):
        with closing(_open(place, server)) as store:
            return store.stamp
    from lineage.store import stamps

    return stamps.read(Path(place)).stamp


def create_store(place: str, stamp: Stamp, *, server: Server = ANY_SERVER) -> Store:
    """Make an empty index and open it; `StoreError` where there is one already or something else lies there."""
    if is_url(place):
        from lineage.store import collection

        return collection.create(place, stamp, server=server)
    from lineage.store import folder

    return folder.create(Path(place), stamp)


def open_store(place: str, *, server: Server = ANY_SERVER, expect: Stamp | None = None) -> Store:
    """Open the index at that place.

    Args:
        place: a folder or an address, see above
        server: how one is reached; folders need none
        expect: what a new index would be stamped with; its random `index` does not matter

    Raises:
        StoreMissing: there is no index
        StoreLocked: another process has the folder open
        StampMismatch: it was written in another form, or by another backbone than expected
    """
    store = _open(place, server)
    try:
        require_stamp(place, store.stamp, expect)
    except StampMismatch:
        store.close()
        raise
    return store


def _open(place: str, server: Server) -> Store:
    if is_url(place):
        from lineage.store import collection

        return collection.open_(place, server=server)
    from lineage.store import folder

    return folder.open_(Path(place))
