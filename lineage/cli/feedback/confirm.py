"""`lineage confirm`: this post was made from that asset."""

from __future__ import annotations

from lineage.cli.feedback.deciding import ByOption, UndoOption
from lineage.cli.feedback.judging import AssetArgument, FromOption, PostArgument, judge
from lineage.cli.output import JsonOption, StoreOption


def confirm(
    post: PostArgument = None,
    asset: AssetArgument = None,
    *,
    many: FromOption = None,
    undo: UndoOption = False,
    by: ByOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a post was made from an asset: from now on it is known as made from it.

    Example: lineage confirm post.jpg spring/lip_042.tif
    """
    judge("confirm", post, asset, many=many, store=store, undo=undo, by=by, as_json=as_json)
