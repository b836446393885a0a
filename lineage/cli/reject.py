"""`lineage reject`: this post was not made from that asset."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.deciding import ByOption, UndoOption, judge
from lineage.cli.output import JsonOption, StoreOption


def reject(
    post: Annotated[str, typer.Argument(help="The picture that was asked about.", show_default=False)],
    asset: Annotated[str, typer.Argument(help="Path as shown by query, or asset id.", show_default=False)],
    store: StoreOption = None,
    undo: UndoOption = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a post was not made from an asset: of this post, it is never claimed nor shown again.

    Example: lineage reject post.jpg spring/lip_043.tif
    """
    judge("reject", post, asset, store=store, undo=undo, by=by, as_json=as_json)
