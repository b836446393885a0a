"""`lineage backbone …`: which networks there are, and which of them are here."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.help import Command, TaskGroup
from lineage.cli.output import JsonOption, answers, print_json, progress_bar

app = typer.Typer(cls=TaskGroup, help="List the networks that describe pictures, and fetch one.", no_args_is_help=True)


@app.command("list", cls=Command)
def list_(as_json: JsonOption = False) -> None:
    """List every backbone: how many numbers it makes of a picture, its licence, and whether its weights are here.

    Example: lineage backbone list
    """
    from lineage.backbones.catalog import CATALOG
    from lineage.backbones.fetch import SSCD
    from lineage.backbones.load import FORMS

    rows = [(spec.name, spec.dim, spec.input_size, spec.licence, "comes with lineage") for spec in CATALOG.values()]
    rows.append((SSCD.name, SSCD.dim, SSCD.input_size, SSCD.licence, _sscd()))
    if as_json:
        for name, dim, size, licence, weights in rows:
            print_json({"name": name, "dim": dim, "input": size, "licence": licence, "weights": weights})
        return
    out = answers()
    for name, dim, size, licence, weights in rows:
        out.print(f"{name:6} {dim} numbers a picture, looks at {size} px, {licence}: {weights}", markup=False)
    files = ", ".join(form for form in FORMS if ":" in form)
    out.print(f"and files of your own: {files}", markup=False)


@app.command("fetch", cls=Command)
def fetch(
    name: Annotated[str, typer.Argument(help="sscd; the others come with lineage.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Download the weights of a backbone, and check them. A download that was broken off goes on where it ended.

    Example: lineage backbone fetch sscd
    """
    from lineage.backbones import fetch as published
    from lineage.errors import UsageError

    weights = published.SSCD
    if name != weights.name:
        raise UsageError(f"{name}: nothing to fetch by that name; there is {weights.name}")
    with progress_bar("fetching", weights.size) as progress:
        file = published.fetch(weights, progress=progress)
    if as_json:
        print_json({"name": name, "file": str(file), "sha256": weights.sha256, "licence": weights.licence})
    else:
        answers().print(f"{file}: {weights.size:,} bytes, SHA-256 {weights.sha256}, {weights.licence}", markup=False)


def _sscd() -> str:
    from lineage.backbones.fetch import find_sscd
    from lineage.errors import LineageError

    try:
        kind, file = find_sscd()
    except LineageError as error:
        return str(error)
    return f"here, as {kind}: {file}"
