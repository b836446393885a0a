"""Place → journal: a file in the folder of an embedded index, a collection beside that of a server.

    PLACE/journal.sqlite, journal.ids          of the index in the folder PLACE
    http://localhost:6333, lineage-journal     of the index `lineage` of that server

It belongs to the place and not to the vectors: an index that is made again with another backbone keeps its journal.
"""

from __future__ import annotations

from pathlib import Path

from lineage.protocols import Journal
from lineage.settings import ANY_SERVER, Server
from lineage.store.open import is_url

FILE = "journal.sqlite"


def open_journal(place: str, *, server: Server = ANY_SERVER) -> Journal:
    """The journal of the index at that place, empty where nobody wrote one yet.

    Raises:
        StoreError: it cannot be read, or the server does not answer
    """
    if is_url(place):
        from lineage.store.journal_collection import CollectionJournal

        return CollectionJournal(place, server=server)
    from lineage.store.journal_file import FileJournal

    return FileJournal(Path(place) / FILE)
