"""What `labels fit` and `labels report` are both told: which pictures show what, and who looks at them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import complain
from lineage.cli.pictures import files_below
from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.insight.labels.examples import Member
    from lineage.insight.labels.head import HeadRecipe
    from lineage.insight.labels.truth import LabelsForm, Truth

File = Annotated[Path, typer.Argument(help="CSV: first column the picture's path, then labels.", show_default=False)]
Columns = Annotated[
    str,
    typer.Option(
        "--labels", help="Columns with labels: one of text, with | between several labels, or several of 0 and 1."
    ),
]
Group = Annotated[str | None, typer.Option(help="Column of what belongs together (shoot, sender): never split.")]
Single = Annotated[bool, typer.Option("--single", help="A picture shows one class at most.")]
Other = Annotated[str, typer.Option(help="Labels that mean none of the classes, comma-separated.")]
Skip = Annotated[str, typer.Option(help="Labels whose pictures are left out, comma-separated.")]
Folder = Annotated[Path | None, typer.Option("--pictures", help="Folder of the pictures; else that of the CSV.")]
Negatives = Annotated[Path | None, typer.Option(help="Folder of further pictures, which show none of the classes.")]
Backbones = Annotated[
    str | None,
    typer.Option(
        "--backbone", help="Names, comma-separated: their answers are averaged; else that of the settings, or lite."
    ),
]
Regions = Annotated[
    str,
    typer.Option(
        "--region", help="What is looked at: whole, tiles, face, head, face@YUNET.onnx …; several are averaged."
    ),
]
Copies = Annotated[int, typer.Option(min=0, max=20, help="Posts made from each picture, to learn from.")]
Level = Annotated[
    float,
    typer.Option(
        "--false-labels",
        min=0.001,
        max=0.5,
        help="Share of pictures that show none of the classes and may get a label all the same.",
    ),
]
Search = Annotated[
    bool,
    typer.Option(
        "--search", help="Try several kernels and penalties, and keep those that do best on pictures held back for it."
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed on the same pictures gives the same model.")]


def form_of(columns: str, group: str | None, *, single: bool, other: str, skip: str) -> LabelsForm:
    """How the labels file is to be read."""
    from lineage.insight.labels.truth import LabelsForm

    return LabelsForm(words(columns), group, single, words(other), words(skip))


def read_labels(labels: Path, form: LabelsForm, *, pictures: Path | None, negatives: Path | None) -> Truth:
    """The truth that the options describe."""
    from lineage.insight.labels.truth import read_truth, with_negatives, with_same_together

    truth = read_truth(labels, form, pictures=pictures)
    return with_same_together(with_negatives(truth, files_below([negatives])) if negatives else truth)


def load_members(backbone: str | None, regions: str) -> tuple[list[str], list[Member]]:
    """Every backbone with every region: names by which the backbones are loaded, and the members."""
    from lineage.backbones.catalog import LITE
    from lineage.backbones.load import load
    from lineage.insight.labels.examples import Member
    from lineage.insight.labels.regions import region
    from lineage.settings import load_settings

    wanted = _several("--region", regions)
    for one in wanted:
        region(one)  # before the backbones are loaded
    loaded = {
        name: load(name) for name in _several("--backbone", load_settings(backbone=backbone).backbone or LITE.name)
    }
    pairs = [(name, one) for name in loaded for one in wanted]
    return [name for name, _ in pairs], [Member(loaded[name], one) for name, one in pairs]


def tell_too_few(labels: Path, false_labels: float) -> None:
    """That no picture gets a label, and why."""
    from lineage.decide.thresholds import samples_needed

    complain(
        f"{labels}: too few pictures of none to back --false-labels {false_labels:g}, at least "
        f"{samples_needed(false_labels)} unseen ones are needed: no picture gets a label; add some or raise the share"
    )


def recipes(*, search: bool) -> tuple[HeadRecipe, ...]:
    """The default recipe, or all that are searched."""
    from lineage.insight.labels.head import SEARCHED, HeadRecipe

    return SEARCHED if search else (HeadRecipe(),)


def _several(flag: str, text: str) -> tuple[str, ...]:
    """Parts between commas, each once; `UsageError` where there is none."""
    if not (found := tuple(dict.fromkeys(words(text)))):
        raise UsageError(f"{flag} names nothing; leave it out, or put a name between the commas")
    return found


def words(text: str) -> tuple[str, ...]:
    """Parts between commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
