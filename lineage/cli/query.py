"""`lineage query`: which assets were these posts made from?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.asking import Answer, Asked, Asker, opened_asker
from lineage.cli.kept import keep, key, wants_csv
from lineage.cli.output import (
    BackboneOption,
    FalseKnownOption,
    JsonOption,
    StoreOption,
    complain,
    in_number,
    remark,
    require_writable,
    some,
)
from lineage.cli.pictures import STDIN
from lineage.cli.queueing import Queueing
from lineage.cli.watching import Watch
from lineage.errors import ImageError, UsageError
from lineage.machine.one_line import one_line

if TYPE_CHECKING:
    from lineage.cli.forms import Told
    from lineage.cli.telling import Tell

NOVEL_EXIT_CODE = 4
VERDICTS = ("known", "review", "novel", "failed")


class Only(StrEnum):
    """A verdict that is shown."""

    KNOWN = "known"
    REVIEW = "review"
    NOVEL = "novel"


def query(
    posts: Annotated[
        list[str], typer.Argument(help="Pictures, folders or addresses; - for a picture on stdin.", show_default=False)
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
            help="Write answers to this .jsonl or .csv file; posts that it has answers to are not asked again.",
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
            help="Draw evidence into a folder: a picture for each post, and a page to look through them.",
        ),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Ask the `lineage serve` that answers there, which has the index open; else LINEAGE_SERVICE.",
            show_default=False,
        ),
    ] = None,
    server: Annotated[str | None, typer.Option(hidden=True)] = None,  # what some guess that --service is called
    queue: Annotated[
        bool,
        typer.Option("--queue", help="Keep posts that a person should look at for the review page of `lineage serve`."),
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Write nothing into the index: no asset is put under quarantine.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 4 if any post is novel, or with 1 if one failed.")
    ] = False,
) -> None:
    """Find the asset that each post was made from, or say that there is none.

    Example: lineage query post.jpg --evidence evidence
    """
    from lineage.settings import load_settings

    if service and server:
        raise UsageError("--server is --service by another name; give one of both")
    service = service or server
    form = _form(output, only, as_json=as_json, as_csv=as_csv)
    _require_one_place(service, store=store, backbone=backbone, false_known=false_known)
    if queue and read_only:
        raise UsageError("--read-only writes nothing, so that nothing is put into the queue; leave one of both out")
    names = _names(posts, once=output is not None)
    if evidence:
        require_writable(evidence)
    settings = load_settings(store=store, backbone=backbone, false_known=false_known, service=service)
    started = time.monotonic()
    asked = bool(settings.service)  # which remembers by itself, and has a queue
    with (
        Watch(settings, idle=read_only or asked) as watch,
        Queueing(settings, idle=not queue or asked) as queueing,
        opened_asker(settings, len(names), remembered=not read_only) as asker,
    ):
        seen = _both(watch, queueing)
        told, before = _tell_all(asker, names, seen, output=output, form=form, only=only, evidence=evidence)
    if output or len(names) > 1:
        remark(_summary(told, before, time.monotonic() - started))
    if told["failed"]:
        raise typer.Exit(1)
    if exit_code and told["novel"]:
        raise typer.Exit(NOVEL_EXIT_CODE)


def _require_one_place(service: str | None, **chosen: str | float | None) -> None:
    """`UsageError` where a service is to be asked and something is chosen that is the service's own."""
    if service and (given := next((name for name, value in chosen.items() if value is not None), "")):
        raise UsageError(f"the service at {service} has an index open already; leave --{given.replace('_', '-')} out")


