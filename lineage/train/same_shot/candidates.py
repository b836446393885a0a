"""Posts made from the assets of an index, laid over what it answers: the mistakes that a query could make."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from lineage.engine import Engine
from lineage.records import Evidence, Laid
from lineage.train.same_shot.pairs import Group, Pair, nothing_differs
from lineage.train.table import Trial
from lineage.verify import best_aligned, preview

MOST = 4  # wrong candidates of a post that are learned


def pairs_of_trials(engine: Engine, trials: Iterable[Trial], held_back: Collection[str]) -> Iterator[list[Pair]]:
    """Of each post its pairs with the best aligned candidates.

    Args:
        engine: is asked about each post
        trials: posts made from its assets
        held_back: SHA-256 of files that are for the examination, so that nothing that shows them is fitted to; a
            candidate of another side than the source says nothing
    """
    for trial in trials:
        source = engine.store.assets([trial.source])[trial.source]
        group = Group(source.sha256, source.sha256 in held_back)
        evidence = engine.evidence(trial.pixels, hidden=trial.hidden)
        chosen = [one for one in _learned(evidence, trial) if (one.asset.sha256 in held_back) == group.held_back]
        yield [*_pairs(engine, trial, chosen, group)]


def _learned(evidence: Sequence[Evidence], trial: Trial) -> Iterator[Evidence]:
    """The best aligned candidates, best first, and no wrong one that shows the very same."""
    of_id, wrong = {one.asset.id: one for one in evidence}, 0
    for one in map(of_id.__getitem__, best_aligned(evidence)):
        if one.asset.id == trial.source:
            yield one
        elif wrong < MOST and not nothing_differs(one.changes, one.residual):
            wrong += 1
            yield one


def _pairs(engine: Engine, trial: Trial, chosen: Sequence[Evidence], group: Group) -> Iterator[Pair]:
    entries = engine.store.entries([one.asset.id for one in chosen])
    for one in chosen:
        if one.alignment is None or one.asset.id not in entries:
            continue
        laid = Laid(preview(entries[one.asset.id]), one.alignment.asset_to_post, one.alignment.region_in_asset)
        pair = group.pair(trial.pixels, laid, right=one.asset.id == trial.source)
        if pair:
            yield pair
