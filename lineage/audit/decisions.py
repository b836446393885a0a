"""A journal whose decisions go into the audit log before they count."""

from __future__ import annotations

from collections.abc import Sequence

from lineage.audit.log import AuditLog, log_of
from lineage.audit.said import DECISION, decision, journal_of
from lineage.protocols import Journal
from lineage.records import Note, Sighting
from lineage.settings import Settings
from lineage.store import stamp_of
from lineage.store.journal import open_journal


def open_logged_journal(settings: Settings) -> Journal:
    """The journal of an index, to decide in: where the settings name an audit log, it goes there too.

    Raises:
        UsageError: the log would lie in the folder of the index
        StoreError: it cannot be read, or the server does not answer
    """
    log = log_of(settings)
    stamp = stamp_of(settings.store, server=settings.server) if log else None
    journal = open_journal(settings.store, server=settings.server)
    return LoggedJournal(journal, log, settings.store, stamp.index if stamp else "") if log else journal


class LoggedJournal:
    """A `Journal` as another one is, with a log of what is decided in it.

    Args:
        journal: the other one
        log: written before it, so that no decision counts that is not in the log
        store, index: place and id of the index, as in `journal_of`
    """

    def __init__(self, journal: Journal, log: AuditLog, store: str, index: str) -> None:
        self._journal = journal
        self._log = log
        self._store = store
        self._index = index
        self._begun = ""
        self._of: dict[str, object] = {}  # what a log says of the journal, as it was before the first note in that log

    def write(self, notes: Sequence[Note], *, attachment: bytes = b"") -> None:
        """See `Journal`."""
        begun = self._log.begin()
        if begun != self._begun:
            self._begun, self._of = begun, journal_of(self._store, self._index, self._journal.notes())
        for note in notes:
            self._log.append(DECISION, decision(note, attachment, self._of))
        self._journal.write(notes, attachment=attachment)

    def notes(self) -> Sequence[Note]:
        """See `Journal`."""
        return self._journal.notes()

    def damaged(self) -> Sequence[str]:
        """See `Journal`."""
        return self._journal.damaged()

    def count(self) -> int:
        """See `Journal`."""
        return self._journal.count()

    def attachment(self, note: str) -> bytes:
        """See `Journal`."""
        return self._journal.attachment(note)

    def see(self, sightings: Sequence[Sighting], *, keep: int) -> None:
        """See `Journal`."""
        self._journal.see(sightings, keep=keep)

    def sightings(self) -> Sequence[Sighting]:
        """See `Journal`."""
        return self._journal.sightings()

    def close(self) -> None:
        """See `Journal`."""
        self._journal.close()
