"""The face for programs and notebooks, and for the commands: an index that is asked, filled and looked into.

with lineage.open("index") as index:
    index.index("library")
    report = index.query("post.jpg")
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Literal, Self

from lineage.audit.grounds import Grounds, digest_of_ids
from lineage.audit.log import log_of
from lineage.audit.said import ANSWER, answer
from lineage.backbones.catalog import LITE
from lineage.backbones.load import load
from lineage.build import backbone_of, engine_on, engine_on_pictures, new_stamp, present_feedback
from lineage.engine import Engine
from lineage.errors import ImageError, StoreError
from lineage.machine.child_processes import ChildEnded
from lineage.machine.provenance import NETWORKS, made_by
from lineage.machine.torch_threads import torch_threads_given_back
from lineage.protocols import Embedder, Store
from lineage.read.pictures import PictureReader, PictureSource, name_of
from lineage.records import Location, Picture, Report
from lineage.settings import Settings, load_settings
from lineage.store import is_url, open_store
from lineage.store.journal import open_journal
from lineage.store.stamps import require_stamp

if TYPE_CHECKING:  # who only asks waits for no part of the write path
    from indexer.books.status import Status
    from indexer.pipeline import Summary

AnyPath = str | os.PathLike[str]
DECIDES = ("asset_longest", "post_longest", "pixel_limit", "candidates")  # settings that change answers
# What answers are computed with, besides our own code.
LIBRARIES = (*NETWORKS, "numpy", "pillow", "pillow-heif", "pdqhash", "qdrant-edge-py", "qdrant-client")


def open(  # noqa: A001 - it is called with its module's name: `lineage.open`
    place: AnyPath | None = None, *, threads: int = 1, **settings: str | float | os.PathLike[str] | None
) -> Index:
    """The index at a place.

    Nothing is opened before it is needed, and an index that is not there yet is made by the first `Index.index`.

    Args:
        place: a folder, or the URL of a Qdrant server; None: that of the settings, as for the commands
        threads: how many of the caller's threads ask at once
        settings: see `docs/start.md`; what is not given, or None, comes from `lineage.toml`, the environment, or
            the defaults

    Raises:
        UsageError: there is no such setting, or it has no such value
    """
    given = {"store": place, **settings}
    named = {key: os.fspath(value) if isinstance(value, os.PathLike) else value for key, value in given.items()}
    return Index(load_settings(**named), threads=threads)


class Index:
    """One index: `lineage.open` makes it. A context manager; closing it lets go of everything that it has opened.

    Any number of threads may ask, also while one of them indexes; of several that index one does at a time. An index in
    a folder belongs to one process, from the first call that needs it until `close`.

    Args:
        settings: name the place and all else
        threads: how many threads ask at once: so many processes decode at most; if several, as many compare posts with
            assets after some fifteen posts, and the network has one thread

    Attributes:
        settings: as given
    """

    def __init__(self, settings: Settings, *, threads: int = 1) -> None:
        self.settings = settings
        self._threads = threads
        self._parts = ExitStack()  # what is open, in the order in which it was opened
        self._opening, self._writing = threading.RLock(), threading.RLock()
        self._closed = False
        self._kept_reader: PictureReader | None = None
        self._kept_store: Store | None = None
        self._kept_engine: Engine | None = None
        self._kept_grounds: Grounds | None = None
        self._filling = False
        self._log = log_of(settings)
        self._embedders: dict[str, Embedder] = {}

    def __repr__(self) -> str:
        return f"<Index {self.settings.store}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of index, network and processes, once a run of `index` has ended; closing twice is harmless."""
        with self._writing, self._opening:
            self._closed = True
            self._parts.close()

    def query(self, post: PictureSource, *, name: str = "") -> Report:
        """Which assets a post was made from, or that there is none. Writes nothing into the index.

        Where the settings name an audit log, the answer is in it before it is returned.

        Args:
            post: path or address; bytes of a file; image of Pillow; (H, W, 3) uint8 array, R G B
            name: what the report calls it; empty: its path, or `picture`

        Raises:
            ImageError: the post cannot be had or cannot be read, or what compared it has crashed
            AuditError: the answer cannot be written down
            StoreMissing: there is no index at the place
            StoreLocked: another process has it
            StampMismatch: it was written by another backbone than the settings name
            LineageError: any other, see `lineage.errors`
        """
        return self.query_with_picture(post, name=name)[1]

    def query_with_picture(self, post: PictureSource, *, name: str = "") -> tuple[Picture, Report]:
        """The same, and the post as it was read: evidence is drawn of both."""
        before = self.grounds() if self._log else None
        reader, engine, name = self._reader, self.engine, name or name_of(post)
        picture, sha256 = reader.post(post, name=name)
        try:
            report = engine.query(picture, name=name, sha256=sha256)
        except ChildEnded as ended:
            raise ImageError(
                name, "the process that compared it with assets has ended; is there memory left?"
            ) from ended
        if self._log and before:
            now = self.grounds()
            library = now.library if now.library == before.library else ""  # it may be of either
            decisions = now.decisions if now.decisions == before.decisions else ""
            known = replace(now, library=library, decisions=decisions)
            self._log.append(ANSWER, answer(report, post, sha256, picture, known))
        return picture, report

    def compare(self, post: PictureSource, asset: PictureSource) -> Report:
        """Whether a post was made from one asset, both given as in `query`. No index is needed, and none looked into.

        Without an index nothing is promised about novel posts.

        Raises:
            ImageError: one of them cannot be had or cannot be read
            LineageError: any other, see `lineage.errors`
        """
        picture, sha256 = self._reader.post(post)
        own = _asset(asset, *self._reader.asset(asset))
        embedder = self._embedder(self.settings.backbone or LITE.name)
        with engine_on_pictures([own], embedder, self.settings) as engine:
            return engine.query(picture, name=name_of(post), sha256=sha256)

    def index(
        self,
        paths: AnyPath | Iterable[AnyPath],
        *,
        retry: bool = False,
        on: Literal["here", "ray"] = "here",
        progress: Callable[[int], None] = lambda _: None,
    ) -> Summary:
        """Take pictures into the index, which is made if there is none. Only new and changed files are read.

        Args:
            paths: folders, files, places elsewhere, or lists of addresses; one or several
            retry: read files again that failed before, even if they have not changed
            on: who reads and fingerprints: this machine, or a Ray cluster
            progress: called with the number of files done since the last call

        Returns:
            What the run did. Files that could not be read are named in it and raise nothing.

        Raises:
            UsageError: a path does not exist
            StoreLocked: another process has the index
            StampMismatch: it was written by another backbone than the settings name
            LineageError: any other, see `lineage.errors`
        """
        from indexer.books.opening import load_embedder, open_ledger
        from indexer.files.targets import scans
        from indexer.pipeline import Pipeline
        from indexer.run.cluster import Cluster, import_ray

        if on == "ray":
            import_ray()  # before an index is made that nobody would fill
        found = scans([os.fspath(path) for path in ([paths] if isinstance(paths, str | os.PathLike) else paths)])
        settings = self.settings
        with self._writing, torch_threads_given_back():
            embedder = load_embedder(settings)  # with the threads that suit a run
            store = self._store(embedder, made=True)
            cluster = Cluster(settings, store.stamp) if on == "ray" else nullcontext()
            with open_ledger(settings, store, writing=True) as ledger, cluster as far, self._changing():
                pipeline = Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings, cluster=far)
                return pipeline.fill(found, retry=retry, progress=progress)

    def count(self) -> int:
        """How many assets the index holds; `StoreMissing` where there is none."""
        return self._store().count()

    def status(self) -> Status:
        """What the index holds, which files could not be read, which assets are under quarantine, what decides.

        Raises:
            StoreMissing: there is no index at the place
            StoreLocked: another process has it
        """
        from indexer.books.opening import open_ledger
        from indexer.books.status import status_of

        settings, store = self.settings, self._store()
        journal = closing(open_journal(settings.store, server=settings.server))
        with journal as notes, open_ledger(settings, store) as ledger:
            return status_of(settings, store, ledger, notes)

    def start(self) -> Self:
        """Get ready to be asked, which takes some seconds; the first query does it otherwise. Errors as of `query`."""
        if self._log:
            self._log.begin()
        _ = self._reader, self.engine  # its processes start while the network is loaded
        return self

    def catch_up(self) -> None:
        """Answer from now on by what people have decided meanwhile, here or elsewhere."""
        with self._opening:
            self._kept_engine = self.engine.knowing(present_feedback(self.settings))
            if kept := self._kept_grounds:  # of the assets nothing is new
                self._kept_grounds = self._grounds(self._kept_engine, library=kept.library)

    def grounds(self) -> Grounds:
        """What an answer depends on now besides the post, as the audit log has it. Errors as of `query`."""
        with self._opening:
            if self._kept_grounds:
                return self._kept_grounds
            engine = self.engine
            if self._filling or is_url(self.settings.store):  # where others may fill it, at any time
                return self._grounds(engine, library="")
            self._kept_grounds = self._grounds(engine, library=digest_of_ids(engine.store.ids()))
            return self._kept_grounds

    @property
    def engine(self) -> Engine:
        """What answers; it knows what people had decided when it was first needed, or when it last caught up."""
        with self._opening:
            self._require_open()
            if self._kept_engine is None:
                self._store()  # one that is not there is told before a network is loaded
                embedder = self._embedder(backbone_of(self.settings))
                of_networks, verifying = self._of_networks, self._threads if self._threads > 1 else 0
                answering = engine_on(
                    self._store(embedder), embedder, self.settings, threads=of_networks, verifying=verifying
                )
                self._kept_engine = self._parts.enter_context(answering)
            return self._kept_engine

    def _grounds(self, engine: Engine, *, library: str) -> Grounds:
        return Grounds(
            versions={**engine.versions, **_computing()},
            settings={name: getattr(self.settings, name) for name in DECIDES},
            assets=engine.store.count(),
            library=library,
            decisions=engine.feedback.digest,
        )

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """The index is being filled: nobody can say what exactly an answer of meanwhile rests on."""
        with self._opening:
            self._filling, self._kept_grounds = True, None
        try:
            yield
        finally:
            with self._opening:
                self._filling, self._kept_grounds = False, None

    @property
    def _reader(self) -> PictureReader:
        with self._opening:
            self._require_open()
            if self._kept_reader is None:
                self._kept_reader = self._parts.enter_context(PictureReader(self.settings, self._threads))
            return self._kept_reader

    def _store(self, embedder: Embedder | None = None, *, made: bool = False) -> Store:
        """The store, written by this backbone if one is given, and `made` if there is none."""
        with self._opening:
            self._require_open()
            expect, settings = new_stamp(embedder) if embedder else None, self.settings
            if self._kept_store is not None:
                require_stamp(settings.store, self._kept_store.stamp, expect)
                return self._kept_store
            if made and expect:
                from indexer.books.opening import open_or_create

                store = open_or_create(settings, expect)
            else:
                store = open_store(settings.store, server=settings.server, expect=expect)
            self._kept_store = self._parts.enter_context(closing(store))
            return store

    @property
    def _of_networks(self) -> int | None:
        """Threads of each network: one where several posts are asked about at once, else as many as there are."""
        return 1 if self._threads > 1 else None

    def _embedder(self, backbone: str) -> Embedder:
        with self._opening:
            self._require_open()
            if not self._embedders:
                self._parts.enter_context(torch_threads_given_back())
            if backbone not in self._embedders:
                self._embedders[backbone] = load(backbone, threads=self._of_networks)
            return self._embedders[backbone]

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError(f"the index at {self.settings.store} has been closed; open it again")


@cache
def _computing() -> dict[str, str]:
    """Code and libraries, as far as they are installed."""
    return {name: version for name, version in made_by(("lineage",), LIBRARIES).items() if version != "none"}


def _asset(source: PictureSource, picture: Picture, sha256: str) -> tuple[Location, Picture, str]:
    """What a file is known by, or an array that is none: its pixels stand in for the bytes of a file."""
    location = Location("", name_of(source), 0, mtime_ns=0)
    return location, picture, sha256 or hashlib.sha256(picture.pixels.tobytes()).hexdigest()
