"""What the process holds: the index, the threads that ask it, and what was answered lately."""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self, TypeVar

from lineage.feedback.notes import now
from lineage.library import Index
from lineage.machine.processors import processors
from lineage.records import Picture, Report
from lineage.settings import Settings

AT_ONCE = 4  # more threads than that mostly wait for the interpreter's lock
RECENT = 32  # answers whose pictures may still be asked for; each holds up to 2 MB

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answered:
    """A post that was asked about.

    Attributes:
        id: random UUID, by which its pictures and decisions about it are asked for
        when: as `Note.when`
        picture: the post as it was read
        report: what was said of it
    """

    id: str
    when: str
    picture: Picture
    report: Report


class Service:
    """An open index, asked from many sides; an asynchronous context manager.

    Args:
        settings: name the index and all else

    Attributes:
        settings: as given
        index: the library face
        ready: whether posts are answered at once
    """

    def __init__(self, settings: Settings) -> None:
        threads = max(1, min(processors(), AT_ONCE))
        self.settings = settings
        self.index = Index(settings, threads=threads)
        self.ready = False
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="asking")
        self._recent: OrderedDict[str, Answered] = OrderedDict()
        self._starting: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._starting = asyncio.create_task(self._start())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        await asyncio.to_thread(self.index.close)

    async def _start(self) -> None:
        await self.run(self.index.start)
        self.ready = True

    async def run(self, work: Callable[[], Result]) -> Result:
        """Carry out work that takes a processor, in a thread of the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def query(self, content: bytes, name: str) -> Answered:
        """Ask about a post: the bytes of its file, and what it is called.

        Raises:
            ImageError: it cannot be read
        """
        picture, report = await self.run(lambda: self.index.query_with_picture(content, name=name))
        answered = Answered(str(uuid.uuid4()), now(), picture, report)
        self._recent[answered.id] = answered
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        return answered

    def recent(self, key: str) -> Answered | None:
        """One of the latest answers by its id; None where it is none of them."""
        return self._recent.get(key)
