"""Open or create an index: the store and the ledger that belongs to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from platformdirs import user_data_path

from indexer.books.ledger import Ledger
from indexer.books.turn import turn
from lineage.backbones.load import load
from lineage.build import backbone_of, new_stamp
from lineage.errors import StoreError, UsageError
from lineage.machine.processors import processors
from lineage.protocols import Embedder, Store
from lineage.records import Stamp
from lineage.settings import Settings
from lineage.store import create_store, is_url, open_store, store_exists

# The network's threads wait for each other after every layer. Where decoding workers take their processors away, they
# wait for most of the time: with as many threads as processors, two of them, a run made 5 images/s instead of 13.
EMBEDDING_THREADS = max(1, processors() // 2)


def load_embedder(settings: Settings) -> Embedder:
    """The backbone of the settings or of their index, with the threads that suit an index run."""
    return load(backbone_of(settings), threads=EMBEDDING_THREADS)


@contextmanager
def open_index(
    settings: Settings, embedder: Embedder | None = None, *, writing: bool = False
) -> Iterator[tuple[Store, Ledger]]:
    """The index that the settings name.

    Args:
        settings: name the store
        embedder: the backbone that must have written it; nothing: any
        writing: have it to itself meanwhile, see `turn`; an embedded index always is

    Raises:
        StoreMissing: there is none
        StoreLocked: somebody else has it
        StampMismatch: it was written by another backbone
    """
    expect = new_stamp(embedder) if embedder else None
    store = open_store(settings.store, server=settings.server, expect=expect)
    with closing(store), open_ledger(settings, store, writing=writing) as ledger:
        yield store, ledger


@contextmanager
def create_index(settings: Settings, embedder: Embedder | None = None) -> Iterator[tuple[Store, Ledger, Embedder]]:
    """The index that the settings name, made if there is none, to be written.

    Args:
        settings: name store and backbone
        embedder: the backbone, where it is loaded already

    Raises:
        StoreLocked: somebody else has it
        StampMismatch: there is one, written by another backbone
    """
    embedder = embedder or load_embedder(settings)
    store = open_or_create(settings, new_stamp(embedder))
    with closing(store), open_ledger(settings, store, writing=True) as ledger:
        yield store, ledger, embedder


@contextmanager
def create_copy(source: Store, settings: Settings, *, original: str) -> Iterator[tuple[Store, Ledger]]:
    """The index that the settings name, made as the copy of `source`, or as an earlier copying left it.

    The copy is an index of its own, with a ledger of its own. Its id follows from that of the original and from the
    place, so that whoever goes on with a copy can tell it from anything else.

    Raises:
        UsageError: both are the same place
        StoreLocked: somebody else has the copy
        StoreError: there is an index at the place that is no copy of this one
    """
    place = absolute(settings.store)
    if place == absolute(original):
        raise UsageError(f"{settings.store} is the index that is to be copied; name another place")
    stamp = replace(source.stamp, index=str(uuid.uuid5(uuid.UUID(source.stamp.index), place)))
    store = open_or_create(settings, stamp)
    with closing(store), open_ledger(settings, store, writing=True) as ledger:
        if store.stamp.index != stamp.index:
            raise StoreError(f"the index at {settings.store} is no copy of the one at {original}; name another place")
        yield store, ledger


@contextmanager
def open_ledger(settings: Settings, store: Store, *, writing: bool = False) -> Iterator[Ledger]:
    """The ledger of an index that is open already.

    Args:
        settings: name its place
        store: of the index
        writing: have the index to oneself meanwhile, see `turn`

    Raises:
        StoreLocked: somebody else writes it
    """
    file = ledger_file(settings, store.stamp)
    with turn(file, place=settings.store) if writing else nullcontext(), Ledger(file) as ledger:
        yield ledger


def open_or_create(settings: Settings, stamp: Stamp) -> Store:
    """The store that the settings name, made with this stamp if there is none; the caller closes it.

    Raises:
        StoreLocked: somebody else has it
        StampMismatch: there is one, written by another backbone
    """
    if store_exists(settings.store, server=settings.server):
        return open_store(settings.store, server=settings.server, expect=stamp)
    return create_store(settings.store, stamp, server=settings.server)


def absolute(place: str) -> str:
    """The place as it may be compared with others."""
    return place.rstrip("/") if is_url(place) else str(Path(place).resolve())


def ledger_file(settings: Settings, stamp: Stamp) -> Path:
    """Beside an embedded index; for a server in the user's data folder. Named after the index, never after the place:
    another index at the same place has stored nothing yet."""
    folder = user_data_path("lineage") / "ledgers" if is_url(settings.store) else Path(settings.store)
    return folder / f"ledger-{stamp.index}.sqlite"
