"""`lineage labels …`: which of the given classes do pictures show, if any?"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import JsonOption, StoreOption, answers, print_json, progress_bar, require_writable
from lineage.cli.pictures import Decoded, files_below
from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.insight.labels.examples import Member
    from lineage.insight.labels.head import Recipe
    from lineage.insight.labels.model import LabelModel
    from lineage.insight.labels.predict import Labelled

app = typer.Typer(help="Labels on pictures: fit them, give them, test them.", no_args_is_help=True)

STRANGERS = 500  # drawn from the folder; more would not make their figure any surer
CsvOption = Annotated[bool, typer.Option("--csv", help="One CSV row a picture on stdout.")]
File = Annotated[Path, typer.Argument(help="CSV: first column the picture's path, then labels.", show_default=False)]
Columns = Annotated[
    str, typer.Option("--labels", help="Columns with labels: one of text (several between |), or several of 0 and 1.")
]
Group = Annotated[str | None, typer.Option(help="Column of what belongs together (shoot, sender): never split.")]
Single = Annotated[bool, typer.Option("--single", help="A picture shows one class at most.")]
Other = Annotated[str, typer.Option(help="Labels that mean none of the classes, comma-separated.")]
Skip = Annotated[str, typer.Option(help="Labels whose pictures are left out, comma-separated.")]
Folder = Annotated[Path | None, typer.Option("--pictures", help="Folder of the pictures; else that of the CSV.")]
Backbones = Annotated[
    str | None, typer.Option("--backbone", help="Names, comma-separated: their answers are averaged; else the setting.")
]
Regions = Annotated[str, typer.Option("--region", help="whole, tiles, face, head; several are averaged.")]
Copies = Annotated[int, typer.Option(min=0, max=20, help="Posts made from each picture, to learn from.")]
Level = Annotated[
    float, typer.Option("--false-labels", min=0.001, max=0.5, help="Share of pictures of none that may get one.")
]
Search = Annotated[bool, typer.Option("--search", help="Choose the head's kernel and penalty on validation pictures.")]
Seed = Annotated[int, typer.Option(help="Of splits, manipulations and landmarks.")]


@app.command("fit")
def fit(
    labels: File,
    *,
    output: Annotated[Path, typer.Option(help="Model to write, for `labels predict`.")],
    columns: Columns = "",
    group: Group = None,
    single: Single = False,
    other: Other = "",
    skip: Skip = "",
    pictures: Folder = None,
    backbone: Backbones = None,
    region: Regions = "tiles",
    copies: Copies = 2,
    false_labels: Level = 0.05,
    search: Search = False,
    seed: Seed = 0,
) -> None:
    """Fit labels to nine tenths of the pictures, test them on the rest.

    Example: lineage labels fit brands.csv --output brands.labels
    """
    from lineage.insight.labels.examples import embed_examples
    from lineage.insight.labels.fitting import fit_model
    from lineage.insight.labels.model import save_model
    from lineage.insight.labels.splits import split
    from lineage.insight.labels.tables import cell
    from lineage.insight.labels.truth import Form, read_truth

    require_writable(output.absolute().parent)
    form = Form(_words(columns), group, single, _words(other), _words(skip))
    truth = read_truth(labels, form, pictures=pictures)
    parts = split(truth, seed=seed)
    names, members = _members(backbone, region)
    with progress_bar("looking", len(truth.names)) as progress:
        examples = embed_examples(truth.files, members, copies=copies, seed=seed, progress=progress)
    fitted = fit_model(
        truth, parts, examples, members, names, recipes=_recipes(search=search), false_labels=false_labels, seed=seed
    )
    save_model(fitted.model, output)
    wrong = f", false labels on none {cell(fitted.false_labels)}" if fitted.false_labels else ""
    answers().print(
        f"{output}: {len(truth.classes)} classes from {len(truth.names)} pictures; on {fitted.test} held-out ones "
        f"macro F1 {cell(fitted.macro_f1)}{wrong}",
        markup=False,
    )


@app.command("report")
def report(
    labels: File,
    *,
    output: Annotated[Path, typer.Option(help="Folder for report.html, report.json, plots and TensorBoard events.")],
    columns: Columns = "",
    group: Group = None,
    single: Single = False,
    other: Other = "",
    skip: Skip = "",
    pictures: Folder = None,
    strangers: Annotated[Path | None, typer.Option(help="Folder of pictures of something else; 500 are drawn.")] = None,
    backbone: Backbones = None,
    region: Regions = "tiles",
    copies: Copies = 2,
    false_labels: Level = 0.05,
    search: Search = False,
    seed: Seed = 0,
) -> None:
    """Test labels on every picture: ten times fitted to nine tenths, beside nearest neighbours.

    Example: lineage labels report brands.csv --output report --strangers holiday
    """
    from lineage.insight.labels.examples import embed_examples
    from lineage.insight.labels.learning import learning_curve
    from lineage.insight.labels.report import make_report, write_report
    from lineage.insight.labels.splits import PARTS, split
    from lineage.insight.labels.tables import aligned, comparison
    from lineage.insight.labels.trial import run_trial
    from lineage.insight.labels.truth import Form, read_truth

    require_writable(output)
    form = Form(_words(columns), group, single, _words(other), _words(skip))
    truth = read_truth(labels, form, pictures=pictures)
    parts = split(truth, seed=seed)
    _, members = _members(backbone, region)
    recipes = _recipes(search=search)
    foreign = (
        sorted(random.Random(seed).sample(found := files_below([strangers]), min(STRANGERS, len(found))))
        if strangers
        else []
    )
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
    curve = learning_curve(truth, next(iter(examples.values())), parts, recipes[0], seed=seed)
    result = make_report(truth, outcomes, curve)
    write_report(result, truth, outcomes, output, title=labels.name)
    out = answers()
    for title, rows, signed in (
        (f"{len(truth.names)} held-out pictures", result.rows, False),
        ("posts made from them", result.posts, False),
        ("above nearest neighbours", result.above, True),
        ("open world", result.guards, False),
    ):
        if rows:
            out.print(f"{title}\n", *aligned(comparison(rows, signed=signed)), sep="\n", markup=False)
    out.print(f"{output / 'report.html'}", markup=False)


@app.command("predict")
def predict(
    model: Annotated[Path, typer.Argument(help="Model of `labels fit`.", show_default=False)],
    pictures: Annotated[list[str] | None, typer.Argument(help="Pictures or folders.", show_default=False)] = None,
    index: Annotated[bool, typer.Option("--index", help="Label the assets of the index at --store.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Say which classes pictures show, or none.

    Example: lineage labels predict brands.labels posts --csv
    """
    from lineage.backbones.load import load
    from lineage.insight.labels import predict as heads
    from lineage.insight.labels.examples import LONGEST
    from lineage.insight.labels.model import load_model

    if bool(pictures) == index:
        raise UsageError("name pictures or folders, or ask for what is in the index with --index")
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    fitted = load_model(model)
    members = heads.load_members(fitted, load)
    show = _printer(fitted, as_json=as_json, as_csv=as_csv)
    if index:
        from lineage.insight.labels.catalogue import label_assets
        from lineage.settings import load_settings
        from lineage.store import open_store

        settings = load_settings(store=store)
        with closing(open_store(settings.store, api_key=settings.api_key)) as opened:
            for _, labelled in label_assets(fitted, members, opened):
                show(labelled)
        return
    files = files_below(pictures or [])
    with progress_bar("looking", len(files)) as progress:
        decoded = Decoded(files, LONGEST, progress)
        for labelled in heads.predict(fitted, members, decoded):
            show(labelled)
    if decoded.failed:
        raise typer.Exit(1)


