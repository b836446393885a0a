"""`lineage query`: which assets were these posts made from?"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.ahead import ahead
from lineage.cli.output import (
    BackboneOption,
    FalseKnownOption,
    JsonOption,
    StoreOption,
    answers,
    complain,
    counted,
    print_json,
    progress_bar,
    require_writable,
    some,
)
from lineage.cli.pictures import STDIN, PostReader
from lineage.errors import ImageError, LineageError, UsageError
from lineage.processors import processors

if TYPE_CHECKING:
    from lineage.engine import Engine
    from lineage.records import Picture, Report, Sighting
    from lineage.settings import Settings

NOVEL_EXIT_CODE = 4
AT_ONCE = 4  # posts of a folder: more threads than that mostly wait for the interpreter's lock
Show = Callable[["Report", Path | None], None]


def query(
    posts: Annotated[
        list[str], typer.Argument(help="Pictures or folders, addresses too; - for one on stdin.", show_default=False)
    ],
    *,
    store: StoreOption = None,
    backbone: BackboneOption = None,
    false_known: FalseKnownOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One CSV row a post on stdout.")] = False,
    evidence: Annotated[Path | None, typer.Option(help="Folder for evidence pictures: post beside asset.")] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Write nothing into the index: no asset is put under quarantine.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 4 if any post is novel, unless one failed.")
    ] = False,
) -> None:
    """Find the asset that each post was made from, or say that there is none.

    Example: lineage query post.jpg --evidence evidence
    """
    from lineage.build import open_engine
    from lineage.feedback.watch import sighting
    from lineage.settings import load_settings

    names = _names(posts)
    if evidence:
        require_writable(evidence)
    show = _printer(as_json=as_json, as_csv=as_csv)
    settings = load_settings(store=store, backbone=backbone, false_known=false_known)
    decisions, sightings, failed = [], [], 0
    at_once = min(len(names), processors(), AT_ONCE)
    threads = 1 if at_once > 1 else None
    with (
        PostReader(settings, at_once) as reader,
        open_engine(settings, threads=threads) as engine,
        progress_bar("asking", len(names)) as progress,
    ):
        for answer in ahead(partial(_ask, engine, reader), names, threads=at_once):
            try:
                picture, report = answer.result()
            except ImageError as error:
                failed += 1
                _show_failure(error, as_json=as_json)
            else:
                decisions.append(report.verdict.decision)
                sightings.append(sighting(report))
                show(report, _save_evidence(engine, picture, report, evidence))
            progress(1)
    if not read_only:
        _keep_watch(settings, sightings)
    if failed:
        raise typer.Exit(1)
    if exit_code and "novel" in decisions:
        raise typer.Exit(NOVEL_EXIT_CODE)


def _ask(engine: Engine, reader: PostReader, name: str) -> tuple[Picture, Report]:
    picture, sha256 = reader.read(name)
    try:
        return picture, engine.query(picture, name=name, sha256=sha256)
    except (LineageError, OSError):
        raise
    except Exception as error:  # the last resort: no post may end the run, whatever is wrong with it or with us
        raise ImageError(name, f"it cannot be asked about ({type(error).__name__}: {error})") from error


def _save_evidence(engine: Engine, picture: Picture, report: Report, folder: Path | None) -> Path | None:
    if folder is None:
        return None
    from lineage.evidence import save_evidence

    return save_evidence(engine, picture, report, folder)


def _keep_watch(settings: Settings, sightings: Sequence[Sighting]) -> None:
    from lineage.feedback.watch import keep_watch
    from lineage.store.journal import open_journal

    with closing(open_journal(settings.store, server=settings.server)) as journal:
        for note in keep_watch(journal, sightings):
            complain(
                f"{note.path} {note.reason} and is under quarantine: its posts go to review; "
                f"look at it, and lift that with: lineage quarantine {note.path} --undo"
            )


def _names(posts: Sequence[str]) -> list[str]:
    """Every post by its path as given; a folder stands for the pictures below it."""
    from indexer.scan import kinds
    from indexer.targets import Target, pictures

    def passed_over(target: Target, paths: Sequence[str]) -> None:
        files = counted(len(paths), "file is", "files are")
        complain(f"{target}: {files} of an unsupported type and not asked about ({kinds(paths)}): {some(paths)}")

    given = ([STDIN] if post == STDIN else pictures([post], passed_over=passed_over) for post in posts)
    return [name for names in given for name in names]


def _printer(*, as_json: bool, as_csv: bool) -> Show:
    from lineage import report as form

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    if as_json:
        return lambda report, evidence: print_json(form.as_json(report, evidence=evidence))
    if as_csv:
        table = csv.DictWriter(sys.stdout, form.COLUMNS)
        table.writeheader()
        return lambda report, evidence: table.writerow(form.as_row(report, evidence=evidence))
    out = answers()
    return lambda report, evidence: out.print(form.as_text(report, evidence=evidence))


def _show_failure(error: ImageError, *, as_json: bool) -> None:
    complain(str(error))
    if as_json:  # every post gets its line, so that a program sees which one has no answer
        print_json({"query": error.name, "verdict": None, "error": error.reason, "matches": []})
