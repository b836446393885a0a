"""`lineage confirm`: this post was made from that asset."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.deciding import ByOption, UndoOption, judge
from lineage.cli.output import JsonOption, StoreOption


def confirm(
    post: Annotated[str, typer.Argument(help="The picture that was asked about.", show_default=False)],
    asset: Annotated[str, typer.Argument(help="Path as shown by query, or asset id.", show_default=False)],
    store: StoreOption = None,
    undo: UndoOption = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a post was made from an asset: it is called known from now on, whatever it scores.

    Example: lineage confirm post.jpg spring/lip_042.tif
    """
    judge("confirm", post, asset, store=store, undo=undo, by=by, as_json=as_json)
