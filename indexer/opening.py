"""Open or create an index: the store and the ledger that belongs to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from platformdirs import user_data_path

from indexer.ledger import Ledger
from lineage.backbones.load import load
from lineage.build import new_stamp
from lineage.protocols import Embedder, Store
from lineage.settings import Settings
from lineage.store import create_store, is_url, open_store, store_exists

# The network's threads wait for each other after every layer. Where decoding workers take their processors away, they
# wait for most of the time: with as many threads as processors, two of them, a run made 5 images/s instead of 13.
EMBEDDING_THREADS = max(1, (os.cpu_count() or 1) // 2)


@contextmanager
def open_index(settings: Settings) -> Iterator[tuple[Store, Ledger]]:
    """The index that the settings name, whichever backbone wrote it.

    Raises:
        StoreMissing: there is none
    """
    with closing(open_store(settings.store, api_key=settings.api_key)) as store, _ledger(settings, store) as ledger:
        yield store, ledger


@contextmanager
def create_index(settings: Settings) -> Iterator[tuple[Store, Ledger, Embedder]]:
    """The index that the settings name, made if there is none.

    Raises:
        StampMismatch: there is one, written by another backbone
    """
    embedder = load(settings.backbone, threads=EMBEDDING_THREADS)
    stamp = new_stamp(embedder)
    if store_exists(settings.store, api_key=settings.api_key):
        store = open_store(settings.store, api_key=settings.api_key, expect=stamp)
    else:
        store = create_store(settings.store, stamp, api_key=settings.api_key)
    with closing(store), _ledger(settings, store) as ledger:
        yield store, ledger, embedder


def _ledger(settings: Settings, store: Store) -> Ledger:
    """Beside an embedded index; for a server in the user's data folder. Named after the index, never after the place:
    another index at the same place has stored nothing yet."""
    folder = user_data_path("lineage") / "ledgers" if is_url(settings.store) else Path(settings.store)
    return Ledger(folder / f"ledger-{store.stamp.index}.sqlite")
