"""The one place that knows the order of changing an index's backbone: re-embed → compare → switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass

from indexer.books.ledger import Ledger
from indexer.books.opening import ledger_file
from indexer.books.turn import turn
from indexer.move.comparison import Figure, Side, compare_backbones
from indexer.move.reembed import Reembedded, Source, reembed
from lineage.backbones.load import load
from lineage.build import new_stamp, own_calibration
from lineage.errors import LineageError, UsageError
from lineage.protocols import Embedder, Store
from lineage.records import Stamp
from lineage.settings import Settings
from lineage.store import open_pair
from lineage.store.pair import IndexPair
from lineage.train.decision.trials import CONTEXT, draw_trials

Bar = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to change the backbone.

    Attributes:
        source: what the new vectors are made from
        former: name of the backbone that the index has, where the name in its stamp does not load it: a file's folder
            is not remembered
        posts: how many posts both are asked about
        seed: of these posts
        force: switch whatever the comparison says, or without one where the former backbone cannot be loaded
    """

    source: Source = Source.PREVIEWS
    former: str = ""
    posts: int = 400
    seed: int = 0
    force: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What became of it.

    Attributes:
        former, new: stamps of the index that opened before, and of the one beside it
        reembedded: what was written
        figures: of the comparison; empty where there was none
        switched: whether the new one opens now
    """

    former: Stamp
    new: Stamp
    reembedded: Reembedded
    figures: tuple[Figure, ...]
    switched: bool

    @property
    def fell(self) -> tuple[Figure, ...]:
        """The figures in which the new backbone is worse by more than chance explains."""
        return tuple(figure for figure in self.figures if figure.fell)


def reindex(settings: Settings, plan: Plan, *, bar: Bar) -> Change | None:
    """Change the backbone of an index to that of the settings; None where it has it already.

    Resumes: what an earlier run has embedded stays. Where the index that lies beside has the backbone, because it was
    kept after an earlier change, it is brought up to date and takes its place again.

    Args:
        settings: name store and new backbone
        plan: how
        bar: makes a progress bar from what is done and how often

    Raises:
        StoreMissing, StoreLocked: as for every command
        UsageError: an index of a third backbone lies beside; or both cannot be compared, and `force` is off
    """
    embedder = load(settings.backbone)
    with _own_pair(settings) as pair:
        if same_backbone(pair.current.stamp, new_stamp(embedder)):
            return None
        former = _former(pair.current, plan)
        with closing(_other(pair, new_stamp(embedder))) as store:
            new = Side(store, embedder)
            done = _bring_over(pair.current, new, settings, plan.source, bar)
            figures = _compare(Side(pair.current, former), new, settings, plan, bar) if former else ()
            stamps = pair.current.stamp, store.stamp
        switched = plan.force or not any(figure.fell for figure in figures)
        if switched:
            pair.switch()
    return Change(*stamps, done, figures, switched)


def drop_beside(settings: Settings) -> Stamp | None:
    """Remove the index that lies beside, its ledger and the decision fitted to it; its stamp, None: there is none."""
    with _own_pair(settings) as pair:
        if stamp := pair.beside():
            pair.drop()
            _remove_files(settings, stamp)
    return stamp


def same_backbone(one: Stamp, other: Stamp) -> bool:
    """Whether two indexes hold vectors of the same weights."""
    return (one.backbone, one.weights, one.dim) == (other.backbone, other.weights, other.dim)


@contextmanager
def _own_pair(settings: Settings) -> Iterator[IndexPair]:
    """Both indexes, while nobody else writes the one that opens."""
    with (
        closing(open_pair(settings.store, server=settings.server)) as pair,
        turn(ledger_file(settings, pair.current.stamp), place=settings.store),
    ):
        yield pair


def _other(pair: IndexPair, wanted: Stamp) -> Store:
    found = pair.beside()
    if found is None:
        return pair.make_beside(wanted)
    if not same_backbone(found, wanted):
        raise UsageError(
            f"an index with backbone {found.backbone} (weights {found.weights[:12]}) lies beside this one; "
            "drop it first: lineage reindex --drop-old"
        )
    return pair.open_beside()


def _former(current: Store, plan: Plan) -> Embedder | None:
    """The backbone that the index has now, asked for before the work; None where `force` does without."""
    try:
        if (count := current.count()) <= CONTEXT:
            raise UsageError(f"{count} assets are too few to compare on, at least {CONTEXT + 1} are needed")
        embedder = load(plan.former or current.stamp.backbone)
        if not same_backbone(current.stamp, new_stamp(embedder)):
            raise UsageError(f"{embedder.spec.name} has other weights here than those that the index was made with")
    except LineageError as error:
        if plan.force:
            return None
        raise UsageError(
            f"both backbones cannot be compared: {error}; name the index's with --old-backbone, "
            "or switch without a comparison: --force"
        ) from error
    return embedder


def _bring_over(current: Store, new: Side, settings: Settings, source: Source, bar: Bar) -> Reembedded:
    # The ledger first: what somebody else indexes meanwhile is read again by the next run, never taken for stored.
    with (
        Ledger(ledger_file(settings, current.stamp)) as ledger,
        Ledger(ledger_file(settings, new.store.stamp)) as carried,
    ):
        carried.take_over(ledger)
    with bar("embedding", current.count()) as progress:
        return reembed(current, new.store, new.embedder, source=source, settings=settings, progress=progress)


def _compare(former: Side, new: Side, settings: Settings, plan: Plan, bar: Bar) -> tuple[Figure, ...]:
    trials = draw_trials(former.store, count=plan.posts, longest=settings.post_longest, seed=plan.seed)
    with bar("comparing", plan.posts) as progress:
        return compare_backbones(former, new, trials, progress=progress)


def _remove_files(settings: Settings, stamp: Stamp) -> None:
    """What is kept in files about an index: its ledger, its decision, and what an interrupted fit of one has left."""
    for file in (ledger_file(settings, stamp), own_calibration(settings, stamp)):
        for part in file.parent.glob(f"{file.name}*"):  # SQLite keeps its journal beside a ledger
            part.unlink()
