"""Names on a server: addresses, aliases, and the collections they stand for.

The name in an address is an alias of the collection NAME-INDEX. Qdrant changes aliases all at once, so another
collection can take the place of the first between two requests.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import urlsplit

from qdrant_client import QdrantClient, models

from lineage.errors import StoreError, StoreMissing
from lineage.records import Stamp
from lineage.settings import Server
from lineage.store import schema, wire
from lineage.store.link import PAUSES, Link
from lineage.store.stamps import require_known_form, stamp

DEFAULT_COLLECTION = "lineage"
_STAMP = "lineage"  # key in the collection's metadata


class Names:
    """The collections that the name at the end of an address may stand for.

    Attributes:
        place: the address as given
        alias: the name at its end
        client: of the server
    """

    def __init__(self, place: str, *, server: Server, pauses: tuple[float, ...] = PAUSES) -> None:
        self.place = place
        self.address, self.alias = _split(place)
        self.client = _connect(self.address, server)
        self._server = server
        self._call = Link(self.address, pauses=pauses).call

    def target(self, alias: str) -> str:
        """The collection that a name stands for: the one it is an alias of, else the one that is called so itself."""
        pairs = self._call(self.client.get_aliases).aliases
        return next((pair.collection_name for pair in pairs if pair.alias_name == alias), alias)

    def has(self, collection: str) -> bool:
        """Whether there is such a collection."""
        return self._call(self.client.collection_exists, collection)

    def stamp(self, collection: str) -> Stamp:
        """What a collection was made with.

        Raises:
            StoreMissing: there is none of that name
            StoreError: it is someone else's
        """
        if not self.has(collection):
            raise StoreMissing(f"no index at {self.place}; make one with: lineage index DIR --store {self.place}")
        metadata = self._call(self.client.get_collection, collection).config.metadata or {}
        try:
            facts = metadata[_STAMP]
            require_known_form(self.place, facts["schema"])
            return stamp(facts)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"the collection at {self.place} was not made by lineage, or its server is older than Qdrant 1.18; "
                "name another collection at the end of the address"
            ) from error

    def build(self, stamp: Stamp, *, alias: str) -> str:
        """Make an empty collection, or complete one that an interrupted run began; its name, known by `alias` too."""
        collection = f"{self.alias}-{stamp.index}"
        if not self.has(collection):
            self._create(collection, stamp)
        for field in schema.HASHES:  # before data: a graph that is there already gets no edges for a later index
            self._call(self.client.create_payload_index, collection, field, wire.hash_index(), wait=True)
        self.point({alias: collection})
        return collection

    def _create(self, collection: str, stamp: Stamp) -> None:
        try:
            self._call(
                self.client.create_collection,
                collection,
                vectors_config=wire.vectors_config(dim=stamp.dim, bits=self._server.quantisation),
                sparse_vectors_config=wire.sparse_vectors_config(),
                shard_number=self._server.shards,
                replication_factor=self._server.replicas,
                write_consistency_factor=self._server.write_consistency,
                on_disk_payload=True,
                metadata={_STAMP: asdict(stamp)},
            )
        except StoreError:  # a second attempt is refused where the first was done and its answer lost
            if not self.has(collection):
                raise

    def point(self, targets: Mapping[str, str]) -> None:
        """Let aliases stand for these collections from now on: all of them at the same moment, in one request."""
        off = [models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias)) for alias in targets]
        on = [
            models.CreateAliasOperation(create_alias=models.CreateAlias(alias_name=alias, collection_name=collection))
            for alias, collection in targets.items()
        ]
        self._call(self.client.update_collection_aliases, [*off, *on])

    def drop(self, collection: str) -> None:
        """Delete a collection, and with it its aliases."""
        self._call(self.client.delete_collection, collection)

    def close(self) -> None:
        """Let go of the connection."""
        self.client.close()


def _split(place: str) -> tuple[str, str]:
    """Place → address of the server, name of the collection: the last part of the path."""
    try:
        parts = urlsplit(place)
        usable = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:  # brackets that do not match, a port above 65535
        usable = False
    if not usable or re.search(r"\s", place):
        raise _no_address(place)
    prefix, _, collection = parts.path.rstrip("/").rpartition("/")
    return f"{parts.scheme}://{parts.netloc}{prefix}", collection or DEFAULT_COLLECTION


def _connect(address: str, server: Server) -> QdrantClient:
    key = server.api_key
    if not (key.isascii() and key.isprintable() and key == key.strip()):  # the client would show it in its error
        what = "an end of line, blanks around it, or other characters than ASCII"
        raise StoreError(f"the key for {address} (api_key) holds {what}, which no request carries")
    parts = urlsplit(address)
    tls = parts.scheme == "https"  # without it there is nothing to verify, and loading certificates takes 50 ms
    with warnings.catch_warnings():
        if parts.hostname in ("localhost", "127.0.0.1", "::1"):  # the key never leaves the machine
            warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        try:
            return QdrantClient(
                url=address,
                api_key=server.api_key or None,
                timeout=server.timeout,
                prefer_grpc=server.grpc,
                grpc_port=server.grpc_port,
                check_compatibility=False,
                verify=tls,
            )
        except ValueError as error:  # a host that no name server could know, such as http://a..b
            raise _no_address(address, f" ({error})") from error


def _no_address(place: str, why: str = "") -> StoreError:
    return StoreError(f"{place} is no address of a store{why}; it should look like http://localhost:6333/lineage")
