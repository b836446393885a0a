"""Mend an index: what is damaged of it is dropped, and made again of a copy or of the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.books.catching_up import catch_up
from indexer.books.ledger import EVERYWHERE, Ledger, LedgerDamaged, Record
from indexer.books.opening import absolute, ledger_file, load_embedder, open_index
from indexer.books.turn import turn
from indexer.files.scan import Scan
from indexer.pipeline import Pipeline
from lineage.errors import UsageError
from lineage.feedback.state import with_attachments
from lineage.protocols import Store
from lineage.read.places import is_list, is_remote
from lineage.records import Entry, Location, Stamp
from lineage.settings import Settings
from lineage.store import is_url, stamp_of
from lineage.store.journal import FILE, open_journal

BATCH = 256  # entries asked of a copy at once

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What became of an index.

    Attributes:
        restored: assets that a copy had
        read: assets that were made again of their files
        left: paths of files that could not be read, are gone, or lie elsewhere; a next `lineage index` reads what is
            still there
        kept: where that lies which could not be opened; empty where all was
        decisions: of people, that a copy had
    """

    restored: int
    read: int
    left: Sequence[str]
    kept: str = ""
    decisions: int = 0


def mend_stamps(settings: Settings) -> Sequence[str]:
    """Write damaged stamp files of an embedded index anew; their names. See `lineage.store.folder`."""
    if is_url(settings.store):
        return ()
    from lineage.store.folder import mend_stamps as mend

    return mend(Path(settings.store))


def mend_ledger(settings: Settings) -> str:
    """Begin the ledger anew if it is damaged, as if it had been lost; `repair` brings it in line with the index.

    Returns:
        Its name; empty where it is sound, or there is none.
    """
    stamp = stamp_of(settings.store, server=settings.server)
    file = ledger_file(settings, stamp) if stamp else None
    if file is None or not file.exists():
        return ""
    with _alone(settings, file):
        try:
            with Ledger(file) as ledger:
                ledger.require_sound()
            return ""
        except LedgerDamaged:
            for suffix in ("", "-wal", "-shm"):  # with what SQLite has beside it
                file.with_name(file.name + suffix).unlink(missing_ok=True)
        with Ledger(file) as ledger:
            ledger.begin([EVERYWHERE])
    return file.name


def mend_journal(settings: Settings) -> Path | None:
    """Set the journal of an embedded index aside if it is none any more; where it is then. A server sees to its own."""
    file = Path(settings.store) / FILE
    if is_url(settings.store) or not file.exists():
        return None
    from lineage.store.journal_file import set_aside_damaged

    with _alone(settings, file):
        return set_aside_damaged(file)


@contextmanager
def _alone(settings: Settings, ledger: Path) -> Iterator[None]:
    """`StoreLocked` where somebody else has the index."""
    if is_url(settings.store):
        with turn(ledger, place=settings.store):
            yield
        return
    from lineage.store.folder import hold

    held = hold(Path(settings.store))
    try:
        yield
    finally:
        held.release()


def rebuild(settings: Settings) -> Path | None:
    """Write what is sound of an embedded index anew; a server sees to its own files. See `lineage.store.rebuild`."""
    if is_url(settings.store):
        return None
    from lineage.store.rebuild import rebuild as write_anew

    return write_anew(Path(settings.store))


