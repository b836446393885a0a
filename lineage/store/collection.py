"""The collection of an index on a server: made, found, opened.

The stamp lies in the collection's metadata, so that whoever finds the collection finds out what it was made with.
Needs Qdrant 1.18 or later (metadata, TurboQuant).
"""

from __future__ import annotations

import re
import warnings
from contextlib import closing
from dataclasses import asdict
from urllib.parse import urlsplit

from qdrant_client import QdrantClient, models

from lineage.errors import StoreError, StoreMissing
from lineage.records import Stamp
from lineage.store import schema, wire
from lineage.store.link import PAUSES, Link
from lineage.store.server import ServerStore

DEFAULT_COLLECTION = "lineage"
TIMEOUT = 30  # seconds per request; whole ones, the client rounds up
_STAMP = "lineage"  # key in the collection's metadata
_ONCE: tuple[float, ...] = ()  # no pauses: the first contact is attempted once, so that a wrong address is told at once


def exists(place: str, *, api_key: str | None = None) -> bool:
    """Whether the collection is there; `StoreError` where the server does not answer."""
    address, collection = _split(place)
    with closing(_connect(address, api_key, TIMEOUT)) as client:
        return Link(address, pauses=_ONCE).call(client.collection_exists, collection)


def create(place: str, stamp: Stamp, *, api_key: str | None = None) -> ServerStore:
    """Make the collection and open it; `StoreError` where it is there already."""
    if exists(place, api_key=api_key):
        raise StoreError(f"there is already a collection at {place}")
    address, collection = _split(place)
    with closing(_connect(address, api_key, TIMEOUT)) as client:
        _build(client, Link(address), collection, stamp)
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
    address, collection = _split(place)
    client = _connect(address, api_key, timeout)
    try:
        stamp = _stamp(client, Link(address, pauses=_ONCE), collection, place)
    except StoreError:
        client.close()
        raise
    return ServerStore(client, Link(address, pauses=pauses), collection, stamp)


def _split(place: str) -> tuple[str, str]:
    """Place → address of the server, name of the collection: the last part of the path."""
    try:
        parts = urlsplit(place)
        usable = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:  # brackets that do not match, a port above 65535
        usable = False
    if not usable or re.search(r"\s", place):
        raise StoreError(f"{place} is no address of a store; it should look like http://localhost:6333/lineage")
    prefix, _, collection = parts.path.rstrip("/").rpartition("/")
    return f"{parts.scheme}://{parts.netloc}{prefix}", collection or DEFAULT_COLLECTION


def _connect(address: str, api_key: str | None, timeout: int) -> QdrantClient:
    parts = urlsplit(address)
    tls = parts.scheme == "https"  # without it there is nothing to verify, and loading certificates takes 50 ms
    with warnings.catch_warnings():
        if parts.hostname in ("localhost", "127.0.0.1", "::1"):  # the key never leaves the machine
            warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        return QdrantClient(url=address, api_key=api_key, timeout=timeout, check_compatibility=False, verify=tls)


def _build(client: QdrantClient, link: Link, collection: str, stamp: Stamp) -> None:
    link.call(
        client.create_collection,
        collection,
        vectors_config=wire.vectors_config(dim=stamp.dim),
        sparse_vectors_config=wire.sparse_vectors_config(),
        on_disk_payload=True,
        metadata={_STAMP: asdict(stamp)},
    )
    for field in schema.HASHES:  # before data: a graph that is there already gets no edges for a later index
        link.call(client.create_payload_index, collection, field, models.PayloadSchemaType.KEYWORD, wait=True)


def _stamp(client: QdrantClient, link: Link, collection: str, place: str) -> Stamp:
    if not link.call(client.collection_exists, collection):
        raise StoreMissing(f"no index at {place}; make one with: lineage index DIR --store {place}")
    metadata = link.call(client.get_collection, collection).config.metadata or {}
    try:
        return Stamp(**metadata[_STAMP])
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"the collection at {place} was not made by lineage, or its server is older than Qdrant 1.18; "
            "name another collection at the end of the address"
        ) from error
