"""`lineage scale`: how large may the library become on this machine?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineage.cli.output import BackboneOption, StoreOption, answers, errors, progress_bar, require_writable
from lineage.errors import UsageError


def scale(
    folder: Annotated[Path, typer.Argument(help="For the large index, and what is measured.", show_default=False)],
    sizes: Annotated[str, typer.Option(help="How many assets, with commas between.")] = "10000,100000",
    *,
    vectors_only: Annotated[
        bool, typer.Option("--vectors-only", help="Store vectors alone, where the disk is too small for the rest.")
    ] = False,
    posts: Annotated[int, typer.Option(min=1, help="Posts asked at each size.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds make equal assets and posts.")] = 0,
    store: StoreOption = None,
    backbone: BackboneOption = None,
) -> None:
    """Measure what a much larger library would cost on this machine: disk, memory, time.

    An index in FOLDER is filled with the assets at --store and made-up ones like them. A run that was broken off
    goes on where it ended.

    Example: lineage scale /scratch/large --sizes 10000,100000,1000000 --store /srv/lineage
    """
    from eval.speed.large.rows import LEGEND, markdown
    from eval.speed.large.run import Plan, run
    from lineage.settings import load_settings

    require_writable(folder)
    plan = Plan(folder, _numbers(sizes), vectors_only, posts, seed)
    rows = []
    try:
        for row in run(plan, load_settings(store=store, backbone=backbone), progress=progress_bar):
            rows.append(row)
    finally:  # what was measured is not lost with a size that does not fit
        if rows:
            answers().print(markdown(rows), markup=False)
            errors().print(LEGEND, markup=False)


def _numbers(sizes: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(size) for size in sizes.split(","))
    except ValueError as error:
        raise UsageError(f"--sizes must be whole numbers with commas between, not {sizes!r}") from error
    if min(numbers) < 1:
        raise UsageError(f"--sizes must be at least 1, not {min(numbers)}")
    return numbers