@app.command("zero-shot")
def zero_shot(
    pictures: Annotated[list[str], typer.Argument(help="Pictures or folders.", show_default=False)],
    text: Annotated[list[str], typer.Option(help="A sentence, such as 'a bottle of lemonade'; give several.")],
    backbone: Annotated[str, typer.Option(help="open_clip:MODEL@FILE: only these have a text tower.")],
    as_json: JsonOption = False,
) -> None:
    """Say which sentence fits each picture best; nothing is fitted.

    Example: lineage labels zero-shot posts --text "a bottle" --text "something else" --backbone open_clip:RN50@rn50.pt
    """
    from lineage.insight.labels.examples import LONGEST
    from lineage.insight.labels.zero_shot import compare, read_sentences

    files = files_below(pictures)
    embedder, sentences = read_sentences(backbone, text)
    decoded = Decoded(files, LONGEST)
    out = answers()
    for name, shares in compare(embedder, sentences, decoded):
        if as_json:
            print_json({"picture": name, "probabilities": {key: round(share, 4) for key, share in shares.items()}})
        else:
            best = max(shares, key=shares.__getitem__)
            out.print(f"{name}  {best} {shares[best]:.2f}", markup=False)
    if decoded.failed:
        raise typer.Exit(1)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _members(backbone: str | None, region: str) -> tuple[list[str], list[Member]]:
    """Every backbone with every region: names by which the backbones are loaded, and the members."""
    from lineage.backbones.load import load
    from lineage.insight.labels.examples import Member
    from lineage.insight.labels.regions import require_region
    from lineage.settings import load_settings

    for one in _words(region):
        require_region(one)
    loaded = {name: load(name) for name in _words(load_settings(backbone=backbone).backbone)}
    pairs = [(name, one) for name in loaded for one in _words(region)]
    return [name for name, _ in pairs], [Member(loaded[name], one) for name, one in pairs]


def _drawn(folder: Path, *, seed: int) -> list[Path]:
    files = files_below([folder])
    return sorted(random.Random(seed).sample(files, min(STRANGERS, len(files))))


def _recipes(*, search: bool) -> tuple[Recipe, ...]:
    from lineage.insight.labels.head import SEARCHED, Recipe

    return SEARCHED if search else (Recipe(),)


def _printer(model: LabelModel, *, as_json: bool, as_csv: bool) -> Callable[[Labelled], None]:
    if as_json:
        return lambda one: print_json(_record(model, one))
    if as_csv:
        table = csv.writer(sys.stdout)
        table.writerow(["picture", "labels", "known", *model.classes])
        return lambda one: table.writerow(
            [one.name, "|".join(one.labels), round(one.known, 4), *(round(share, 4) for share in one.probabilities)]
        )
    out = answers()
    return lambda one: out.print(f"{one.name}  {_said(model, one)}", markup=False)


def _said(model: LabelModel, one: Labelled) -> str:
    shares = dict(zip(model.classes, one.probabilities, strict=True))
    return " · ".join(f"{label} {shares[label]:.2f}" for label in one.labels) or "none"


def _record(model: LabelModel, one: Labelled) -> dict[str, object]:
    shares = zip(model.classes, one.probabilities, strict=True)
    return {
        "picture": one.name,
        "labels": list(one.labels),
        "known": round(one.known, 4),
        "nearest": round(one.near, 4),
        "probabilities": {label: round(share, 4) for label, share in shares},
    }
