"""`lineage query`: which assets were these posts made from?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.ahead import ahead
from lineage.cli.kept import keep, key, wants_csv
from lineage.cli.output import (
    BackboneOption,
    FalseKnownOption,
    JsonOption,
    StoreOption,
    complain,
    counted,
    progress_bar,
    remark,
    require_writable,
    some,
)
from lineage.cli.pictures import STDIN, PostReader
from lineage.errors import ImageError, LineageError, UsageError
from lineage.one_line import one_line
from lineage.processors import processors

if TYPE_CHECKING:
    from lineage.cli.telling import Tell
    from lineage.engine import Engine
    from lineage.records import Picture, Report, Sighting
    from lineage.settings import Settings

NOVEL_EXIT_CODE = 4
AT_ONCE = 4  # posts of a folder: more threads than that mostly wait for the interpreter's lock
VERDICTS = ("known", "review", "novel", "failed")


class Only(StrEnum):
    """A verdict that is shown."""

    KNOWN = "known"
    REVIEW = "review"
    NOVEL = "novel"


def query(
    posts: Annotated[
        list[str], typer.Argument(help="Pictures or folders, addresses too; - for one on stdin.", show_default=False)
    ],
    *,
    store: StoreOption = None,
    backbone: BackboneOption = None,
    false_known: FalseKnownOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV on stdout: a row for each source of a post.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write answers to this .jsonl or .csv; if it was begun, go on with what is not in it.",
        ),
    ] = None,
    only: Annotated[
        list[Only] | None,
        typer.Option(help="Show posts of this verdict only; may be repeated."),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            "-e",
            metavar="FOLDER",
            help="Draw evidence into a folder: a picture a post, and a page over all.",
        ),
    ] = None,
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

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    if output and only:
        raise UsageError("--output keeps every answer, or it could not go on later; leave --only out")
    csv = wants_csv(output, as_json=as_json, as_csv=as_csv) if output else as_csv
    names = [*dict.fromkeys(_names(posts))] if output else _names(posts)  # a file has one answer a post
    if evidence:
        require_writable(evidence)
    settings = load_settings(store=store, backbone=backbone, false_known=false_known)
    sightings: list[Sighting] = []
    started = time.monotonic()
    at_once = min(len(names), processors(), AT_ONCE)
    with (
        PostReader(settings, at_once) as reader,
        open_engine(settings, threads=1 if at_once > 1 else None) as engine,
        _evidence_page(evidence),
        _telling(output, engine.versions, as_csv=csv, as_json=as_json) as (tell, before),
    ):
        left = [name for name in names if name == STDIN or key(name) not in before]
        told = Counter(before[key(name)] for name in {*names} - {*left})
        for answer in _asked(engine, reader, left, threads=at_once):
            try:
                picture, report = answer.result()
            except ImageError as error:
                told["failed"] += 1
                complain(str(error))
                if not only:
                    tell.failure(error)
                continue
            decision = report.verdict.decision
            told[decision] += 1
            sightings.append(sighting(report))
            if not only or decision in only:
                tell.answer(report, _save_evidence(engine, picture, report, evidence))
    if not read_only:
        _keep_watch(settings, sightings)
    if output or len(names) > 1:
        remark(_summary(told, len(names) - len(left), time.monotonic() - started))
    if told["failed"]:
        raise typer.Exit(1)
    if exit_code and told["novel"]:
        raise typer.Exit(NOVEL_EXIT_CODE)


@contextmanager
def _telling(
    output: Path | None, versions: Mapping[str, str], *, as_csv: bool, as_json: bool
) -> Iterator[tuple[Tell, Mapping[str, str]]]:
    """What tells answers to whoever asked, and the verdicts that were told before, by post."""
    from lineage.cli.forms import CsvRows, JsonLines, Run
    from lineage.cli.telling import Lines, Words, to_stdout

    run = Run(versions)
    if output:
        form = CsvRows() if as_csv else JsonLines()
        with keep(output, form, versions) as kept:
            yield Lines(form, run, kept.write), kept.before
    elif as_csv or as_json:
        yield to_stdout(run, as_csv=as_csv), {}
    else:
        yield Words(), {}


def _asked(
    engine: Engine, reader: PostReader, names: Sequence[str], *, threads: int
) -> Iterator[Future[tuple[Picture, Report]]]:
    """The answers as they come, with a bar that counts them."""
    with (
        closing(ahead(partial(_ask, engine, reader), names, threads=max(threads, 1))) as answers,
        progress_bar("asking", len(names)) as progress,
    ):
        for answer in answers:
            yield answer
            progress(1)


def _summary(told: Mapping[str, int], before: int, seconds: float) -> str:
    """`5,000 posts: 4,321 known, 300 review, 378 novel, 1 failed · 12.1 s`."""
    posts = sum(told.values())
    counts = ", ".join(f"{told.get(verdict, 0):,} {verdict}" for verdict in VERDICTS)
    earlier = f" · {before:,} of them answered before" if before else ""
    return f"{posts:,} {'post' if posts == 1 else 'posts'}: {counts} · {seconds:,.1f} s{earlier}"


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


@contextmanager
def _evidence_page(folder: Path | None) -> Iterator[None]:
    """Lists the evidence of a folder when all is drawn."""
    if folder is None:
        yield
        return
    from lineage.evidence import page_over

    with page_over(folder) as page:
        yield
    remark(f"to look through: {one_line(str(page))}")


def _keep_watch(settings: Settings, sightings: Sequence[Sighting]) -> None:
    from lineage.feedback.watch import keep_watch
    from lineage.store.journal import open_journal

    with closing(open_journal(settings.store, server=settings.server)) as journal:
        for note in keep_watch(journal, sightings):
            complain(
                f"{note.path} {note.reason} and is now under quarantine: posts that match it go to review; "
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
