"""`lineage eval`: what is caught in this library, and what is not?"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from lineage.cli.output import (
    REFUSED_EXIT_CODE,
    BackboneOption,
    StoreOption,
    answers,
    complain,
    progress_bar,
    remark,
    require_writable,
)
from lineage.errors import UsageError

SUITES = "copies, chains, platforms, crops, collages, siblings, novel, kinds, scale, speed"


def evaluate(
    suites: Annotated[list[str] | None, typer.Argument(help=f"What to measure: {SUITES}.", show_default=False)] = None,
    *,
    library: Annotated[
        Path | None, typer.Option(help="Folder of pictures; else the previews of the index at --store.")
    ] = None,
    posts: Annotated[Path | None, typer.Option(help="Folder of posts of your own, asked of the whole library.")] = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            help="What the posts of --posts were made from: CSV with post, track, asset and, if you like, set."
        ),
    ] = None,
    groups: Annotated[
        Path | None,
        typer.Option(help="Which pictures look alike: CSV with file and group; else those of one sub-folder."),
    ] = None,
    against: Annotated[
        str,
        typer.Option(help="Other methods, asked the same: phash, pdq, rootsift, lite0 …, onnx:PATH, torchscript:PATH."),
    ] = "",
    peers_only: Annotated[bool, typer.Option("--peers-only", help="Leave lineage itself out.")] = False,
    without: Annotated[
        str, typer.Option(help="Parts to leave out, one at a time, to see what each is worth: words,views … or each.")
    ] = "",
    standing: Annotated[
        bool, typer.Option("--standing", help="With --posts: ask the index at --store as it is.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.json, report.html, coverage.html, plots.")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(help="An earlier report.json; exit code 5 if a figure has fallen by more than chance."),
    ] = None,
    assets: Annotated[
        int | None, typer.Option(min=2, help="How many pictures of the library are drawn; else all.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds make equal posts.")] = 0,
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Ask nothing: count again what an earlier run answered.")
    ] = False,
    store: StoreOption = None,
    backbone: BackboneOption = None,
) -> None:
    """Measure what is found in a library and what is not, on posts that are made from it or on posts of your own.

    Example: lineage eval copies siblings --library /dam --assets 500 --against phash,pdq --report report
    """
    if report is not None:
        require_writable(report)
    from eval.command import Options, run
    from lineage.backbones.catalog import LITE
    from lineage.build import of_index
    from lineage.settings import load_settings

    options = Options(
        suites=tuple(suites or ()),
        library=library,
        posts=posts,
        truth=truth,
        groups=groups,
        against=_names("--against", against),
        without=_names("--without", without),
        product=not peers_only,
        standing=standing,
        report=report,
        baseline=baseline,
        assets=assets,
        seed=seed,
        rescore=rescore,
    )
    settings = load_settings(store=store, backbone=backbone)
    settings = of_index(settings) if standing or library is None else settings
    settings = replace(settings, backbone=settings.backbone or LITE.name)
    command = " ".join(["lineage", *sys.argv[1:]])
    passed = run(options, settings, command=command, answers=answers(), complain=complain, progress=progress_bar)
    if report is not None:
        remark(f"to look at: {report / 'report.html'}")
    if not passed:
        raise typer.Exit(REFUSED_EXIT_CODE)


def _names(flag: str, listed: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in listed.split(",") if name.strip())
    if listed and not names:
        raise UsageError(f"{flag} names nothing; leave it out, or put a name between the commas")
    return names
