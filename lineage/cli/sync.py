"""`lineage sync`: follow a library."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.index import describe, show_failures
from lineage.cli.output import (
    BackboneOption,
    JsonOption,
    StoreOption,
    answers,
    complain,
    in_number,
    print_json,
    progress_bar,
    sentence,
)
from lineage.errors import LineageError, UsageError

if TYPE_CHECKING:
    from indexer.files.targets import Target
    from indexer.follow.sync import Library, Synced
    from lineage.protocols import Embedder
    from lineage.settings import Settings


def sync(
    folder: Annotated[
        str,
        typer.Argument(help="The library: a folder, or a place elsewhere (s3://, gs://, az://).", show_default=False),
    ],
    store: StoreOption = None,
    backbone: BackboneOption = None,
    workers: Annotated[int | None, typer.Option(help="Processes that read pictures; else one for each core.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and follow changes as they happen.")] = False,
    max_gone: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of the assets that may be dropped. If more are gone, none is: a drive may not be mounted.",
        ),
    ] = 0.5,
    as_json: JsonOption = False,
) -> None:
    """Make the index hold what a folder holds now: take in what is new, follow what moved, drop what was deleted.

    Example: lineage sync /dam --watch
    """
    from indexer.books.opening import create_index, load_embedder
    from indexer.files.targets import library as place
    from indexer.follow.sync import Library
    from lineage.settings import load_settings

    root = place(folder)
    if watch and not isinstance(root, Path):
        raise UsageError(f"{folder}: nobody tells what changes there; leave --watch out, and sync from time to time")
    settings = load_settings(store=store, backbone=backbone, workers=workers)
    embedder = load_embedder(settings)
    if watch and isinstance(root, Path):
        _follow(root, settings, embedder, max_gone=max_gone, as_json=as_json)
        return
    with create_index(settings, embedder) as (opened, ledger, _):
        library = Library(root, store=opened, ledger=ledger, embedder=embedder, settings=settings)
        synced = _sync(library, max_gone=max_gone, emptied=max_gone == 1)
    _show(synced, as_json=as_json)
    if synced.withheld:
        raise UsageError(_doubt(root, synced))
    if synced.summary.failed:
        raise typer.Exit(1)


def _follow(root: Path, settings: Settings, embedder: Embedder, *, max_gone: float, as_json: bool) -> None:
    """Each change opens the index anew, so that others can ask in between; one that is away is not made again."""
    from indexer.books.opening import open_index
    from indexer.follow.following import Outage, follow, when_unlocked
    from indexer.follow.sync import Library
    from lineage.store import is_url

    def look(paths: frozenset[str]) -> Synced:
        with open_index(settings, embedder, writing=True) as (opened, ledger):
            library = Library(root, store=opened, ledger=ledger, embedder=embedder, settings=settings)
            return _sync(library, only=paths, max_gone=max_gone)

    when_unlocked(partial(_make, settings, embedder))
    beside = None if is_url(settings.store) else Path(settings.store).resolve()
    for synced in follow(root, look, Outage(_lost, _back), beside=beside):
        _show(synced, as_json=as_json)
        if synced.withheld:
            complain(_doubt(root, synced))


def _make(settings: Settings, embedder: Embedder) -> None:
    from indexer.books.opening import create_index

    with create_index(settings, embedder):
        pass


def _sync(library: Library, *, only: frozenset[str] = frozenset(), max_gone: float, emptied: bool = False) -> Synced:
    with progress_bar("indexing", None) as progress:
        return library.sync(only=only, max_gone=max_gone, emptied=emptied, progress=progress)


def _lost(error: LineageError | OSError) -> None:
    complain(f"waiting: {sentence(error)}")


def _back(seconds: float) -> None:
    complain(f"going on after {seconds:.0f} s; what changed meanwhile was looked for everywhere")


def _doubt(root: Target, synced: Synced) -> str:
    if synced.emptied:
        first, *others = synced.emptied
        where = f"{first} and {in_number(len(others), 'other folder')}" if others else str(first)
        return (
            f"{where}: nothing is left here of {in_number(synced.withheld, 'asset')}, and none was dropped; "
            f"is everything mounted? If so, remove what is empty and sync again, or: lineage sync {root} --max-gone 1"
        )
    return (
        f"{root}: the files of {in_number(synced.withheld, 'asset')} are gone, more than --max-gone allows, and none "
        f"was dropped; is everything mounted? If so: lineage sync {root} --max-gone 1"
    )


def _show(synced: Synced, *, as_json: bool) -> None:
    show_failures(synced.summary)
    if as_json:
        print_json(
            {**synced.summary.as_json(), "gone": synced.gone, "dropped": synced.dropped, "withheld": synced.withheld}
        )
        return
    departed = f"{in_number(synced.gone, 'file')} gone, {in_number(synced.dropped, 'asset')} dropped"
    answers().print(f"{describe(synced.summary)} · {departed} · {synced.summary.seconds:.1f} s", markup=False)
