"""Posts made from the assets of an index, laid over what it answers: the mistakes that a query could make."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from lineage.engine import Engine
from lineage.geometry import invert
from lineage.manipulate.lookalikes.told_apart import shown_part, told_apart
from lineage.read.exposure import brightened
from lineage.read.originals import preview
from lineage.records import Laid
from lineage.train.decision.table import Trial
from lineage.train.same_shot.pairs import Group, LaidPair
from lineage.verify.candidates import best_aligned

MOST = 4  # wrong candidates of a post that are learned


def pairs_of_trials(engine: Engine, trials: Iterable[Trial], held_back: Collection[str]) -> Iterator[list[LaidPair]]:
    """Of each post in which its source is located its pairs with the best aligned candidates.

    Args:
        engine: is asked about each post, and the source is hidden of none
        trials: posts made from its assets
        held_back: SHA-256 of files that are for the examination, so that nothing that shows them is fitted to; a
            candidate of another side than the source says nothing
    """
    for trial in trials:
        laid = _laid(engine, trial)
        if trial.source in laid:
            yield [*_pairs(engine, trial, laid, held_back)]


def _laid(engine: Engine, trial: Trial) -> Mapping[str, Laid]:
    """How the best aligned candidates lie in the post, best first."""
    evidence = engine.evidence(trial.pixels, hidden=trial.hidden - {trial.source})
    of_id = {one.asset.id: one for one in evidence}
    best = [(of_id[key], alignment) for key in best_aligned(evidence) if (alignment := of_id[key].alignment)]
    entries = engine.store.entries([one.asset.id for one, _ in best])
    return {
        one.asset.id: Laid(
            brightened(preview(entries[one.asset.id])), alignment.asset_to_post, alignment.region_in_asset, one.hidden
        )
        for one, alignment in best
        if one.asset.id in entries
    }


def _pairs(engine: Engine, trial: Trial, laid: Mapping[str, Laid], held_back: Collection[str]) -> Iterator[LaidPair]:
    """Of the source, and of up to MOST candidates that anybody tells apart from it."""
    digests = {key: asset.sha256 for key, asset in engine.store.assets([*laid]).items()}
    group = Group(digests[trial.source], digests[trial.source] in held_back)
    learned, wrong = laid[trial.source], 0
    for key, one in laid.items():
        if key != trial.source:
            if wrong == MOST or (digests[key] in held_back) != group.held_back or not _differ(learned, one):
                continue
            wrong += 1
        if pair := group.pair(brightened(trial.pixels), one, right=key == trial.source):
            yield pair


def _differ(own: Laid, other: Laid) -> bool:
    """Whether the post shows that it was not made from the other."""
    other_to_own = invert(own.asset_to_post) @ other.asset_to_post
    return told_apart(own.preview, other.preview, other_to_own, shown_part(own.preview, own.seen))
