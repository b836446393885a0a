"""What the process holds: the index, the threads that ask it, the desk for decisions, what was answered lately."""

from __future__ import annotations

import asyncio
import getpass
import logging
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar

from lineage.describe.same_picture import same_post
from lineage.errors import LineageError, UsageError
from lineage.feedback.notes import as_kept, now
from lineage.feedback.queue import Standing
from lineage.feedback.state import as_lines
from lineage.library import Index
from lineage.machine.processors import at_once
from lineage.read.images import decode
from lineage.records import Asset, Entry, Hashes, Note, Pixels, Report
from lineage.settings import Settings
from lineage.tell.evidence import evidence_file
from lineage.web.catalogue import Catalogue
from lineage.web.desk import Desk, Judgement, Subject
from lineage.web.jobs import Jobs
from lineage.web.originals import Originals
from lineage.web.pool import Pool
from lineage.web.recent import Answered, Recent

DRAWING = 2  # threads, for what pages show
PICTURES = 200  # that may wait to be drawn: a page of the library has 60
TIDY = 5.0  # s between looks at what was answered and is not written yet

Result = TypeVar("Result")
_LOG = logging.getLogger(__name__)


class Service:
    """An open index, asked from many sides; an asynchronous context manager.

    What takes a processor runs in the threads of a pool, what reads or writes decisions in the one thread of the desk.

    Args:
        settings: name the index and all else
        index: as they name it, for `at_once` threads, which is closed with the service; None: it is opened
        catalogue: what is known of assets besides their files

    Attributes:
        settings, catalogue: as given
        index: the library face
        ready: whether posts are answered at once
        pool: what asks
        jobs: that fill the index
        told: called with every report
    """

    def __init__(self, settings: Settings, index: Index | None = None, *, catalogue: Catalogue | None = None) -> None:
        threads = at_once()
        self.settings = settings
        self.index = index or Index(settings, threads=threads)
        self.ready = False
        self.catalogue = catalogue or Catalogue()
        self.pool = Pool(threads, waiting=settings.waiting_limit)
        self.jobs = Jobs(self.index)
        self.told: list[Callable[[Report], None]] = []
        self._run = str(uuid.uuid4())
        self._drawing = Pool(DRAWING, waiting=PICTURES)
        self._originals = Originals(pixel_limit=settings.pixel_limit)
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._desk: Desk | None = None
        self._decisions = -1  # that the engine knows; it may have been made before somebody decided
        self._recent = Recent()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._start()), asyncio.create_task(self._tidy())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.to_thread(self.pool.close)
        await asyncio.to_thread(self.jobs.close)
        await asyncio.to_thread(self._drawing.close)
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Write what is not written yet, and let go of the index."""
        try:
            if self._desk:
                self._clerk.submit(self._desk.close).result()
        finally:
            self._clerk.shutdown()
            self.index.close()

    async def query(self, content: bytes, name: str, *, remembered: bool = True) -> Answered:
        """Ask about a post. What should be looked at by a person is put into the queue.

        Args:
            content: bytes of its file
            name: what it is called
            remembered: whether it counts where assets that match too much are found, and may be put into the queue

        Raises:
            ImageError: it cannot be read
            Busy: too many wait already
        """
        await self._catch_up()
        picture, report = await self.pool.run(partial(self.index.query_with_picture, content, name=name))
        answered = self._recent.add(picture, report, remembered=remembered)
        for told in self.told:
            told(report)
        return await self._remembered(answered, content) if remembered else answered

    async def compare(self, post: bytes, asset: bytes, name: str) -> Report:
        """Whether one picture, of that name, was made from another; both as bytes of their files.

        Raises:
            ImageError: one of them cannot be read
            Busy: too many wait already
        """
        report = await self.pool.run(partial(self.index.compare, post, asset))
        return replace(report, query=name)

    def about(self, when: str = "") -> dict[str, str]:
        """Run and time of an answer, as the command line tells them: the run is that of this process."""
        moment = datetime.fromisoformat(when or now())
        return {"run": self._run, "time": moment.isoformat(timespec="seconds")}

    def recent(self, key: str, *, opened: bool = True) -> Answered | None:
        """One of the latest answers by its id, `opened` or for one of its pictures; None where it is none of them."""
        return self._recent.find(key) if opened else self._recent.peek(key)

    def answer_about(self, hashes: Hashes, asset: str) -> str:
        """Id of a kept answer that others may know of, by which this very post was made from this asset; empty where
        there is none.
        """
        known = (one for one in self._recent.all() if one.remembered)
        there = (one for one in known if one.report.hashes and same_post(one.report.hashes, hashes))
        claimed = (one for one in there if any(match.asset.id == asset for match in one.report.verdict.claims))
        return next((one.id for one in claimed), "")

    async def report(self, key: str, *, opened: bool = True) -> Report | None:
        """What was said of a post, by the id of its answer, as `recent`, or review; None where it is kept no more."""
        if answered := self.recent(key, opened=opened):
            return answered.report
        return await self.at_desk(lambda desk: desk.report(key))

    async def post(self, key: str) -> bytes:
        """The post of an answer or a review, as `as_kept` makes it; empty where it is not kept any more."""
        if answered := self.recent(key, opened=False):
            return await self.drawn(partial(as_kept, answered.picture.pixels))
        return await self.at_desk(lambda desk: desk.kept(key, "post"))

    async def evidence(self, key: str) -> bytes:
        """The evidence picture of an answer or a review, PNG; empty where it is not kept any more."""
        post, report = await self.post(key), await self.report(key, opened=False)
        if not post or report is None:
            return b""
        return await self.pool.run(lambda: evidence_file(self.index.engine, decode(post, name=report.query), report))

    async def asset(self, key: str) -> Entry | None:
        """What the index keeps of an asset, by its id; None where there is none."""
        return (await self.drawn(lambda: self.index.engine.store.entries([key]))).get(key)

    async def original(self, entry: Entry, *, longest: int) -> bytes:
        """An asset from its file where that is there and unchanged, else its preview; WebP, its longer side in px."""
        pixels = await self.picture(entry, longest=longest)
        return await self.drawn(lambda: as_kept(pixels))

    async def picture(self, entry: Entry, *, longest: int) -> Pixels:
        """The same decoded, (h, w, 3) uint8, not to be written to."""
        return await self.drawn(lambda: self._originals.picture(entry, longest=longest))

    async def status(self) -> dict[str, Any]:
        """The line of `lineage status --json`."""
        return (await self.pool.run(self.index.status)).as_json()

    async def versions(self) -> Mapping[str, str]:
        """What answers, as every answer names it."""
        await self._catch_up()
        return await self.pool.run(lambda: self.index.engine.versions)

    async def decisions(self) -> list[dict[str, object]]:
        """The lines of `lineage feedback --json`."""
        return as_lines(await self.at_desk(Desk.notes))

    @property
    def person(self) -> str:
        """Who decides where nobody says it: whose process this is."""
        try:
            return getpass.getuser()
        except (OSError, KeyError):
            return "somebody"

    async def drawn(self, work: Callable[[], Result]) -> Result:
        """Carry out what a page or a decision needs, which is short and does not wait behind those who ask."""
        return await self._drawing.run(work)

    async def standings(self) -> list[Standing]:
        """All reviews, in the order of time, and what was decided about each."""
        return await self.at_desk(Desk.standings)

    async def decide(
        self,
        what: Judgement,
        *,
        who: str,
        answer: str = "",
        asset: str = "",
        reason: str = "",
    ) -> Note:
        """Write a decision, which the next query knows.

        Args:
            what: confirm and reject need a post and an asset, ignore a post, quarantine an asset
            who: decides
            answer: id of the answer or review that it is about
            asset: its id
            reason: of a quarantine

        Raises:
            DecidedAlready: somebody has decided about this answer
            UsageError: there is no such answer or asset, or something that is needed was not given
        """
        entry = await self._named(asset)
        subject = await self._subject(answer) if answer else None
        return await self.at_desk(lambda desk: desk.decide(what, who=who, post=subject, asset=entry, reason=reason))

    async def undo(self, note: str, *, who: str) -> dict[str, object]:
        """Take a decision back, see `Desk.undo`."""
        return await self.at_desk(lambda desk: desk.undo(note, who=who))

    async def at_desk(self, work: Callable[[Desk], Result]) -> Result:
        """Carry out work with journal and queue, in the desk's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._clerk, lambda: work(self._opened_desk()))

    def _opened_desk(self) -> Desk:
        if self._desk is None:
            self._desk = Desk(self.settings)
        return self._desk

    async def _start(self) -> None:
        await self.pool.run(self.index.start)
        self.ready = True

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY)
            try:
                await self.at_desk(Desk.remember)
            except LineageError as error:  # the next look may meet a store that is there again
                _LOG.warning("what was asked lately could not be remembered yet: %s", error)
            except Exception:  # or one that is sound again: nobody begins this look anew
                _LOG.exception("what was asked lately could not be remembered yet")

    async def _catch_up(self) -> None:
        decisions = await self.at_desk(Desk.decisions)
        if decisions != self._decisions:
            await self.pool.run(self.index.catch_up)
            self._decisions = decisions

    async def _remembered(self, answered: Answered, content: bytes) -> Answered:
        """The answer once it is written down; by the id of its review, so that a post that is asked about again is not
        decided twice.
        """
        report = answered.report
        await self.at_desk(lambda desk: desk.see(report))
        if report.verdict.decision != "review":
            return answered
        file = content if self.settings.keep_posts else b""
        review = await self.at_desk(lambda desk: desk.put(answered.id, answered.picture, report, file=file))
        return self._recent.name(answered, review.id)

    async def _subject(self, key: str) -> Subject:
        if (answered := self.recent(key)) and answered.report.hashes:
            return Subject(key, answered.report.query, answered.report.hashes, await self.post(key))
        found = await self.at_desk(lambda desk: desk.subject(key))
        if found is None:
            raise UsageError(f"{key}: there is no such answer, or it is not kept any more; ask again")
        return found

    async def _named(self, asset: str) -> Asset | None:
        if not asset:
            return None
        entry = await self.asset(asset)
        if entry is None:
            raise UsageError(f"{asset}: no such asset in the index")
        return entry.asset
