"""Settings → working parts; the one place that names concrete classes."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from platformdirs import user_data_path
from threadpoolctl import ThreadpoolController

from lineage.backbones.catalog import LITE
from lineage.backbones.load import load
from lineage.decide.calibration import Calibration
from lineage.decide.calibration_file import SHIPPED, load_calibration
from lineage.decide.decider import ForestDecider
from lineage.describe.fingerprint import fingerprint
from lineage.engine import Engine
from lineage.feedback import Feedback, read_feedback
from lineage.protocols import Embedder, Restorer, Store
from lineage.records import Asset, Entry, Location, Picture, Stamp, asset_id
from lineage.settings import NO_RESTORER, Settings
from lineage.store import is_url, open_store, stamp_of
from lineage.store.journal import open_journal
from lineage.store.memory import MemoryStore
from lineage.store.schema import SCHEMA_VERSION
from lineage.verify.apart import Apart


def new_stamp(embedder: Embedder) -> Stamp:
    """The stamp of a new index whose vectors this embedder makes."""
    spec = embedder.spec
    return Stamp(str(uuid.uuid4()), SCHEMA_VERSION, spec.name, spec.weights, spec.dim)


def backbone_of(settings: Settings) -> str:
    """The backbone that the settings name, else that of the index at their store, else the default.

    One that was made with a file of weights is known to its index by the file's name and not by its path, so it has to
    be named.

    Raises:
        StoreError: the index cannot be looked into
    """
    if settings.backbone:
        return settings.backbone
    stamp = stamp_of(settings.store, server=settings.server)
    return stamp.backbone if stamp and ":" not in stamp.backbone else LITE.name


def own_calibration(settings: Settings, stamp: Stamp) -> Path:
    """Where the decision lies, or will, that is fitted to an index.

    In the folder of an embedded one; for a server in the user's data folder. Named after the index, so that none is
    asked with the decision of another that lay there before.
    """
    folder = user_data_path("lineage") / "decisions" if is_url(settings.store) else Path(settings.store)
    return folder / f"decision-{stamp.index}.json"


def calibration_of(settings: Settings, stamp: Stamp | None) -> Path:
    """The one that the settings name, else the one fitted to the index, else the shipped one."""
    if settings.calibration:
        return Path(settings.calibration)
    own = own_calibration(settings, stamp) if stamp else SHIPPED
    return own if own.is_file() else SHIPPED


def present_calibration(settings: Settings, stamp: Stamp) -> Calibration:
    """What the index is asked with, at the level that the settings ask for.

    Raises:
        WeightsError: it is missing or damaged
        UsageError: it cannot back that level
    """
    return _at_level(calibration_of(settings, stamp), settings)


def _at_level(file: Path, settings: Settings) -> Calibration:
    calibration = load_calibration(file)
    return calibration.at(settings.false_known) if settings.false_known else calibration


def of_index(settings: Settings) -> Settings:
    """The settings with what the index at their store has of its own, where they leave that open."""
    stamp = stamp_of(settings.store, server=settings.server)
    own = calibration_of(settings, stamp)
    return replace(settings, backbone=backbone_of(settings), calibration="" if own == SHIPPED else str(own))


@contextmanager
def open_engine(settings: Settings, *, fitting: bool = False, threads: int | None = None) -> Iterator[Engine]:
    """The engine on the index that the settings name.

    Args:
        settings: what to open
        fitting: the evidence is for a new calibration, so the one that the settings name is not read: it may be the one
            to be written, or of a former form; an autoencoder takes part unless the settings say none
        threads: of the processor that networks may use; None: all

    Raises:
        StoreMissing: there is no index at that place
        StampMismatch: it was written by another backbone
        WeightsError: weights, calibration or autoencoder are missing or damaged, or the last two do not go together
        UsageError: the calibration cannot back the false-known level that the settings ask for
    """
    embedder = load(backbone_of(settings), threads=threads)
    with (
        closing(open_store(settings.store, server=settings.server, expect=new_stamp(embedder))) as store,
        engine_on(store, embedder, settings, fitting=fitting, threads=threads) as engine,
    ):
        yield engine


@contextmanager
def engine_on(
    store: Store,
    embedder: Embedder,
    settings: Settings,
    *,
    fitting: bool = False,
    threads: int | None = None,
    verifying: int = 0,
) -> Iterator[Engine]:
    """The same on a store that is open already and was written by this backbone; the caller closes it.

    Args:
        store, embedder, settings, fitting, threads: as above
        verifying: processes that compare posts with candidates; 0: the threads that ask do
    """
    network = store.stamp.network
    present = SHIPPED if fitting else calibration_of(settings, store.stamp)
    feedback = present_feedback(settings)
    with _quiet_products, ExitStack() as stack:
        engine = _engine(
            store, embedder, settings, feedback, network=network, fitting=fitting, present=present, threads=threads
        )
        if verifying:
            load_restorer = partial(_restorer, settings, 1, wanted="autoencoder" in engine.versions)
            engine = engine.verifying(stack.enter_context(Apart(verifying, load_restorer)))
        yield engine


@contextmanager
def engine_on_pictures(
    assets: Iterable[tuple[Location, Picture, str]], embedder: Embedder, settings: Settings
) -> Iterator[Engine]:
    """The engine on just these pictures, without an index and what is promised of one.

    Args:
        assets: where each lies, the picture, and the SHA-256 by which it is known
        embedder: describes them
        settings: what to build
    """
    with _quiet_products, closing(MemoryStore(new_stamp(embedder))) as store:
        store.upsert([_entry(*asset, embedder) for asset in assets])
        yield _engine(store, embedder, settings, network="", present=calibration_of(settings, None))


class _QuietProducts:
    """One thread for products of numpy's matrices, as long as there is an engine.

    An answer takes hundreds of small ones, and threads of BLAS wait for each other, spinning, longer than they work.
    The limit is the whole program's, so the last engine lifts it, in whatever order they are opened and closed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._limited: dict[str, AbstractContextManager[object]] = {}  # by file of the library

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            found = ThreadpoolController().select(user_api="blas")
            for file in {library["filepath"] for library in found.info()} - {*self._limited}:  # loaded since the last
                self._limited[file] = found.select(filepath=file).limit(limits=1)
            found.limit(limits=1)  # whoever loads a network sets the number anew

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            while self._limited and not self._inside:
                self._limited.popitem()[1].__exit__(None, None, None)


