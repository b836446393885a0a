"""`lineage check`: is the index as it was written?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import (
    REFUSED_EXIT_CODE,
    JsonOption,
    StoreOption,
    complain,
    in_number,
    print_json,
    progress_bar,
    remark,
    say,
    some,
)
from lineage.errors import StoreError, UsageError

if TYPE_CHECKING:
    from indexer.books.checking import Checked
    from indexer.follow.repairing import Repaired
    from lineage.protocols import Store
    from lineage.settings import Settings


def check(
    store: StoreOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Drop what is damaged, and make it again of the files or of a copy.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="PLACE", help="A copy of the index to restore from; else files are read."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read all of the index, and say whether it is as it was written: no disk has changed it, nothing of it is lost.

    Example: lineage check --repair
    """
    from indexer.follow.repairing import require_other
    from lineage.settings import load_settings

    if source and not repair:
        raise UsageError("--from says where to restore from; it goes with --repair")
    settings = load_settings(store=store)
    if source:
        require_other(settings, source)
    anew = repair and _begun_anew(settings)
    found, trouble = _checked(settings, repair=repair)
    needed = anew or (repair and not (found and found.sound))
    if found and not (needed and as_json):
        _tell(found, settings.store, as_json=as_json)
    if trouble:
        complain(str(trouble))
    lacking = False
    if needed:
        mended, found = _repair(settings, found, source)
        _tell_repair(mended, found, settings.store, as_json=as_json)
        lacking = bool(mended.left or (mended.kept and found and not found.assets))
    if lacking or not (found and found.sound):
        raise typer.Exit(REFUSED_EXIT_CODE)


def _begun_anew(settings: Settings) -> bool:
    """See to what an index cannot be looked into without; whether a part of it is to be made anew."""
    from indexer.follow.repairing import mend_journal, mend_ledger, mend_stamps

    for name in mend_stamps(settings):
        remark(f"{name} was damaged and is written anew")
    if aside := mend_journal(settings):
        remark(f"the journal was damaged and is set aside in {aside}; what people decided comes back with --from COPY")
    if ledger := mend_ledger(settings):
        remark(f"{ledger} was damaged and is made anew of what the index holds")
    return bool(ledger or aside)


def _checked(settings: Settings, *, repair: bool) -> tuple[Checked | None, StoreError | None]:
    """What was found; to be repaired, an index may also be one that does not open, and then why stands beside."""
    from indexer.books.checking import changed_files, check
    from indexer.books.opening import open_index
    from lineage.errors import StampMismatch, StoreLocked, StoreMissing
    from lineage.store.stamps import StampDamaged

    decisions = _damaged_decisions(settings)  # a journal that cannot be read is no trouble of the index
    try:
        files = changed_files(settings.store)
        with (
            _warnings_held(),
            open_index(settings) as (opened, ledger),
            progress_bar("checking", opened.count()) as progress,
        ):
            return check(opened, ledger, files=files, decisions=decisions, progress=progress), None
    except (StoreMissing, StoreLocked, StampMismatch, StampDamaged):
        raise
    except StoreError as error:
        if not repair:
            raise
        return None, error


def _damaged_decisions(settings: Settings) -> Sequence[str]:
    from lineage.store.journal import open_journal

    with closing(open_journal(settings.store, server=settings.server)) as journal:
        return journal.damaged()


def _repair(settings: Settings, found: Checked | None, source: str | None) -> tuple[Repaired, Checked | None]:
    from indexer.follow.repairing import rebuild, repair, restore_decisions

    damaged: Mapping[str, str] = found.damaged if found else {}
    with _copy(settings, source) as copy:  # first: where it is of no use, nothing is to be changed
        with _warnings_held():
            kept = rebuild(settings) if not found or found.derived else None
        with progress_bar("repairing", len(damaged) or None) as progress:
            mended = repair(settings, damaged, copy=copy, progress=progress)
    decisions = restore_decisions(settings, source) if source else 0
    return replace(mended, kept=str(kept or ""), decisions=decisions), _checked(settings, repair=False)[0]


@contextmanager
def _copy(settings: Settings, source: str | None) -> Iterator[Store | None]:
    """The copy to restore from, if one is named; `UsageError` where it is of another backbone."""
    from indexer.follow.repairing import require_kin
    from lineage.store import open_store, stamp_of

    if source is None:
        yield None
        return
    with closing(open_store(source, server=settings.server)) as copy:
        if stamp := stamp_of(settings.store, server=settings.server):
            require_kin(copy, stamp)
        yield copy


@contextmanager
def _warnings_held() -> Iterator[None]:
    """What a store says of damage by itself is told here more exactly."""
    store = logging.getLogger("lineage.store")
    before = store.level
    store.setLevel(logging.ERROR)
    try:
        yield
    finally:
        store.setLevel(before)


def _tell(found: Checked, store: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"store": store, **found.as_json()})
        return
    if found.sound:
        say(f"{in_number(found.assets, 'asset')} in {store}, all as they were written")
    else:
        say(f"{in_number(found.assets, 'asset')} of the index at {store} as they were written")
    for sentence in _sentences(found):
        say(sentence)


def _sentences(found: Checked) -> list[str]:
    told = [
        (found.files, f"changed since the index was closed: {some(found.files)}"),
        (found.damaged, f"damaged: {some([*found.damaged.values()])}"),
        (found.missing, f"lost: {some(found.missing)}"),
        (found.unfound, f"not found by their own fingerprints: {some(found.unfound)}"),
        (
            found.decisions,
            f"decisions of people that are damaged or lost: {some(found.decisions)}; restore the journal from a copy",
        ),
    ]
    lines = [sentence for what, sentence in told if what]
    if found.unsummed:
        lines.append(
            f"{in_number(found.unsummed, 'asset is', 'assets are')} from before there were check sums; "
            "lineage copy gives them some"
        )
    return lines


def _tell_repair(mended: Repaired, found: Checked | None, store: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"store": store, **(found.as_json() if found else {}), "repaired": asdict(mended)})
        return
    if mended.kept:
        say(f"what could not be opened is kept in {mended.kept}; remove it once nothing is missed")
    say(f"repaired: {mended.restored} restored from the copy, {in_number(mended.read, 'asset')} made again of files")
    if mended.decisions:
        say(f"{in_number(mended.decisions, 'decision')} of people restored from the copy")
    if mended.left:
        say(f"not had: {some(mended.left)}; lineage index reads them where they are")
    if found:
        _tell(found, store, as_json=False)
