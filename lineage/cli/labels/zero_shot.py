"""`lineage labels zero-shot`: give sentences to pictures, without examples."""

from __future__ import annotations

from typing import Annotated

import typer

from lineage.cli.output import JsonOption, print_json, say
from lineage.cli.pictures import Decoded, files_below


def zero_shot(
    pictures: Annotated[list[str], typer.Argument(help="Pictures or folders.", show_default=False)],
    text: Annotated[list[str], typer.Option(help="A sentence, such as 'a bottle of lemonade'; give several.")],
    backbone: Annotated[str, typer.Option(help="open_clip:MODEL@FILE: only these understand sentences.")],
    as_json: JsonOption = False,
) -> None:
    """Say which sentence fits each picture best; nothing is fitted.

    Example: lineage labels zero-shot posts --text "a bottle" --text "something else" --backbone open_clip:RN50@rn50.pt
    """
    from lineage.insight.labels.examples import LONGEST
    from lineage.insight.labels.zero_shot import compare_zero_shot, read_sentences

    files = files_below(pictures)
    embedder, sentences = read_sentences(backbone, text)
    decoded = Decoded(files, LONGEST)
    for name, shares in compare_zero_shot(embedder, sentences, decoded):
        if as_json:
            print_json({"picture": name, "probabilities": {key: round(share, 4) for key, share in shares.items()}})
        else:
            best = max(shares, key=shares.__getitem__)
            say(f"{name}  {best} {shares[best]:.2f}")
    if decoded.failed:
        raise typer.Exit(1)
