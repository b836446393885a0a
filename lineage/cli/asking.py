"""Posts asked several at a time, answered in their order: what `query` and `exposure` share.

The index is opened here, or a service is asked that has it open; either way the same is told of the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from lineage.cli.ahead import ahead
from lineage.cli.output import progress_bar
from lineage.cli.pictures import given_post
from lineage.errors import ImageError, LineageError
from lineage.machine.processors import at_once

if TYPE_CHECKING:
    from lineage.library import Index
    from lineage.records import Picture, Report
    from lineage.settings import Settings


class Asked(NamedTuple):
    """A post, and what is said of it.

    Attributes:
        report: what is said
        evidence: draws the evidence picture, PNG
        picture: the post as it was read; None where a service has read it
    """

    report: Report
    evidence: Callable[[], bytes]
    picture: Picture | None = None


Answer = Future[Asked]
"""Raises `ImageError` where a post cannot be read or asked about."""


class Asker:
    """What answers, and the threads that ask it.

    Attributes:
        versions: as of every report
    """

    def __init__(self, versions: Mapping[str, str], answer: Callable[[str], Asked], threads: int) -> None:
        self.versions = versions
        self._answer = answer
        self._threads = threads

    def ask(self, names: Sequence[str]) -> Generator[Answer]:
        """The answers as they come, with a bar that counts them until this is closed."""
        with (
            closing(ahead(self._answered, names, threads=self._threads)) as answers,
            progress_bar("asking", len(names)) as progress,
        ):
            for answer in answers:
                yield answer
                progress(1)

    def _answered(self, name: str) -> Asked:
        try:
            return self._answer(name)
        except (LineageError, OSError):
            raise
        except Exception as error:  # the last resort: no post may end the run, whatever is wrong with it or with us
            raise ImageError(name, f"it cannot be asked about ({type(error).__name__}: {error})") from error


@contextmanager
def opened_asker(settings: Settings, posts: int, *, remembered: bool = True) -> Iterator[Asker]:
    """What asks about so many posts; errors as of `Index.query`, or `RemoteError` where a service does not answer.

    Args:
        settings: name the index, or the service that has it
        posts: how many there are
        remembered: whether a service may write down what it was asked
    """
    threads = max(1, min(posts, at_once()))
    if settings.service:
        from lineage.cli.service import AskedService

        with AskedService(settings.service, settings.service_key, remembered=remembered) as service:
            yield Asker(service.versions, lambda name: Asked(*service.answer(name)), threads)
        return
    from lineage.library import Index

    with Index(settings, threads=threads) as index:
        yield Asker(index.start().engine.versions, partial(_answer, index), threads)


def _answer(index: Index, name: str) -> Asked:
    from lineage.tell.evidence import evidence_file

    picture, report = index.query_with_picture(given_post(name), name=name)
    return Asked(report, partial(evidence_file, index.engine, picture, report), picture)