def _form(output: Path | None, only: Sequence[Only] | None, *, as_json: bool, as_csv: bool) -> str:
    """How answers are told: `csv`, `json` or `words`.

    Raises:
        UsageError: flags do not go together, or a file to be written says nothing about its form
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    if output and only:
        raise UsageError("--output keeps every answer, or it could not go on later; leave --only out")
    if output:
        return "csv" if wants_csv(output, as_json=as_json, as_csv=as_csv) else "json"
    return "csv" if as_csv else "json" if as_json else "words"


def _tell_all(
    asker: Asker,
    names: Sequence[str],
    seen: Callable[[Asked], None],
    *,
    output: Path | None,
    form: str,
    only: Sequence[Only] | None,
    evidence: Path | None,
) -> tuple[Counter[str], int]:
    """How many posts have which verdict, and how many of them were told by an earlier run."""
    with (
        _evidence_page(evidence),
        _telling(output, asker.versions, form=form) as (tell, before),
    ):
        left = [name for name in names if name == STDIN or key(name) not in before]
        pending = {*left}
        told = Counter(_tell_again(name, before[key(name)]) for name in names if name not in pending)
        # Closed here, and its bar with it, not when the last traceback that knows it is gone.
        with closing(asker.ask(left)) as asked:
            for answer in asked:
                told[_tell(answer, tell, seen, only, evidence)] += 1
    return told, len(names) - len(left)


def _tell_again(name: str, told: Told) -> str:
    """The verdict of an earlier run; why a post failed is said as it was then."""
    if told.error:
        complain(str(ImageError(name, told.error)))
    return told.verdict


def _tell(
    answer: Answer,
    tell: Tell,
    seen: Callable[[Asked], None],
    only: Sequence[Only] | None,
    evidence: Path | None,
) -> str:
    """Tell one answer, unless others only are wanted; its verdict."""
    try:
        asked = answer.result()
    except ImageError as error:
        complain(str(error))
        if not only:
            tell.failure(error)
        return "failed"
    seen(asked)
    decision = asked.report.verdict.decision
    if not only or decision in only:
        tell.answer(asked.report, _save_evidence(asked, evidence))
    return decision


def _both(watch: Watch, queueing: Queueing) -> Callable[[Asked], None]:
    """What is done with every answer besides telling it."""

    def see(asked: Asked) -> None:
        watch.see(asked.report)
        queueing.see(asked)

    return see


@contextmanager
def _telling(
    output: Path | None, versions: Mapping[str, str], *, form: str
) -> Iterator[tuple[Tell, Mapping[str, Told]]]:
    """What tells answers to whoever asked, and what was told before, by post."""
    from lineage.cli.forms import CsvRows, JsonLines, Run
    from lineage.cli.telling import AnswerLines, PostLines, to_stdout

    run = Run(versions)
    if output:
        lines = CsvRows() if form == "csv" else JsonLines()
        with keep(output, lines, versions) as kept:
            yield AnswerLines(lines, run, kept.write), kept.before
    elif form == "words":
        yield PostLines(), {}
    else:
        yield to_stdout(run, as_csv=form == "csv"), {}


def _summary(told: Mapping[str, int], before: int, seconds: float) -> str:
    """`5,000 posts: 4,321 known, 300 review, 378 novel, 1 failed · 12.1 s`."""
    posts = sum(told.values())
    counts = ", ".join(f"{told.get(verdict, 0):,} {verdict}" for verdict in VERDICTS)
    earlier = f" · {before:,} of them answered before" if before else ""
    return f"{posts:,} {'post' if posts == 1 else 'posts'}: {counts} · {seconds:,.1f} s{earlier}"


def _save_evidence(asked: Asked, folder: Path | None) -> Path | None:
    if folder is None:
        return None
    from lineage.tell.evidence import write_evidence

    return write_evidence(asked.evidence(), asked.report.query, folder)


@contextmanager
def _evidence_page(folder: Path | None) -> Iterator[None]:
    """Lists the evidence of a folder when all is drawn."""
    if folder is None:
        yield
        return
    from lineage.tell.evidence import page_over

    with page_over(folder) as page:
        yield
    remark(f"to look through: {one_line(str(page))}")


def _names(posts: Sequence[str], *, once: bool) -> list[str]:
    """Every post by its path as given, `once` or as often as it is; a folder stands for the pictures below it."""
    from indexer.files.scan import HIDDEN, UNSUPPORTED, kinds
    from indexer.files.targets import Scanning, Target, pictures

    def passed_over(target: Target, scanned: Scanning) -> None:
        if paths := scanned.unsupported:
            files = in_number(len(paths), "file is", "files are")
            complain(f"{target}: {files} of an unsupported type and not asked about ({kinds(paths)}): {some(paths)}")
        others = [f"{n} {why}" for why, n in sorted(scanned.skipped.items()) if why not in {HIDDEN, UNSUPPORTED}]
        if others:
            complain(f"{target}: not asked about: {', '.join(others)}")

    given = ([STDIN] if post == STDIN else pictures([post], passed_over=passed_over) for post in posts)
    names = [name for names in given for name in names]
    return [*dict.fromkeys(names)] if once else names
