"""`lineage labels fit`: fit labels to pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineage.cli.labels import options
from lineage.cli.output import progress_bar, require_writable, say


def fit(
    labels: options.File,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Model to write, for `labels predict`.")],
    columns: options.Columns = "",
    group: options.Group = None,
    single: options.Single = False,
    other: options.Other = "",
    skip: options.Skip = "",
    pictures: options.Folder = None,
    negatives: options.Negatives = None,
    backbone: options.Backbones = None,
    region: options.Regions = "tiles",
    copies: options.Copies = 2,
    false_labels: options.Level = 0.05,
    search: options.Search = False,
    seed: options.Seed = 0,
) -> None:
    """Fit labels to nine tenths of the pictures, test them on the rest.

    Example: lineage labels fit brands.csv --output brands.labels
    """
    from lineage.insight.labels.examples import embed_examples
    from lineage.insight.labels.fitting import fit_model
    from lineage.insight.labels.model import save_model
    from lineage.insight.labels.splits import split
    from lineage.insight.labels.tables import trial_lines

    require_writable(output.absolute().parent)
    form = options.form_of(columns, group, single=single, other=other, skip=skip)
    truth = options.read_labels(labels, form, pictures=pictures, negatives=negatives)
    parts = split(truth, seed=seed)
    names, members = options.load_members(backbone, region)
    with progress_bar("looking", len(truth.names)) as progress:
        examples = embed_examples(truth.files, members, copies=copies, seed=seed, progress=progress)
    fitted = fit_model(
        truth,
        parts,
        examples,
        members,
        names,
        recipes=options.recipes(search=search),
        false_labels=false_labels,
        seed=seed,
    )
    save_model(fitted.model, output)
    if fitted.model.rule.never:
        options.tell_too_few(labels, false_labels)
    say(f"{output}: {len(truth.classes)} classes from {len(truth.names)} pictures")
    for line in trial_lines(fitted):
        say(f"        {line}")
