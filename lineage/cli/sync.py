"""`lineage sync`: follow a library."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.index import as_record, describe, show_failures
from lineage.cli.output import (
    BackboneOption,
    JsonOption,
    StoreOption,
    answers,
    complain,
    counted,
    print_json,
    progress_bar,
)
from lineage.errors import StoreLocked, UsageError

if TYPE_CHECKING:
    from indexer.sync import Synced
    from indexer.targets import Target
    from lineage.protocols import Embedder
    from lineage.settings import Settings

LOCKED_SECONDS = 2.0  # until a locked index is tried again


def sync(
    folder: Annotated[str, typer.Argument(help="The library: a folder or a place elsewhere.", show_default=False)],
    store: StoreOption = None,
    backbone: BackboneOption = None,
    workers: Annotated[int | None, typer.Option(help="Processes that decode pictures; default: one a core.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and follow changes as they happen.")] = False,
    max_gone: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the assets that may go; more looks like a missing mount.")
    ] = 0.5,
    as_json: JsonOption = False,
) -> None:
    """Make the index hold what a folder holds now: new, changed, moved and deleted files.

    Example: lineage sync /dam --watch
    """
    from indexer.opening import load_embedder
    from indexer.targets import library
    from lineage.settings import load_settings

    root = library(folder)
    if watch and not isinstance(root, Path):
        raise UsageError(f"{folder}: nobody tells what changes there; leave --watch out, and sync from time to time")
    settings = load_settings(store=store, backbone=backbone, workers=workers)
    embedder = load_embedder(settings)
    if watch and isinstance(root, Path):
        _follow(root, settings, embedder, max_gone=max_gone, as_json=as_json)
        return
    synced = _sync(root, settings, embedder, max_gone=max_gone)
    _show(synced, as_json=as_json)
    if synced.withheld:
        raise UsageError(_doubt(root, synced))
    if synced.summary.failed:
        raise typer.Exit(1)


def _follow(root: Path, settings: Settings, embedder: Embedder, *, max_gone: float, as_json: bool) -> None:
    """Each change opens the index anew, so that others can ask in between."""
    from indexer.watching import changes
    from lineage.store import is_url

    for paths in changes(root, beside=None if is_url(settings.store) else Path(settings.store).resolve()):
        synced = _patiently(root, settings, embedder, only=paths, max_gone=max_gone)
        _show(synced, as_json=as_json)
        if synced.withheld:
            complain(_doubt(root, synced))


def _patiently(root: Path, settings: Settings, embedder: Embedder, *, only: frozenset[str], max_gone: float) -> Synced:
    while True:
        try:
            return _sync(root, settings, embedder, only=only, max_gone=max_gone)
        except StoreLocked:
            time.sleep(LOCKED_SECONDS)


def _sync(
    root: Target, settings: Settings, embedder: Embedder, *, only: frozenset[str] = frozenset(), max_gone: float
) -> Synced:
    from indexer.opening import create_index
    from indexer.sync import Library

    with create_index(settings, embedder) as (store, ledger, _), progress_bar("indexing", None) as progress:
        library = Library(root, store=store, ledger=ledger, embedder=embedder, settings=settings)
        return library.sync(only=only, max_gone=max_gone, emptied=max_gone == 1, progress=progress)


def _doubt(root: Target, synced: Synced) -> str:
    return (
        f"{root}: the files of {counted(synced.withheld, 'asset')} are gone, more than --max-gone allows, and none was "
        f"dropped; is everything mounted? If so: lineage sync {root} --max-gone 1"
    )


def _show(synced: Synced, *, as_json: bool) -> None:
    show_failures(synced.summary)
    if as_json:
        print_json(
            {**as_record(synced.summary), "gone": synced.gone, "dropped": synced.dropped, "withheld": synced.withheld}
        )
        return
    departed = f"{counted(synced.gone, 'file')} gone, {counted(synced.dropped, 'asset')} dropped"
    answers().print(f"{describe(synced.summary)} · {departed} · {synced.summary.seconds:.1f} s", markup=False)
