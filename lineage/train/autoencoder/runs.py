"""What the command does: hold pictures back, fit to the others, save, and say what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from lineage.manipulate import any_post
from lineage.records import Floats, Pixels
from lineage.train.autoencoder.descent import Report
from lineage.train.autoencoder.gallery import evenly, gallery
from lineage.train.autoencoder.model import load_model, save_restorer
from lineage.train.autoencoder.plain import train_plain
from lineage.train.autoencoder.posts import CONTEXT, Posts
from lineage.train.autoencoder.recipe import AutoencoderRecipe
from lineage.train.autoencoder.separation import collect, enough, scores, separation
from lineage.train.autoencoder.sheet import columns, restored_columns
from lineage.train.autoencoder.trainer import train
from lineage.verify.restore import load_restorer

HELD_BACK = 10  # one picture in so many
EXAM = 200  # posts, at most four of a picture
SHOWN = 10  # columns of the sheet


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What came of a run.

    Attributes:
        summary: for a person
        sheet: (H, W, 3) uint8, originals above, redrawn below
    """

    summary: str
    sheet: Pixels


def fit_restoring(
    pictures: tuple[Pixels, ...], recipe: AutoencoderRecipe, *, output: Path, start: Path | None, report: Report
) -> RunOutcome:
    """Fit the autoencoder that restores posts, from the weights in `start` or anew, and write it."""
    kept, held_back = _parted(pictures)
    found = gallery(kept)
    model = train(found, recipe, start=load_model(start) if start else None, report=report)
    save_restorer(model, output)
    batch = next(iter(Posts(found, recipe)))
    sheet = columns(restored_columns(model, batch.pairs)[:SHOWN])
    return RunOutcome(_separated(held_back, output), sheet)


def _separated(held_back: tuple[Pixels, ...], weights: Path) -> str:
    restorers = {"autoencoder": load_restorer(weights)}
    trials = collect(held_back, restorers, posts=min(EXAM, 4 * len(held_back)), seed=1)
    if not enough(trials):
        return f"the {len(held_back)} pictures held back have too few look-alikes to say what it is good for"
    plain, both = (separation(trials, scores(trials, names)) for names in (["residual"], ["residual", *restorers]))
    return (
        f"AUROC of sources against look-alikes, on {len(held_back)} pictures held back: {plain.value:.3f} "
        f"({plain.low:.3f} … {plain.high:.3f}) by the aligned residual, {both.value:.3f} "
        f"({both.low:.3f} … {both.high:.3f}) with the autoencoder"
    )


def fit_plain(pictures: tuple[Pixels, ...], recipe: AutoencoderRecipe, *, output: Path, report: Report) -> RunOutcome:
    """Fit the autoencoder that redraws one library, and write it."""
    kept, held_back = _parted(pictures)
    trained = train_plain(kept, recipe, report=report)
    trained.save(output)
    shown = evenly(kept, min(len(held_back), EXAM)), evenly(held_back, EXAM)
    known, novel = (trained.novelty(side) for side in shown)
    posted = (trained.novelty([_posted(side, number) for number in range(len(side))]) for side in shown)
    half = SHOWN // 2
    return RunOutcome(
        f"error {np.median(known):.3f} on pictures that it was fitted to, {np.median(novel):.3f} on {len(novel)} that "
        f"it never saw; AUROC {_parting(known, novel):.3f}, of posts made from them {_parting(*posted):.3f}",
        columns([*trained.redrawn(kept[:half]), *trained.redrawn(held_back[:half])]),
    )


def _posted(pictures: Sequence[Pixels], number: int) -> Pixels:
    context = [pictures[(number + k) % len(pictures)] for k in range(1, CONTEXT + 1)]
    return any_post(pictures[number], seed=number, context=context).pixels


def _parting(known: Floats, novel: Floats) -> float:
    truth = np.repeat((0, 1), (len(known), len(novel)))
    return float(roc_auc_score(truth, np.concatenate([known, novel])))


def _parted(pictures: tuple[Pixels, ...]) -> tuple[tuple[Pixels, ...], tuple[Pixels, ...]]:
    """What is fitted to, and what is held back."""
    return tuple(picture for k, picture in enumerate(pictures) if k % HELD_BACK), pictures[::HELD_BACK]
