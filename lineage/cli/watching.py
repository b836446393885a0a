"""The watch over assets that match too much, kept while a command asks: whatever ends it, what was answered counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Self

from lineage.cli.output import complain
from lineage.errors import StoreError

if TYPE_CHECKING:
    from lineage.protocols import Journal
    from lineage.records import Report, Sighting
    from lineage.settings import Settings

MOST = 100  # answers that a run which is killed may leave unseen; a file of answers does not ask their posts again


class Watch:
    """Remembers answered posts with the index, and judges in the end whether an asset matches too many of them.

    A context manager; the end may be an interrupt or an error.

    Args:
        settings: name the index
        idle: remember nothing
    """

    def __init__(self, settings: Settings, *, idle: bool) -> None:
        self._settings = settings
        self._idle = idle
        self._seen: list[Sighting] = []

    def __enter__(self) -> Self:
        return self

    def see(self, report: Report) -> None:
        """A post was answered."""
        from lineage.feedback.watch import WINDOW, sighting_about

        if self._idle:
            return
        self._seen.append(sighting_about(report))
        if len(self._seen) > MOST:
            with self._journal() as journal:
                journal.see(self._seen[:-1], keep=WINDOW)
            del self._seen[:-1]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        from lineage.feedback.watch import keep_watch

        gone = kind is not None and issubclass(kind, StoreError)  # what holds the journal too, as a server
        if gone or not self._seen:
            return
        with self._journal() as journal:
            for note in keep_watch(journal, self._seen):
                complain(
                    f"{note.path} {note.reason} and is now under quarantine: posts that match it go to review; "
                    f"look at it, and lift that with: lineage quarantine {note.path} --undo"
                )

    @contextmanager
    def _journal(self) -> Iterator[Journal]:
        from lineage.audit.decisions import open_logged_journal

        with closing(open_logged_journal(self._settings)) as journal:
            yield journal
