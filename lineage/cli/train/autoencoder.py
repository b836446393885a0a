"""`lineage train autoencoder`: fit the restoration autoencoder, or the plain one, to pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lineage.cli.bar import PARTS, in_parts
from lineage.cli.output import answers, nothing_kept, progress_bar, require_file
from lineage.errors import UsageError
from lineage.machine.whole_file import whole

if TYPE_CHECKING:
    from lineage.verify.restore.shape import Shape

LossName = Literal["mse", "l1", "ms-ssim", "perceptual"]
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})  # as which a sheet can be written


def autoencoder(
    paths: Annotated[list[Path], typer.Argument(metavar="PICTURES", help="Folders or files.", show_default=False)],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; use it by the setting `restorer`.")],
    plain: Annotated[
        bool, typer.Option("--plain", help="Fit one that only redraws this library; queries cannot use it.")
    ] = False,
    show: Annotated[Path | None, typer.Option(help="Picture to write: originals above, redrawn below.")] = None,
    start: Annotated[Path | None, typer.Option(help="Weights to start from, to fit them to one library.")] = None,
    pictures: Annotated[
        int, typer.Option(min=50, help="How many to train on at most; spread evenly over those given.")
    ] = 4000,
    loss: Annotated[LossName, typer.Option(help="How the error of a redrawn picture is measured.")] = "l1",
    margin: Annotated[float, typer.Option(min=0, help="Weight of telling copies from look-alikes.")] = 1.0,
    side: Annotated[
        int | None,
        typer.Option(
            min=32, max=512, help="Longer side of the pictures, px; else that of --start, or 128, or 64 with --plain."
        ),
    ] = None,
    width: Annotated[
        int | None, typer.Option(min=8, max=128, help="Channels of the first stage; else those of --start, or 32.")
    ] = None,
    halvings: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=6,
            help="How often the sides are halved down to the bottleneck; else as in --start, or 3, or 4 with --plain.",
        ),
    ] = None,
    code: Annotated[
        int | None, typer.Option(min=1, max=512, help="Channels of the bottleneck; else those of --start, or 16.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Optimiser steps, at most.")] = 2500,
    minutes: Annotated[float, typer.Option(min=0, help="Wall time of training, at most; 0: no limit.")] = 0.0,
    bfloat16: Annotated[bool, typer.Option("--bfloat16", help="Half precision, on a processor that has it.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed on the same pictures gives the same run.")] = 0,
) -> None:
    """Fit the autoencoder that restores posts; one picture in ten is held back to say what came of it.

    A run that is interrupted leaves nothing and begins anew; --minutes ends one early and keeps what it has learned.

    Example: lineage train autoencoder /dam --output restore.safetensors --minutes 20
    """
    from PIL import Image

    from indexer.files.scan import Scan, require
    from lineage.train.autoencoder.gallery import evenly, read_pictures
    from lineage.train.autoencoder.model import load_model
    from lineage.train.autoencoder.plain import SHAPE
    from lineage.train.autoencoder.recipe import AutoencoderRecipe
    from lineage.train.autoencoder.runs import fit_plain, fit_restoring
    from lineage.verify.restore.shape import Shape

    require_file(output)
    if show:
        require_file(show, suffixes=PICTURES)
    for path in paths:
        require(path)
    if start and plain:
        raise UsageError("--start is for the form that restores; the plain one is always fitted anew")
    files = evenly([Path(place.root, place.path) for path in paths for place in Scan(path)], pictures)
    base = SHAPE if plain else load_model(start).shape if start else Shape()
    shape = _shape(base, side=side, width=width, halvings=halvings, code=code)
    recipe = AutoencoderRecipe(shape, loss, margin, steps, minutes, bfloat16=bfloat16, seed=seed)
    with progress_bar("reading", len(files)) as advance:
        read = read_pictures(files, progress=advance)
    with nothing_kept(), progress_bar("training", PARTS) as advance:
        report = in_parts(advance)
        if plain:
            outcome = fit_plain(read, recipe, output=output, report=report)
        else:
            outcome = fit_restoring(read, recipe, output=output, start=start, report=report)
    if show:
        with whole(show) as part:
            Image.fromarray(outcome.sheet).save(part)
    answers().print(f"{output}: {outcome.summary}", markup=False)


def _shape(base: Shape, **switches: int | None) -> Shape:
    from lineage.verify.restore.departure import CELLS
    from lineage.verify.restore.shape import GROUPS

    shape = replace(base, **{name: value for name, value in switches.items() if value is not None})
    step = max(2**shape.halvings, CELLS)
    if shape.side % step:
        raise UsageError(f"--side {shape.side} cannot be halved {shape.halvings} times; use a multiple of {step}")
    if shape.width % GROUPS:
        raise UsageError(f"--width {shape.width} is no multiple of {GROUPS}")
    return shape
