"""`lineage reject`: this post was not made from that asset."""

from __future__ import annotations

from lineage.cli.feedback.deciding import ByOption, UndoOption
from lineage.cli.feedback.judging import AssetArgument, FromOption, PostArgument, judge
from lineage.cli.output import JsonOption, StoreOption


def reject(
    post: PostArgument = None,
    asset: AssetArgument = None,
    *,
    many: FromOption = None,
    undo: UndoOption = False,
    by: ByOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a post was not made from an asset: that asset is never named for this post again.

    Example: lineage reject post.jpg spring/lip_043.tif
    """
    judge("reject", post, asset, many=many, store=store, undo=undo, by=by, as_json=as_json)
