"""What `confirm` and `reject` do, with one post or with many from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lineage.cli.feedback.deciding import opened_journal, person, show, take_back
from lineage.cli.output import complain, remark
from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.cli.feedback.decisions_file import NamedPair
    from lineage.protocols import Journal
    from lineage.read.pictures import PictureReader
    from lineage.records import Asset, Note
    from lineage.settings import Settings

What = Literal["confirm", "reject"]

PostArgument = Annotated[str | None, typer.Argument(help="The picture that was asked about.", show_default=False)]
AssetArgument = Annotated[
    str | None, typer.Argument(help="Path of the asset as query shows it, or its id.", show_default=False)
]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Many at once: a CSV with columns post and asset, or what query wrote with --csv or --json; - for stdin.",
        show_default=False,
    ),
]


def judge(
    what: What,
    post: str | None,
    asset: str | None,
    *,
    many: str | None,
    store: str | None,
    undo: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Write that posts were, or were not, made from assets, or take that back.

    Of many each that fails is told with its line, and the others are done.
    """
    from lineage.read.pictures import PictureReader
    from lineage.read.places import UNREADABLE
    from lineage.settings import load_settings

    pairs = _pairs(post, asset, many)
    settings, who, failed = load_settings(store=store), person(by), 0
    assets = {} if undo else _assets(pairs, settings)
    with opened_journal(settings) as journal, PictureReader(settings) as reader:
        for pair in pairs:
            try:
                if pair.wrong:
                    raise UsageError(pair.wrong)
                if undo:
                    notes = take_back(journal, what, picture=pair.post, asset=pair.asset, who=who, reader=reader)
                else:
                    notes = [_written(journal, what, pair, assets[pair.asset], reader, who=who)]
            except UNREADABLE as error:
                if many is None:
                    raise
                failed += 1
                complain(f"{many}, line {pair.line}: {error}")
            else:
                show(notes, as_json=as_json, undone=undo)
        if what == "reject" and not undo:
            _keep_promise(settings, journal)
    if many is not None:
        remark(f"{len(pairs) - failed} {'taken back' if undo else f'{what}ed'}, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _keep_promise(settings: Settings, journal: Journal) -> None:
    """Tell of the groups in which posts are known from a higher score now, since too many claims were rejected."""
    from indexer.books.promised import keep_promise
    from lineage.store import stamp_of

    stamp = stamp_of(settings.store, server=settings.server)
    for note in keep_promise(settings, stamp, journal) if stamp else ():
        remark(f"{note.reason}: from now on known takes a higher score; see: lineage status")


def _pairs(post: str | None, asset: str | None, many: str | None) -> Sequence[NamedPair]:
    from lineage.cli.feedback.decisions_file import NamedPair, read_pairs

    if many is not None and post is None:
        return read_pairs(many)
    if many is not None or post is None or asset is None:
        raise UsageError("name a post and an asset, or a file with many of them by --from")
    return [NamedPair(1, post, asset)]


def _assets(pairs: Sequence[NamedPair], settings: Settings) -> Mapping[str, Asset | UsageError]:
    from indexer.books.opening import open_index
    from lineage.cli.assets import look_up

    with open_index(settings) as (opened, ledger):
        return look_up(sorted({pair.asset for pair in pairs if not pair.wrong}), opened, ledger)


def _written(
    journal: Journal, what: What, pair: NamedPair, asset: Asset | UsageError, reader: PictureReader, *, who: str
) -> Note:
    from indexer.files.targets import require
    from lineage.feedback import notes

    if isinstance(asset, UsageError):
        raise asset
    require(pair.post)
    post, _ = reader.post(pair.post)
    return notes.judge(journal, what, post.pixels, asset, name=pair.post, who=who)
