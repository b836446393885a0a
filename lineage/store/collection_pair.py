"""Two collections of a server behind one name: NAME stands for the one that is asked, NAME.beside for the other."""

from __future__ import annotations

from lineage.errors import StoreError
from lineage.protocols import Store
from lineage.records import Stamp
from lineage.settings import Server
from lineage.store import collection
from lineage.store.link import Link
from lineage.store.names import Names
from lineage.store.server import ServerStore


class CollectionPair:
    """A `Pair` on a server.

    Raises:
        StoreMissing: there is no index at that place
        StoreError: it cannot be switched, because the collection itself bears the name
    """

    def __init__(self, place: str, *, server: Server) -> None:
        self.current: Store = collection.open_(place, server=server)
        self._server = server
        self._names = Names(place, server=server)
        self._other = f"{self._names.alias}.beside"
        if self._names.target(self._names.alias) == self._names.alias:
            self.close()
            raise StoreError(
                f"the collection at {place} is no alias, so no other can take its place; "
                "index again into another place: lineage index DIR --store OTHER"
            )

    def beside(self) -> Stamp | None:
        """See `Pair`."""
        found = self._names.target(self._other)
        return self._names.stamp(found) if self._names.has(found) else None

    def make_beside(self, stamp: Stamp) -> Store:
        """See `Pair`; a run that is killed between both requests leaves an empty collection without an alias."""
        if self.beside():
            raise StoreError(f"there is already an index beside the one at {self._names.place}")
        self._names.build(stamp, alias=self._other)
        return self.open_beside()

    def open_beside(self) -> Store:
        """See `Pair`."""
        found = self._names.target(self._other)
        names = Names(self._names.place, server=self._server)
        return ServerStore(names.client, Link(names.address), found, names.stamp(found))

    def switch(self) -> None:
        """See `Pair`; one request, in which both aliases change."""
        alias, other = self._names.alias, self._other
        self._names.point({alias: self._names.target(other), other: self._names.target(alias)})

    def drop(self) -> None:
        """See `Pair`."""
        if self.beside():
            self._names.drop(self._names.target(self._other))

    def close(self) -> None:
        """See `Pair`."""
        self.current.close()
        self._names.close()
