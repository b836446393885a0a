"""`lineage eval`: what is caught in this library, and what is not?"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from lineage.cli.output import BackboneOption, StoreOption, answers, complain, progress_bar, require_writable
from lineage.errors import UsageError

SUITES = "copies, chains, platforms, crops, collages, siblings, novel, scale, speed"


def evaluate(
    suites: Annotated[list[str] | None, typer.Argument(help=SUITES, show_default=False)] = None,
    *,
    library: Annotated[
        Path | None, typer.Option(help="Folder of pictures; else the previews of the index at --store.")
    ] = None,
    posts: Annotated[Path | None, typer.Option(help="Folder of given posts, asked of the whole library.")] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Their truth: CSV with post, track, asset and, if wanted, set.")
    ] = None,
    groups: Annotated[
        Path | None, typer.Option(help="CSV with file, group: which look alike; else sub-folders.")
    ] = None,
    against: Annotated[
        str, typer.Option(help="Peers, comma-separated: phash, pdq, rootsift, lite0 …, onnx:PATH, torchscript:PATH.")
    ] = "",
    peers_only: Annotated[bool, typer.Option("--peers-only", help="Leave lineage itself out.")] = False,
    without: Annotated[
        str, typer.Option(help="Leave parts of lineage out, one at a time: words,views … or each. What is it worth?")
    ] = "",
    standing: Annotated[
        bool, typer.Option("--standing", help="With --posts: ask the index at --store as it stands.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.json, report.html, coverage.html, plots.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="report.json to compare with; exit code 1 if a figure left its interval.")
    ] = None,
    assets: Annotated[int | None, typer.Option(min=2, help="Draw so many pictures of the library; else all.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of every choice: equal seeds make equal posts.")] = 0,
    rescore: Annotated[bool, typer.Option("--rescore", help="Only score the predictions of an earlier run.")] = False,
    store: StoreOption = None,
    backbone: BackboneOption = None,
) -> None:
    """Make posts with known truth from a library, ask, and measure. Peers answer the same posts.

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
    if not run(options, settings, command=command, answers=answers(), complain=complain, progress=progress_bar):
        raise typer.Exit(1)


def _names(flag: str, listed: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in listed.split(",") if name.strip())
    if listed and not names:
        raise UsageError(f"{flag} names nothing; leave it out, or put a name between the commas")
    return names
