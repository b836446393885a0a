"""Posts that a person should look at, put into the queue of the index while a command asks."""

from __future__ import annotations

import uuid
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lineage.cli.pictures import STDIN, source

if TYPE_CHECKING:
    from lineage.cli.asking import Asked
    from lineage.protocols import Queue
    from lineage.settings import Settings


class Queueing:
    """Takes answers, and keeps those that end in review; a context manager.

    Args:
        settings: name the index
        idle: keep nothing
    """

    def __init__(self, settings: Settings, *, idle: bool) -> None:
        self._settings = settings
        self._idle = idle
        self._queue: Queue | None = None

    def __enter__(self) -> Self:
        return self

    def see(self, asked: Asked) -> None:
        """A post was answered."""
        from lineage.feedback.queue import keep_for_review
        from lineage.store.queue import open_queue

        report = asked.report
        if self._idle or asked.picture is None or report.verdict.decision != "review":
            return
        settings = self._settings
        self._queue = self._queue or open_queue(settings.store, server=settings.server)
        file = _file(report.query) if settings.keep_posts else b""
        keep_for_review(self._queue, str(uuid.uuid4()), asked.picture, report, file=file, days=settings.review_days)

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._queue:
            self._queue.close()


def _file(post: str) -> bytes:
    """The post's file; empty for one on stdin, which has none."""
    if post == STDIN:
        return b""
    found = source(post)
    return found.read_bytes() if isinstance(found, Path) else found
