"""`lineage explain`: what does the network look at?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import (
    BackboneOption,
    JsonOption,
    StoreOption,
    print_json,
    progress_bar,
    require_writable,
    say,
)
from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.insight.explain.heat import Heat
    from lineage.protocols import Embedder
    from lineage.records import Pixels
    from lineage.settings import Settings


def explain(
    post: Annotated[Path, typer.Argument(help="Picture.", show_default=False)],
    asset: Annotated[
        Path | None, typer.Argument(help="Picture to compare it with; else the index's best match.", show_default=False)
    ] = None,
    *,
    output: Annotated[Path, typer.Option(help="Folder for heat.png, filters.png and channels.png.")],
    channels: Annotated[
        int, typer.Option(min=0, max=64, help="Channels to find exciting pictures for: the weightiest; 0: none.")
    ] = 12,
    seed: Annotated[int, typer.Option(help="Of the exciting pictures.")] = 0,
    as_json: JsonOption = False,
    store: StoreOption = None,
    backbone: BackboneOption = None,
) -> None:
    """Draw what makes a post similar to an asset for the backbone, and what its channels look for.

    Example: lineage explain post.jpg asset.jpg --output why
    """
    from lineage.backbones.load import load
    from lineage.build import backbone_of
    from lineage.images import decode
    from lineage.insight.explain.draw import draw_heat
    from lineage.insight.explain.heat import heat
    from lineage.settings import load_settings

    if asset and store:
        raise UsageError("--store is not looked at where both pictures are named; leave one of them or --store out")
    settings = load_settings(store=store, backbone=backbone)
    require_writable(output)
    picture = decode(post, longest=settings.post_longest, pixel_limit=settings.pixel_limit).pixels
    name, other = _asset(asset, settings) if asset else _best_match(post, settings)
    embedder = load(settings.backbone if asset else backbone_of(settings))
    here, there = heat(embedder, picture, other), heat(embedder, other, picture)
    draw_heat([(str(post), picture, here), (name, other, there)]).save(output / "heat.png")
    weightiest = [int(n) for n in (-here.channels).argsort()[:channels]]
    files = [output / "heat.png", *_draw_channels(embedder, here, weightiest, output, seed)]
    _show(post, name, here, there, weightiest, files, as_json=as_json)


def _asset(file: Path, settings: Settings) -> tuple[str, Pixels]:
    from lineage.images import decode

    return str(file), decode(file, longest=settings.asset_longest, pixel_limit=settings.pixel_limit).pixels


def _best_match(post: Path, settings: Settings) -> tuple[str, Pixels]:
    from lineage.build import open_engine
    from lineage.images import decode

    picture = decode(post, longest=settings.post_longest, pixel_limit=settings.pixel_limit)
    with open_engine(settings) as engine:
        matches = engine.query(picture, name=str(post)).verdict.matches
        if not matches:
            raise UsageError(f"{post}: nothing in the index resembles it; name the picture to compare it with")
        found = matches[0].evidence.asset
        entry = engine.store.entries([found.id])[found.id]
    return found.path, decode(entry.fingerprint.preview, name=found.path).pixels


def _draw_channels(embedder: Embedder, here: Heat, channels: list[int], output: Path, seed: int) -> list[Path]:
    from lineage.insight.explain.channels import STEPS, exciting_pictures, first_filters
    from lineage.insight.explain.draw import draw_sheet

    filters = first_filters(embedder)
    files = [output / "filters.png"]
    numbers = [str(number) for number in range(len(filters))]
    draw_sheet(filters, numbers, columns=8, title=f"{embedder.spec.name}: first layer").save(files[0])
    if channels:
        files.append(output / "channels.png")
        with progress_bar("exciting", STEPS) as progress:
            pictures = exciting_pictures(embedder, channels, seed=seed, progress=progress)
        captions = [f"{number}: {here.channels[number]:+.3f}" for number in channels]
        title = "what the weightiest channels look for, with their parts of the cosine"
        draw_sheet(pictures, captions, columns=6, title=title).save(files[1])
    return files


def _show(
    post: Path, name: str, here: Heat, there: Heat, channels: list[int], files: list[Path], *, as_json: bool
) -> None:
    if as_json:
        record = {"post": str(post), "asset": name, "cosine": round(here.cosine, 4)}
        record |= {"post_half": round(here.half, 4), "asset_half": round(there.half, 4), "channels": channels}
        print_json(record | {"files": [str(file) for file in files]})
        return
    say(f"{post} and {name}: cosine {here.cosine:.3f}")
    shares = f"{100 * here.half:.0f} % of the post and {100 * there.half:.0f} % of the asset"
    say(f"        half of it from {shares}")
    for file in files:
        say(f"        {file}")