def repair(
    settings: Settings, damaged: Mapping[str, str], *, copy: Store | None = None, progress: Progress = lambda _: None
) -> Repaired:
    """Bring back what an index has lost.

    Args:
        settings: name the index, which is `rebuild` already
        damaged: id → path of entries that were in it and not sound
        copy: an index that has what is lost, and is `require_kin`; None: files are read
        progress: called with the number of files read since the last call

    Raises:
        StoreError: the store is gone; the next repair goes on
    """
    with open_index(settings, writing=True) as (store, ledger):
        catch_up(store, ledger, whole=False)  # what is missing is to be brought back, and not to be forgotten
        held = {key for ids in store.ids() for key in ids} - {*damaged}
        lost = [record for record in ledger.records() if record.asset and record.asset not in held]
        places: dict[str, list[Location]] = defaultdict(list)
        for record in lost:
            places[record.asset].append(record.location)
        known = {*places}
        back = _restore(copy, store, known | {*damaged}, places) if copy else set[str]()
        rest = [record for record in lost if record.asset not in back]
        # What no record names stays as it is: a repair from a copy could not tell any more that it is lost.
        store.delete([key for key in damaged if key in known - back])
        store.flush()
        _read(settings, store, ledger, rest, progress)
        there = {key for ids in store.ids() for key in ids}
    again = {record.location.path for record in lost if record.asset in there}  # its id may be what was damaged
    unknown = [path for key, path in damaged.items() if key not in known | back and path not in again]
    return Repaired(
        restored=len(back),
        read=len({record.asset for record in rest} & there),
        left=(*(record.location.path for record in rest if record.asset not in there), *unknown),
    )


def restore_decisions(settings: Settings, source: str) -> int:
    """Take those decisions of people that are damaged or lost from the copy at that place; how many it had."""
    with (
        closing(open_journal(source, server=settings.server)) as copy,
        closing(open_journal(settings.store, server=settings.server)) as journal,
    ):
        lost = {*journal.damaged()}
        back = [*with_attachments(copy, [note for note in copy.notes() if note.id in lost])]
        for note, kept in back:
            journal.write([note], attachment=kept)
    return len(back)


def require_other(settings: Settings, source: str) -> None:
    """`UsageError` where the copy is the index itself."""
    if absolute(settings.store) == absolute(source):
        raise UsageError(f"{source} is the index that is to be repaired; name a copy of it")


def require_kin(copy: Store, stamp: Stamp) -> None:
    """`UsageError` where the copy cannot restore an index with this stamp."""
    one, other = copy.stamp, stamp
    if (one.backbone, one.weights, one.dim) != (other.backbone, other.weights, other.dim):
        raise UsageError(
            f"the copy was made with backbone {one.backbone} and other weights; it cannot restore this one"
        )


def _restore(copy: Store, store: Store, lost: Iterable[str], places: Mapping[str, Sequence[Location]]) -> set[str]:
    """Ids of those that the copy has; they lie where the ledger knows them: files may have been moved since."""
    ids = sorted(lost)
    back: set[str] = set()
    for start in range(0, len(ids), BATCH):
        found: dict[str, Entry] = dict(copy.entries(ids[start : start + BATCH]))
        store.upsert([_placed(entry, places.get(key, ())) for key, entry in found.items()])
        back |= set(found)
    store.flush()
    return back


def _placed(entry: Entry, places: Sequence[Location]) -> Entry:
    return replace(entry, asset=replace(entry.asset, locations=tuple(places))) if places else entry


def _read(settings: Settings, store: Store, ledger: Ledger, lost: Iterable[Record], progress: Progress) -> None:
    """Make what is lost again of those files that lie in folders of this machine and are still there.

    Only their records are dropped, so that they are read: what is not had stays noted, and may come from a copy yet.
    """
    near = [record for record in lost if _is_near(record.location)]
    if not near:
        return
    ledger.drop(record.location for record in near)
    files: dict[str, list[str]] = defaultdict(list)
    for record in near:
        files[record.location.root].append(record.location.path)
    scans = [Scan(Path(root), only=paths) for root, paths in files.items()]
    pipeline = Pipeline(store=store, ledger=ledger, embedder=load_embedder(settings), settings=settings)
    pipeline.fill(scans, missing=0, progress=progress)  # to look for what is missing would forget what is not had


def _is_near(place: Location) -> bool:
    elsewhere = is_remote(place.root) or is_remote(place.path) or is_list(place.root)
    return not elsewhere and Path(place.root, place.path).is_file()
