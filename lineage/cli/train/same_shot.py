"""`lineage train same-shot`: fit the network that says whether a post and an asset are the same shot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.bar import PARTS, in_parts
from lineage.cli.output import BackboneOption, StoreOption, answers, nothing_kept, progress_bar, require_file
from lineage.errors import UsageError

if TYPE_CHECKING:
    from lineage.settings import Settings
    from lineage.train.same_shot.pairs import LaidPair


def same_shot(
    paths: Annotated[list[Path], typer.Argument(metavar="PICTURES", help="Folders or files.", show_default=False)],
    *,
    lookalikes: Annotated[
        list[Path],
        typer.Option(metavar="DIR", help="Folder that python -m lineage.manipulate.lookalikes wrote; may be repeated."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; use it by the setting `restorer`.")],
    start: Annotated[
        Path | None,
        typer.Option(help="Weights whose autoencoder goes along; else those shipped.", show_default=False),
    ] = None,
    pictures: Annotated[
        int, typer.Option(min=50, help="How many to train on at most; spread evenly over those given.")
    ] = 4000,
    trials: Annotated[
        int, typer.Option(min=0, help="Posts that the index is asked about, at most, to learn from what it answers.")
    ] = 0,
    store: StoreOption = None,
    backbone: BackboneOption = None,
    pairs: Annotated[
        int, typer.Option(min=64, help="Pairs of post and picture to learn from; 40000 take 4.3 GB of memory.")
    ] = 40000,
    epochs: Annotated[int, typer.Option(min=1, help="Rounds, each over as many pairs as there are.")] = 4,
    minutes: Annotated[float, typer.Option(min=0, help="Wall time of training, at most; 0: no limit.")] = 0.0,
    seed: Annotated[int, typer.Option(help="The same seed on the same pictures gives the same run.")] = 0,
) -> None:
    """Fit the network that says whether a post and an asset are the same shot.

    One picture and one layout in ten are held back to say what came of it. Fit the decision anew afterwards, to posts
    of pictures that the network has not seen. A run that is interrupted leaves nothing and begins anew; --minutes ends
    one early and keeps what it has learned.

    Example: lineage train same-shot /dam --lookalikes made --output ours.safetensors
    """
    from indexer.files.scan import Scan, require
    from lineage.settings import load_settings
    from lineage.train.autoencoder.gallery import evenly, gallery, read_pictures
    from lineage.train.autoencoder.model import load_model, save_restorer
    from lineage.train.same_shot.layouts import pairs_of_layouts, read_layouts
    from lineage.train.same_shot.posts import pairs_of_posts
    from lineage.train.same_shot.run import collect, held_back, in_turn, tell_outcome
    from lineage.train.same_shot.trainer import train

    require_file(output)
    if (store or backbone) and not trials:
        raise UsageError("--store and --backbone name the index that --trials ask; say how many, or leave them out")
    model = load_model(start)
    layouts = read_layouts(lookalikes)
    for path in paths:
        require(path)
    files = evenly([Path(place.root, place.path) for path in paths for place in Scan(path)], pictures)
    with progress_bar("reading", len(files)) as advance:
        read = read_pictures(files, progress=advance)
    with progress_bar("describing", len(files)) as advance:
        found = gallery(read, progress=advance)
    held = held_back(range(len(files)))
    streams = [
        pairs_of_posts(files, found, held, seed=seed),
        pairs_of_layouts(layouts, held_back([*layouts]), seed=seed),
    ]
    settings = load_settings(store=store, backbone=backbone)
    with (
        _asked(settings, trials, [files[n] for n in sorted(held)], seed=seed) as asked,
        progress_bar("laying", pairs) as advance,
    ):
        collected = collect(in_turn([*streams, asked]), count=pairs, others=read, seed=seed, progress=advance)
    with nothing_kept(), progress_bar("training", PARTS) as advance:
        network = train(collected.examples, epochs=epochs, minutes=minutes, seed=seed, report=in_parts(advance))
    model.same_shot = network
    save_restorer(model, output)
    answers().print(f"{output}: {tell_outcome(network, collected)}", markup=False)


@contextmanager
def _asked(
    settings: Settings, trials: int, held_back: Sequence[Path], *, seed: int
) -> Iterator[Iterator[Sequence[LaidPair]]]:
    """The pairs of posts that the index is asked about; none where it is not."""
    from lineage.build import open_engine
    from lineage.settings import NO_RESTORER
    from lineage.train.decision.trials import draw_trials
    from lineage.train.same_shot.candidates import pairs_of_trials

    if not trials:
        yield iter(())
        return
    known = frozenset(sha256(file.read_bytes()).hexdigest() for file in held_back)
    with open_engine(replace(settings, restorer=NO_RESTORER), fitting=True) as engine:
        drawn = draw_trials(engine.store, count=trials, longest=settings.post_longest, seed=seed)
        yield pairs_of_trials(engine, drawn, known)
