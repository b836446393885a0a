"""Place → queue of posts that wait for a person: a file beside the journal, or a collection beside that of a server.

    PLACE/reviews.sqlite                       of the index in the folder PLACE
    http://localhost:6333, lineage-reviews     of the index `lineage` of that server

A server's is shared by all who ask its index, as its journal is. A copy of an index has a queue of its own.
"""

from __future__ import annotations

from pathlib import Path

from lineage.protocols import Queue
from lineage.settings import ANY_SERVER, Server
from lineage.store.open import is_url

FILE = "reviews.sqlite"


def open_queue(place: str, *, server: Server = ANY_SERVER) -> Queue:
    """The queue of the index at that place, empty where nothing was put into it yet.

    Raises:
        StoreError: it cannot be read, or the server does not answer
    """
    if is_url(place):
        from lineage.store.queue_collection import CollectionQueue

        return CollectionQueue(place, server=server)
    from lineage.store.queue_file import FileQueue

    return FileQueue(Path(place) / FILE)
