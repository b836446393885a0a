"""`lineage labels predict`: give labels to pictures, or to what is in the index."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import JsonOption, StoreOption, print_json, print_row, progress_bar, say
from lineage.cli.pictures import Decoded, files_below
from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.insight.labels.model import LabelModel
    from lineage.insight.labels.predict import Labelled

CsvOption = Annotated[bool, typer.Option("--csv", help="CSV on stdout: a row for each picture.")]


def predict(
    model: Annotated[Path, typer.Argument(help="Model that `labels fit` wrote.", show_default=False)],
    pictures: Annotated[
        list[str] | None, typer.Argument(help="Pictures or folders; none with --index.", show_default=False)
    ] = None,
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
    if store and not index:
        raise UsageError("--store is where --index looks; leave it out, or label what is in the index")
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
        with closing(open_store(settings.store, server=settings.server)) as opened:
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


def _printer(model: LabelModel, *, as_json: bool, as_csv: bool) -> Callable[[Labelled], None]:
    if as_json:
        return lambda one: print_json(_record(model, one))
    if as_csv:
        print_row(["picture", "labels", "known", *model.classes])
        return lambda one: print_row(
            [one.name, "|".join(one.labels), round(one.known, 4), *(round(share, 4) for share in one.probabilities)]
        )
    return lambda one: say(f"{one.name}  {_said(model, one)}")


def _said(model: LabelModel, one: Labelled) -> str:
    shares = dict(zip(model.classes, one.probabilities, strict=True))
    return " · ".join(f"{label} {shares[label]:.2f}" for label in one.labels) or "none of the classes"


def _record(model: LabelModel, one: Labelled) -> dict[str, object]:
    shares = zip(model.classes, one.probabilities, strict=True)
    return {
        "picture": one.name,
        "labels": list(one.labels),
        "known": round(one.known, 4),
        "nearest": round(one.near, 4),
        "probabilities": {label: round(share, 4) for label, share in shares},
    }
