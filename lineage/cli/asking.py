"""Posts asked several at a time, answered in their order: what `query` and `exposure` share."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from lineage.cli.ahead import ahead
from lineage.cli.output import progress_bar
from lineage.cli.pictures import given_post
from lineage.errors import ImageError, LineageError
from lineage.machine.processors import processors

if TYPE_CHECKING:
    from lineage.engine import Engine
    from lineage.library import Index
    from lineage.records import Picture, Report
    from lineage.settings import Settings

AT_ONCE = 4  # more threads than that mostly wait for the interpreter's lock

Answer = Future[tuple["Picture", "Report"]]
"""A post and what is said of it; `ImageError` where it cannot be read or asked about."""


class Asker:
    """An index, and the threads that ask it.

    Attributes:
        engine: what is asked
    """

    def __init__(self, index: Index, threads: int) -> None:
        self.engine: Engine = index.engine
        self._index = index
        self._threads = threads

    def ask(self, names: Sequence[str]) -> Generator[Answer]:
        """The answers as they come, with a bar that counts them until this is closed."""
        with (
            closing(ahead(self._answer, names, threads=self._threads)) as answers,
            progress_bar("asking", len(names)) as progress,
        ):
            for answer in answers:
                yield answer
                progress(1)

    def _answer(self, name: str) -> tuple[Picture, Report]:
        try:
            return self._index.query_with_picture(given_post(name), name=name)
        except (LineageError, OSError):
            raise
        except Exception as error:  # the last resort: no post may end the run, whatever is wrong with it or with us
            raise ImageError(name, f"it cannot be asked about ({type(error).__name__}: {error})") from error


@contextmanager
def opened_asker(settings: Settings, posts: int) -> Iterator[Asker]:
    """What asks about so many posts; errors as of `Index.query`."""
    from lineage.library import Index

    threads = max(1, min(posts, processors(), AT_ONCE))
    with Index(settings, threads=threads) as index:
        yield Asker(index.start(), threads)
