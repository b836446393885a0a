"""`lineage ignore`: what shows this picture means nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.feedback.deciding import ByOption, UndoOption, opened_journal, person, show, take_back
from lineage.cli.output import JsonOption, StoreOption


def ignore(
    picture: Annotated[
        str, typer.Argument(help="Picture of a badge, the frame of an app, a backdrop …", show_default=False)
    ],
    store: StoreOption = None,
    undo: UndoOption = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ignore a picture wherever posts show it: it is no reason to name an asset.

    Example: lineage ignore store-badge.png
    """
    from indexer.files.targets import require
    from lineage.cli.pictures import source
    from lineage.feedback import notes
    from lineage.read.pictures import PictureReader
    from lineage.settings import load_settings

    settings, who = load_settings(store=store), person(by)
    with opened_journal(settings) as journal, PictureReader(settings) as reader:
        if undo:
            show(take_back(journal, "ignore", picture=picture, who=who, reader=reader), as_json=as_json, undone=True)
            return
        require(picture)
        found = reader.decode(source(picture), name=picture, longest=settings.asset_longest)
        show([notes.ignore(journal, found.pixels, name=picture, who=who)], as_json=as_json)
