"""`lineage reindex`: change the backbone of an index."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import (
    BACKBONES,
    REFUSED_EXIT_CODE,
    JsonOption,
    StoreOption,
    complain,
    in_number,
    print_json,
    progress_bar,
    say,
)

if TYPE_CHECKING:
    from indexer.move.reindex import Change
    from lineage.records import Stamp
    from lineage.reporting.interval import Interval


def reindex(
    *,
    store: StoreOption = None,
    backbone: Annotated[
        str | None,
        typer.Option(
            "--backbone",
            "-b",
            metavar="NAME",
            help=f"The new network: {BACKBONES}; else that of the settings, or lite.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            "--from", help="What the new backbone looks at: previews, or files (slower, a little more exact)."
        ),
    ] = "previews",
    old_backbone: Annotated[
        str,
        typer.Option(help="The backbone that the index has now, as tuned:FILE …, if its name does not say which file."),
    ] = "",
    posts: Annotated[int, typer.Option(min=20, help="Posts that both backbones are asked about.")] = 400,
    seed: Annotated[int, typer.Option(help="Equal seeds make equal posts.")] = 0,
    force: Annotated[
        bool, typer.Option("--force", help="Switch even if the new one finds less, or the two cannot be compared.")
    ] = False,
    drop_old: Annotated[
        bool,
        typer.Option(
            "--drop-old", help="Drop the index that was kept at a switch; with --backbone, right after this switch."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Change the backbone of an index, the network that describes its pictures.

    The old and the new one are asked about posts made from your library, and nothing changes if the new one finds less.
    Until the switch the index answers as before; then the old one is kept beside the new one until --drop-old. A run
    that was broken off goes on where it ended.

    Example: lineage reindex --backbone sscd
    """
    from indexer.move.reembed import Source
    from indexer.move.reindex import Plan, drop_beside
    from indexer.move.reindex import reindex as change_backbone
    from lineage.backbones.catalog import LITE
    from lineage.errors import UsageError
    from lineage.settings import load_settings

    settings = load_settings(store=store, backbone=backbone)
    settings = replace(settings, backbone=settings.backbone or LITE.name)
    if drop_old and backbone is None:
        _show_dropped(drop_beside(settings), as_json=as_json)
        return
    if source not in tuple(Source):
        raise UsageError(f"--from {source}: there are {', '.join(Source)}")
    plan = Plan(source=Source(source), former=old_backbone, posts=posts, seed=seed, force=force)
    change = change_backbone(settings, plan, bar=progress_bar)
    if change is None:
        _show_unchanged(settings.backbone, as_json=as_json)
        return
    dropped = drop_beside(settings) if change.switched and drop_old else None
    _show(change, settings.backbone, dropped=bool(dropped), as_json=as_json)
    if not change.switched:
        names = " and ".join(figure.name for figure in change.fell)
        complain(f"not switched: {change.new.backbone} is worse in {names} by more than chance explains; see --force")
        raise typer.Exit(REFUSED_EXIT_CODE)


def _show(change: Change, asked: str, *, dropped: bool, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(change), "dropped": dropped})
        return
    done, former, new = change.reembedded, change.former.backbone, change.new.backbone
    earlier = f"; {done.present} were by an earlier run" if done.present else ""
    say(f"{in_number(done.embedded, 'asset')} described by {new}, {done.from_previews} of them from previews{earlier}")
    if change.figures:
        say("on posts made from this library, with 95 % intervals:")
    for figure in change.figures:
        say(
            f"{figure.name:12}  {former} {_interval(figure.former)}  {new} {_interval(figure.new)}  "
            f"change {_interval(figure.change, sign='+')}"
        )
    if change.switched:
        kept = f"{former} is dropped" if dropped else f"{former} is kept until: lineage reindex --drop-old"
        say(f"switched to {new}; {kept}")
        if ":" in asked:
            say(f"ask with --backbone {asked}, or set it in lineage.toml")
        say("nothing is promised about novel posts until a decision is fitted to it, with: lineage train decision")


def _interval(estimate: Interval, *, sign: str = "") -> str:
    value, low, high = (f"{number:{sign}.3f}" for number in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def _show_dropped(stamp: Stamp | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"dropped": asdict(stamp) if stamp else None})
    else:
        say(f"dropped {stamp.backbone}" if stamp else "there is no old index to drop")


def _show_unchanged(backbone: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"switched": False, "reason": "the index has this backbone already"})
    else:
        say(f"the index has backbone {backbone} already")