_quiet_products = _QuietProducts()


def present_feedback(settings: Settings) -> Feedback:
    """What people have decided about the index by now."""
    with closing(open_journal(settings.store, server=settings.server)) as journal:
        return read_feedback(journal)


def _engine(
    store: Store,
    embedder: Embedder,
    settings: Settings,
    feedback: Feedback | None = None,
    *,
    network: str,
    present: Path,
    fitting: bool = False,
    threads: int | None = None,
) -> Engine:
    calibration = _at_level(present, settings)
    restorer = _restorer(settings, threads, wanted=fitting or bool(calibration.restorer))
    if not fitting:
        calibration.require(restorer.version if restorer else "")
    return Engine(
        store=store,
        embedder=embedder,
        decider=ForestDecider(calibration, network=network, own=(feedback or Feedback()).own(calibration.version)),
        candidates=settings.candidates,
        feedback=feedback,
        restorer=restorer,
    )


def _restorer(settings: Settings, threads: int | None, *, wanted: bool) -> Restorer | None:
    """The one that the settings name, or the shipped one where they leave it open and one is wanted."""
    if settings.restorer == NO_RESTORER or not (settings.restorer or wanted):
        return None
    from lineage.verify.restore import load_restorer  # it takes a while to import, and not all need it

    return load_restorer(Path(settings.restorer) if settings.restorer else None, threads=threads)


def _entry(location: Location, picture: Picture, sha256: str, embedder: Embedder) -> Entry:
    asset = Asset(asset_id(sha256), sha256, picture.width, picture.height, picture.format, (location,))
    return Entry(asset, fingerprint([picture], embedder)[0])
