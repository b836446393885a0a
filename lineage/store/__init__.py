"""Where an index lies: a folder with the embedded engine, or a collection of a Qdrant server, behind one protocol."""

from __future__ import annotations

from lineage.store.open import create_store, is_url, open_store, stamp_of, store_exists
from lineage.store.pair import open_pair

__all__ = ["create_store", "is_url", "open_pair", "open_store", "stamp_of", "store_exists"]
