"""`lineage index`: fill the index from folders and other places."""

from __future__ import annotations

import itertools
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from lineage.cli.output import (
    BackboneOption,
    JsonOption,
    StoreOption,
    answers,
    complain,
    errors,
    in_number,
    on_terminal,
    print_json,
    progress_bar,
    some,
)
from lineage.errors import UsageError
from lineage.machine.one_line import one_line

if TYPE_CHECKING:
    from indexer.pipeline import Summary
    from indexer.run.profile import Profile

FAILURES_SHOWN = 20


class Runner(StrEnum):
    """Who reads and fingerprints."""

    HERE = "here"
    RAY = "ray"


def index(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Folders, files, places elsewhere (s3://, gs://, az://), or .txt lists of addresses.",
            show_default=False,
        ),
    ],
    store: StoreOption = None,
    backbone: BackboneOption = None,
    workers: Annotated[int | None, typer.Option(help="Processes that read pictures; else one for each core.")] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Say at the end where the time went.")] = False,
    engine: Annotated[
        Runner, typer.Option(help="Who reads the pictures: this machine, or a Ray cluster.")
    ] = Runner.HERE,
    retry: Annotated[bool, typer.Option("--retry", help="Read those files again that failed before.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take pictures into the index. Only new and changed files are read; a run that was broken off goes on.

    Example: lineage index /dam --store /srv/lineage
    """
    from indexer.files.targets import count
    from lineage import library

    with library.open(store, backbone=backbone, workers=workers) as opened:
        total = count(paths) if on_terminal() else None
        with progress_bar("indexing", total) as progress:
            summary = opened.index(paths, retry=retry, on=engine.value, progress=progress)
        assets = opened.count()
    _show(summary, assets, opened.settings.store, profile=profile, as_json=as_json)
    if summary.found == 0:
        raise UsageError(f"{', '.join(paths)}: no pictures found{_reasons(summary)}")
    if summary.failed:
        raise typer.Exit(1)


def _show(summary: Summary, assets: int, store: str, *, profile: bool, as_json: bool) -> None:
    show_failures(summary)
    if profile:
        _show_profile(summary.profile)
    if as_json:
        where = {"profile": summary.profile.as_json()} if profile else {}
        print_json({**summary.as_json(), "assets": assets, "store": store, **where})
        return
    rate = f" ({_rate(summary.added, summary.seconds)})" if summary.added else ""
    out = answers()
    out.print(describe(summary), markup=False)
    out.print(f"{in_number(assets, 'asset')} in {one_line(store)} · {summary.seconds:.1f} s{rate}", markup=False)


def _rate(added: int, seconds: float) -> str:
    """`34/s`, or `2/min` of what takes seconds each."""
    return f"{added / seconds:.0f}/s" if added >= seconds else f"{60 * added / seconds:.2g}/min"


def _show_profile(profile: Profile) -> None:
    """A line a stage, on stderr; `share` is of the time of the part that it belongs to."""
    table = Table("", "stage", *(Column(head, justify="right") for head in ("s", "share", "ms a picture")), box=None)
    for part in profile.parts:
        heads = itertools.chain([f"{part.name} × {part.count}" if part.count > 1 else part.name], itertools.repeat(""))
        for (stage, seconds), head in zip(part.seconds.items(), heads, strict=False):
            each = f"{1000 * seconds / profile.pictures:.1f}" if profile.pictures and stage != "waiting" else ""
            table.add_row(head, stage, f"{seconds:.2f}", f"{seconds / (part.count * part.wall):.0%}", each)
    out = errors()
    out.print(table)
    memory = f"; at most {profile.memory / 1e6:,.0f} MB of memory" if profile.memory else ""
    out.print(f"bottleneck: {profile.bottleneck}{memory}", markup=False)


def show_failures(summary: Summary) -> None:
    """Say on stderr what the index had lost, and name the first files that failed."""
    if summary.missing:
        complain(
            f"the index had lost {in_number(summary.missing, 'asset')} that earlier runs had stored; "
            "their files are stored again wherever index or sync meets them"
        )
    for path, reason in summary.failed[:FAILURES_SHOWN]:
        complain(f"{path}: {reason}")
    if len(summary.failed) > FAILURES_SHOWN:
        complain(f"… and {len(summary.failed) - FAILURES_SHOWN} more; --json lists them all")
    if summary.unsupported:
        complain(f"not read, since of unsupported type: {some(summary.unsupported)}; --json lists all")


def describe(summary: Summary) -> str:
    """What became of the files, in a line."""
    moved = f"{summary.moved} moved, " if summary.moved else ""
    return (
        f"{in_number(summary.found, 'picture')}: {summary.added} added, {moved}{summary.unchanged} unchanged, "
        f"{in_number(summary.located, 'copy of an asset', 'copies of assets')}, "
        f"{len(summary.failed)} failed{_reasons(summary)}"
    )


def _reasons(summary: Summary) -> str:
    if not summary.skipped:
        return ""
    from indexer.files.scan import UNSUPPORTED, kinds

    named = {UNSUPPORTED: f"of unsupported type ({kinds(summary.unsupported)})"}
    skipped = ", ".join(f"{count} {named.get(reason, reason)}" for reason, count in summary.skipped.items())
    return f" · skipped: {skipped}"
