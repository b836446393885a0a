"""`lineage train …`: fit parts of the recogniser to a library."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.help import Command, Group
from lineage.cli.output import BackboneOption, StoreOption, answers, progress_bar, require_file
from lineage.conformal import POSTS
from lineage.errors import UsageError
from lineage.settings import wrong_level

if TYPE_CHECKING:
    from lineage.train.table import Table

COLLECTING = ("posts", "seed", "store", "backbone", "with_feedback")
"""Options of `decision` that say how evidence is collected."""

app = typer.Typer(cls=Group, help="Fit parts of the recogniser to a library.", no_args_is_help=True)


@app.command("decision", cls=Command)
def decision(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; use it by the setting `calibration`.")],
    *,
    store: StoreOption = None,
    backbone: BackboneOption = None,
    posts: Annotated[
        int,
        typer.Option(
            min=1, help="Posts to make; one in four, each of another picture, backs the level of --false-known."
        ),
    ] = POSTS,
    false_known: Annotated[
        float, typer.Option(help="Share of novel posts that may be called known, 0.0001 to 0.5.")
    ] = 0.01,
    seed: Annotated[int, typer.Option(help="The same seed on the same index makes the same posts.")] = 0,
    with_feedback: Annotated[
        bool, typer.Option("--with-feedback", help="Learn from confirmed and rejected posts as well.")
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(help="Keep the evidence in this file; where it is there already, take it.", show_default=False),
    ] = None,
    ablate: Annotated[
        bool, typer.Option("--ablation", help="Print what each kind of evidence is worth, as Markdown.")
    ] = False,
) -> None:
    """Fit probabilities and thresholds on posts made from the index's own assets.

    Example: lineage train decision --output decision.json --posts 2000
    """
    from lineage.decide import save_calibration
    from lineage.train.ablation import ablation, level_check
    from lineage.train.backing import require_backing
    from lineage.train.decision import fit, found_share
    from lineage.train.table import load_table, save_table

    if wrong := wrong_level(false_known):
        raise UsageError(wrong)
    for file in filter(None, (output, table)):
        require_file(file)
    if table and table.exists():
        _refuse_what_has_no_effect(context, table)
        evidence = load_table(table)
    else:
        require_backing(posts=posts, false_known=false_known)
        evidence = _collected(
            store, backbone, posts=posts, seed=seed, with_feedback=with_feedback, false_known=false_known
        )
        if table:
            save_table(evidence, table)
    calibration = fit(evidence, name=output.stem, false_known=false_known)
    save_calibration(calibration, output)
    promises, seen, judged = calibration.guarantees, level_check(calibration), int((evidence.picture < 0).sum())
    checked = (
        "too few to let one half judge the other" if seen is None else f"{seen:.2%} where one half judges the other"
    )
    answers().print(
        f"{output}: expected false known at most {false_known:.2%} of the novel posts, as held-back ones say, each of "
        f"another picture ({checked}); "
        f"{found_share(calibration, evidence):.0%} of the held-back known posts are called known with the right file"
        + (f"; {judged} judged posts were learned from" if judged or with_feedback else ""),
        markup=False,
    )
    for promise in promises:
        answers().print(
            f"  {promise.group or 'all posts'}: {promise.samples} novel posts, known from {promise.known_from:.3f}, "
            f"review from {promise.review_from:.3f}",
            markup=False,
        )
    if ablate:
        answers().print(ablation(calibration, evidence), markup=False, soft_wrap=True)


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


def _collected(
    store: str | None, backbone: str | None, *, posts: int, seed: int, with_feedback: bool, false_known: float
) -> Table:
    from lineage.build import open_engine
    from lineage.cli.deciding import opened_journal
    from lineage.settings import load_settings
    from lineage.train.table import collect
    from lineage.train.trials import draw_trials, judged_trials

    # The level is one for the fit; the present calibration need not back it.
    settings = load_settings(store=store, backbone=backbone, false_known=0.0)
    with (
        open_engine(settings, fitting=True) as engine,
        opened_journal(settings) as journal,
        progress_bar("asking", posts) as progress,
    ):
        drawn = draw_trials(
            engine.store, count=posts, longest=settings.post_longest, seed=seed, false_known=false_known
        )
        judged = judged_trials(journal, engine.store) if with_feedback else ()
        return collect(engine, chain(drawn, judged), progress=progress)
