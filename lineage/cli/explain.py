"""`lineage explain`: what does the network look at?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.explain_label import explain_label
from lineage.cli.output import BackboneOption, JsonOption, StoreOption, print_json, progress_bar, require_writable, say
from lineage.errors import UsageError
from lineage.machine.whole_file import whole

if TYPE_CHECKING:
    from lineage.insight.explain.heat import Heat
    from lineage.protocols import Embedder
    from lineage.records import Pixels
    from lineage.settings import Settings


def explain(
    post: Annotated[Path, typer.Argument(help="The picture to explain.", show_default=False)],
    asset: Annotated[
        Path | None, typer.Argument(help="Picture to compare it with; else the index's best match.", show_default=False)
    ] = None,
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Folder for heat.png; with --channels also filters.png and channels.png."),
    ],
    label: Annotated[
        str | None, typer.Option(help="Say why the model gives this label or not, instead of comparing with an asset.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Model that `labels fit` wrote, for --label.")] = None,
    channels: Annotated[
        int,
        typer.Option(
            min=0, max=64, help="Draw also what so many of the weightiest channels look for; half a minute each."
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed draws the same pictures for --channels.")] = 0,
    as_json: JsonOption = False,
    store: StoreOption = None,
    backbone: BackboneOption = None,
) -> None:
    """Draw what makes a post similar to an asset, or what in a picture speaks for a label.

    Example: lineage explain post.jpg asset.jpg --output why
    """
    _require_sense(asset=asset, label=label, model=model, channels=channels, store=store, backbone=backbone)
    require_writable(output)
    if label is not None and model is not None:
        explain_label(post, label, model, output, as_json=as_json)
        return
    from lineage.backbones.load import load_module
    from lineage.build import backbone_of
    from lineage.insight.explain.draw import draw_heat
    from lineage.insight.explain.heat import heat
    from lineage.settings import load_settings

    settings = load_settings(store=store, backbone=backbone)
    picture = _decoded(post, settings, longest=settings.post_longest)
    name, other = _asset(asset, settings) if asset else _best_match(post, settings)
    embedder = load_module(settings.backbone if asset else backbone_of(settings))
    here, there = heat(embedder, picture, other), heat(embedder, other, picture)
    with whole(output / "heat.png") as part:
        draw_heat([(str(post), picture, here), (name, other, there)]).save(part)
    weightiest = [int(n) for n in (-here.channels).argsort()[:channels]]
    files = [output / "heat.png", *_draw_channels(embedder, here, weightiest, output, seed)]
    _show(post, name, here, there, weightiest, files, as_json=as_json)


def _require_sense(
    *,
    asset: Path | None,
    label: str | None,
    model: Path | None,
    channels: int,
    store: str | None,
    backbone: str | None,
) -> None:
    """`UsageError` for flags that do not go together."""
    if (label is None) != (model is None):
        raise UsageError("why a label was given takes both, --label and the --model that gives it")
    if asset and store:
        raise UsageError("--store is not looked at where both pictures are named; leave one of them or --store out")
    others = {"the second picture": asset, "--channels": channels, "--store": store, "--backbone": backbone}
    if label is not None and (flag := next((name for name, given in others.items() if given), "")):
        raise UsageError(f"--label is about one picture and its model; leave {flag} out")


def _decoded(file: Path, settings: Settings, *, longest: int) -> Pixels:
    from lineage.cli.pictures import read_picture

    return read_picture(str(file), settings, longest=longest).pixels


def _asset(file: Path, settings: Settings) -> tuple[str, Pixels]:
    return str(file), _decoded(file, settings, longest=settings.asset_longest)


def _best_match(post: Path, settings: Settings) -> tuple[str, Pixels]:
    from lineage.build import open_engine
    from lineage.cli.pictures import read_picture
    from lineage.read.originals import preview

    picture = read_picture(str(post), settings, longest=settings.post_longest)
    with open_engine(settings) as engine:
        matches = engine.query(picture, name=str(post)).verdict.matches
        if not matches:
            raise UsageError(f"{post}: nothing in the index resembles it; name the picture to compare it with")
        found = matches[0].evidence.asset
        entry = engine.store.entries([found.id])[found.id]
    return found.path, preview(entry)


def _draw_channels(embedder: Embedder, here: Heat, channels: list[int], output: Path, seed: int) -> list[Path]:
    from lineage.insight.explain.channels import STEPS, exciting_pictures, first_filters
    from lineage.insight.explain.draw import draw_sheet

    if not channels:
        return []
    files = [output / "filters.png", output / "channels.png"]
    filters = first_filters(embedder)
    numbers = [str(number) for number in range(len(filters))]
    looks_for = draw_sheet(filters, numbers, columns=8, title=f"{embedder.spec.name}: what its first layer looks for")
    with whole(files[0]) as part:
        looks_for.save(part)
    with progress_bar("exciting", STEPS) as progress:
        pictures = exciting_pictures(embedder, channels, seed=seed, progress=progress)
    captions = [f"{number}: {here.channels[number]:+.3f}" for number in channels]
    title = "what the weightiest channels look for, and their parts of the similarity"
    with whole(files[1]) as part:
        draw_sheet(pictures, captions, columns=6, title=title).save(part)
    return files


def _show(
    post: Path, name: str, here: Heat, there: Heat, channels: list[int], files: list[Path], *, as_json: bool
) -> None:
    if as_json:
        record = {"post": str(post), "asset": name, "cosine": round(here.cosine, 4)}
        record |= {"post_half": round(here.half, 4), "asset_half": round(there.half, 4), "channels": channels}
        print_json(record | {"files": [str(file) for file in files]})
        return
    say(f"{post} and {name}: similarity {here.cosine:.2f} (cosine; 1: the same)")
    shares = f"{100 * here.half:.0f} % of the post and in {100 * there.half:.0f} % of the asset"
    say(f"        half of what makes them similar lies in {shares}")
    for file in files:
        say(f"        {file}")
