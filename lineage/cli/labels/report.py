"""`lineage labels report`: put labels to the test."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.labels import options
from lineage.cli.output import progress_bar, require_writable, say, width_of_answers
from lineage.cli.pictures import files_below

if TYPE_CHECKING:
    from lineage.insight.labels.report import LabelsReport

STRANGERS = 500  # drawn from the folder; more would not make their figure any surer


def report(
    labels: options.File,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for report.html, report.json, plots and TensorBoard events.")
    ],
    columns: options.Columns = "",
    group: options.Group = None,
    single: options.Single = False,
    other: options.Other = "",
    skip: options.Skip = "",
    pictures: options.Folder = None,
    negatives: options.Negatives = None,
    strangers: Annotated[Path | None, typer.Option(help="Folder of pictures of something else; 500 are drawn.")] = None,
    backbone: options.Backbones = None,
    region: options.Regions = "tiles",
    copies: options.Copies = 2,
    false_labels: options.Level = 0.05,
    search: options.Search = False,
    seed: options.Seed = 0,
) -> None:
    """Test labels on every picture: ten times fitted to nine tenths, beside nearest neighbours.

    Example: lineage labels report brands.csv --output report --strangers holiday
    """
    from lineage.insight.labels.examples import embed_examples
    from lineage.insight.labels.learning import TEST, learning_curve
    from lineage.insight.labels.report import make_report, write_report
    from lineage.insight.labels.splits import PARTS, split
    from lineage.insight.labels.trial import run_trial

    require_writable(output)
    form = options.form_of(columns, group, single=single, other=other, skip=skip)
    truth = options.read_labels(labels, form, pictures=pictures, negatives=negatives)
    parts = split(truth, seed=seed)
    foreign = _drawn(strangers, seed=seed) if strangers else []
    _, members = options.load_members(backbone, region)
    recipes = options.recipes(search=search)
    with progress_bar("looking", len(truth.names) + len(foreign)) as progress:
        examples = embed_examples(truth.files, members, copies=copies, seed=seed, progress=progress)
        elsewhere = embed_examples(foreign, members, copies=0, seed=seed, progress=progress)
    with progress_bar("testing", PARTS) as progress:
        outcomes = run_trial(
            truth,
            examples,
            parts,
            strangers={name: vectors[:, 0] for name, vectors in elsewhere.items()},
            recipes=recipes,
            false_labels=false_labels,
            seed=seed,
            progress=progress,
        )
    if any(rule.never for outcome in outcomes.values() for rule in outcome.rules):
        options.tell_too_few(labels, false_labels)
    name, vectors = next(iter(examples.items()))
    chosen = outcomes[name].recipes[TEST]
    curve = learning_curve(truth, vectors, parts, chosen, seed=seed)
    result = make_report(truth, outcomes, curve)
    write_report(result, truth, outcomes, output, title=labels.name)
    _show(result, len(truth.names), output)


def _drawn(folder: Path, *, seed: int) -> list[Path]:
    files = files_below([folder])
    return sorted(random.Random(seed).sample(files, min(STRANGERS, len(files))))


def _show(result: LabelsReport, pictures: int, output: Path) -> None:
    from lineage.insight.labels.tables import aligned_columns, comparison

    for title, rows, signed in (
        (f"{pictures} held-out pictures", result.rows, False),
        ("posts made from them", result.posts, False),
        ("better than nearest neighbours by", result.above, True),
        ("what keeps labels off the rest", result.guards, False),
    ):
        if rows:
            for line in (*aligned_columns(comparison(rows, title=title, signed=signed), room=width_of_answers()), ""):
                say(line)
    say("in brackets 95 % intervals; the page says what each figure means")
    say(str(output / "report.html"))
