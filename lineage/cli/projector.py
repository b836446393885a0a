"""`lineage projector`: the vectors of an index or a folder as a map."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import OwnBackboneOption, StoreOption, complain, progress_bar, require_writable, say
from lineage.cli.pictures import Decoded, files_below
from lineage.errors import UsageError
from lineage.machine.whole_file import write_whole

if TYPE_CHECKING:
    from lineage.insight.projector.points import Points
    from lineage.settings import Settings


def projector(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of pictures, described by --backbone; else what is in the index.", show_default=False
        ),
    ] = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for projector.html, maps as pictures, TensorBoard files.")
    ],
    method: Annotated[str, typer.Option(help="pca, tsne, umap, comma-separated.")] = "pca,tsne,umap",
    dimensions: Annotated[int, typer.Option(min=2, max=3, help="2 or 3.")] = 2,
    groups: Annotated[
        Path | None, typer.Option(help="CSV: path in the first column; colours the map by --by, else by folder.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Column of --groups: campaign …; else label.")] = None,
    sample: Annotated[int, typer.Option(min=5, max=20_000, help="At most so many pictures, drawn at random.")] = 5000,
    seed: Annotated[int, typer.Option(help="The same seed draws the same sample and the same maps.")] = 0,
    store: StoreOption = None,
    backbone: OwnBackboneOption = None,
) -> None:
    """Draw a map of pictures on which like lies beside like: an HTML page, pictures, and files for TensorBoard.

    Example: lineage projector --output map --method umap
    """
    from lineage.insight.projector.board import write_board
    from lineage.insight.projector.page import render_page
    from lineage.insight.projector.plot import draw_map
    from lineage.insight.projector.reduce import reduce, require_methods, trust
    from lineage.settings import load_settings

    methods = [name.strip() for name in method.split(",") if name.strip()]
    require_methods(methods)
    if by and not groups:
        raise UsageError(f"--by is a column of --groups; name its table, or leave --by {by} out")
    if folder and store:
        raise UsageError("--store is not looked at where a folder is named; leave one of them out")
    if backbone and not folder:
        raise UsageError("--backbone is for a folder; an index has its vectors already, so leave it out")
    require_writable(output)
    table = _table(groups, by or "label") if groups else None
    settings = load_settings(store=store, backbone=backbone)
    if folder:
        points, left, failed = _folder(folder, settings, sample, seed, table)
    else:
        (points, left), failed = _index(settings, sample, seed, table), 0
    if table and left:
        complain(f"{groups}: {len(left)} of {len(table)} entries match no picture, first {left[0]}")
    title = str(folder or settings.store)
    maps, trusts = {}, {}
    with progress_bar("projecting", len(methods)) as progress:
        for name in methods:
            maps[name] = reduce(points.vectors, name, dimensions=dimensions, seed=seed)
            trusts[name] = trust(points.vectors, maps[name], seed=seed)
            progress(1)
    page = render_page(points, maps, trusts, title=title)
    write_whole(output / "projector.html", page)
    write_board(points, maps, output / "tensorboard")
    for name, map_ in maps.items():
        drawing = draw_map(points, map_, title=f"{name}, {len(points.names)} pictures")
        write_whole(output / f"{name}.png", drawing)
        say(f"{name:<5} neighbours on the map are near in truth: {trusts[name]:.2f} (1: all of them)")
    say(f"{output / 'projector.html'}: {len(points.names)} of {points.total} pictures")
    if failed:
        raise typer.Exit(1)


def _table(file: Path, by: str) -> Mapping[str, str]:
    from lineage.read.tables import read_rows

    rows = read_rows(file, needed=(by,))
    first = next(iter(rows[0]))
    return {row[first]: row[by] for row in rows}


def _unmatched(table: Mapping[str, str], names: Iterable[str]) -> list[str]:
    from lineage.insight.projector.points import forms
    from lineage.read.tables import unmatched_entries

    return unmatched_entries(table, (form for name in names for form in forms(name)))


def _index(
    settings: Settings, sample: int, seed: int, groups: Mapping[str, str] | None
) -> tuple[Points, Sequence[str]]:
    """The points, and the entries of the table that match no asset."""
    from lineage.insight.projector.points import points_of_index
    from lineage.store import open_store

    with closing(open_store(settings.store, server=settings.server)) as store:
        points = points_of_index(store, sample=sample, seed=seed, groups=groups)
        batches = store.ids() if groups else ()
        paths = (asset.path for ids in batches for asset in store.assets(ids).values())
        return points, _unmatched(groups or {}, paths)


def _folder(
    folder: Path, settings: Settings, sample: int, seed: int, groups: Mapping[str, str] | None
) -> tuple[Points, Sequence[str], int]:
    """The points, the entries of the table that match no file, and how many of the files drawn could not be read."""
    from lineage.backbones.load import load
    from lineage.insight.projector.points import points_of_pictures

    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder")
    files = files_below([folder])
    drawn = sorted(random.Random(seed).sample(files, min(sample, len(files))))
    with progress_bar("looking", len(drawn)) as progress:
        decoded = Decoded(drawn, settings.asset_longest, progress)
        named = ((Path(name).relative_to(folder).as_posix(), pixels) for name, pixels in decoded)
        points = points_of_pictures(named, load(settings.backbone), total=len(files), groups=groups)
    names = (file.relative_to(folder).as_posix() for file in files)
    return points, _unmatched(groups or {}, names), decoded.failed
