"""`lineage compare`: is one of two files a copy of the other?"""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.output import BackboneOption, FalseKnownOption, JsonOption, answers, print_json


def compare(
    post: Annotated[str, typer.Argument(help="The picture that may be a copy.", show_default=False)],
    asset: Annotated[str, typer.Argument(help="The file that it may have been made from.", show_default=False)],
    backbone: BackboneOption = None,
    false_known: FalseKnownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two files without an index: was the first made from the second?

    Example: lineage compare post.jpg original.tif
    """
    from indexer.targets import require
    from lineage.build import engine_for_files
    from lineage.cli.pictures import PictureReader
    from lineage.report import as_json as json_of
    from lineage.report import as_text
    from lineage.settings import load_settings

    for file in (post, asset):
        require(file)
    settings = load_settings(backbone=backbone, false_known=false_known)
    with PictureReader(settings) as reader:
        picture, sha256 = reader.post(post)
        with engine_for_files([asset], settings, decode=reader.decode) as engine:
            report = engine.query(picture, name=post, sha256=sha256)
    if as_json:
        print_json(json_of(report))
    else:
        answers().print(as_text(report))
