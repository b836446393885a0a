"""`lineage train decision`: fit the calibrated decision to a library."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import BackboneOption, StoreOption, answers, complain, in_number, progress_bar, require_file
from lineage.decide.thresholds import POSTS
from lineage.errors import StoreMissing, UsageError
from lineage.machine.one_line import one_line
from lineage.settings import wrong_level

if TYPE_CHECKING:
    from lineage.decide.calibration import Calibration
    from lineage.settings import Settings
    from lineage.train.decision.resume import Begun
    from lineage.train.decision.table import Table

COLLECTING = ("posts", "seed", "store", "backbone", "with_feedback", "given", "truth")
"""Options of `decision` that say how evidence is collected."""


def decision(
    context: typer.Context,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write, for the setting `calibration`; else the index keeps the decision and uses it.",
        ),
    ] = None,
    store: StoreOption = None,
    backbone: BackboneOption = None,
    posts: Annotated[
        int,
        typer.Option(
            min=1,
            help="How many posts to make. Half of them are novel, each of another picture, and back --false-known.",
        ),
    ] = POSTS,
    false_known: Annotated[
        float, typer.Option(help="Share of novel posts that may be called known, 0.0001 to 0.5.")
    ] = 0.01,
    seed: Annotated[int, typer.Option(help="The same seed on the same index makes the same posts.")] = 0,
    with_feedback: Annotated[
        bool, typer.Option("--with-feedback", help="Learn from confirmed and rejected posts as well.")
    ] = False,
    given: Annotated[
        Path | None,
        typer.Option(help="Folder of further posts to learn from: photographs of prints, layouts with other content …"),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(help="CSV for --given: post, asset (empty: none), and group for posts that belong together."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            help="Keep the evidence about the posts in this file; if it is there, fit to it and ask nothing.",
            show_default=False,
        ),
    ] = None,
    ablate: Annotated[
        bool, typer.Option("--ablation", help="Print what each kind of evidence is worth, as Markdown.")
    ] = False,
) -> None:
    """Fit probabilities and thresholds to posts made from the index's own assets.

    A run that was interrupted goes on where it ended.

    Example: lineage train decision --posts 2000
    """
    from lineage.decide.calibration_file import save_calibration
    from lineage.settings import load_settings
    from lineage.train.decision.ablation import ablation
    from lineage.train.decision.backing import require_backing
    from lineage.train.decision.fit import fit
    from lineage.train.decision.table import load_table, save_table

    if wrong := wrong_level(false_known):
        raise UsageError(wrong)
    if bool(given) != bool(truth):
        raise UsageError("--given names a folder of posts and --truth a table about them; give both or none")
    settings = load_settings(store=store, backbone=backbone, false_known=0.0)  # the present one need not back the level
    file = output or _own(settings)
    for one in filter(None, (file, table)):
        require_file(one)
    if table and table.exists():
        _refuse_what_has_no_effect(context, table)
        evidence = load_table(table)
    else:
        require_backing(posts=posts, false_known=false_known)
        asked = _Asking(posts, seed, false_known, (given, truth) if given and truth else None, judged=with_feedback)
        evidence = _collected(settings, file, asked)
        if table:
            save_table(evidence, table)
    calibration = fit(evidence, name=output.stem if output else "own", false_known=false_known)
    save_calibration(calibration, file)
    _tell(calibration, evidence, file, with_feedback=with_feedback)
    if output is None:
        answers().print(f"used for the index at {one_line(settings.store)} from now on", markup=False)
    if ablate:
        answers().print(ablation(calibration, evidence), markup=False, soft_wrap=True)


def _tell(calibration: Calibration, evidence: Table, file: Path, *, with_feedback: bool) -> None:
    """What a fitted decision promises, and on what grounds."""
    from lineage.train.decision.promise import as_lines, measure_promises

    judged = int((evidence.picture < 0).sum())
    answers().print(
        f"{file}: expected false KNOWN ≤ {100 * calibration.false_known:.3g} % of novel posts"
        + (f"; {in_number(judged, 'judged post')} learned from" if judged or with_feedback else ""),
        markup=False,
    )
    for line in as_lines(calibration, measure_promises(calibration, evidence)):
        answers().print(line, markup=False)


def _refuse_what_has_no_effect(context: typer.Context, table: Path) -> None:
    """Refuse options that say how evidence is collected where it was collected before.

    Raises:
        UsageError: there are such options
    """
    sources = {name: context.get_parameter_source(name) for name in COLLECTING}
    given = [f"--{name.replace('_', '-')}" for name, source in sources.items() if source and source.name != "DEFAULT"]
    if given:
        raise UsageError(
            f"{table} holds evidence already, which is taken as it is, without regard to {', '.join(given)}; "
            "leave that out, or give --table another file to collect anew"
        )


def _own(settings: Settings) -> Path:
    """Where the index looks for a decision of its own."""
    from lineage.build import own_calibration
    from lineage.store import stamp_of

    stamp = stamp_of(settings.store, server=settings.server)
    if stamp is None:
        raise StoreMissing(f"no index at {settings.store}; make one with: lineage index DIR --store {settings.store}")
    return own_calibration(settings, stamp)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Which posts evidence is collected about.

    Attributes:
        posts, seed, false_known: of those that are made
        given: folder and table of those that were given, if any
        judged: whether those that people have judged are among them
    """

    posts: int
    seed: int
    false_known: float
    given: tuple[Path, Path] | None
    judged: bool


def _collected(settings: Settings, output: Path, asked: _Asking) -> Table:
    from lineage.build import open_engine
    from lineage.cli.feedback.deciding import opened_journal
    from lineage.train.decision.given import given_posts, given_trials
    from lineage.train.decision.resume import Begun
    from lineage.train.decision.table import collect
    from lineage.train.decision.trials import draw_trials, judged_posts, judged_trials

    with open_engine(settings, fitting=True) as engine, opened_journal(settings) as journal:
        store, longest = engine.store, settings.post_longest
        given, digest = given_posts(*asked.given) if asked.given else (0, "none")
        begun = Begun(
            output,
            {
                "index": store.stamp.index,
                "assets": str(store.count()),
                **engine.versions,
                "posts": str(asked.posts),
                "seed": str(asked.seed),
                "false_known": str(asked.false_known),
                "candidates": str(settings.candidates),
                "post_longest": str(longest),
                "judgements": str(sum(1 for _ in journal.notes()) if asked.judged else 0),
                "given": digest,
            },
        )
        table = _begun(begun)
        drawn = draw_trials(store, count=asked.posts, longest=longest, seed=asked.seed, false_known=asked.false_known)
        told = given_trials(*asked.given, store, longest=longest) if asked.given else ()
        judged, count = (judged_trials(journal, store), judged_posts(journal)) if asked.judged else ((), 0)
        with progress_bar("asking", asked.posts + given + count) as progress:
            collected = collect(engine, chain(drawn, told, judged), begun=table, keep=begun.save, progress=progress)
    begun.remove()
    return collected


def _begun(begun: Begun) -> Table | None:
    """What an interrupted run had collected, if that can be gone on with; a person is told."""
    table, why_not = begun.load()
    if why_not:
        complain(f"what an interrupted run had collected for {begun.output} is not gone on with: {why_not}")
    if table:
        complain(f"going on after {in_number(len(table.novel), 'post')} of an interrupted run")
    return table
