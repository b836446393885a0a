"""`lineage compare`: is one of two files a copy of the other?"""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.output import FalseKnownOption, JsonOption, OwnBackboneOption, answers, print_json


def compare(
    post: Annotated[str, typer.Argument(help="The picture that may be a copy.", show_default=False)],
    asset: Annotated[str, typer.Argument(help="The file that it may have been made from.", show_default=False)],
    backbone: OwnBackboneOption = None,
    false_known: FalseKnownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two files without an index: was the first made from the second?

    Example: lineage compare post.jpg original.tif
    """
    from indexer.files.targets import require
    from lineage import library
    from lineage.tell.report import as_text

    for file in (post, asset):
        require(file)
    with library.open(backbone=backbone, false_known=false_known) as index:
        report = index.compare(post, asset)
    if as_json:
        print_json(report.as_json())
    else:
        answers().print(as_text(report))
