"""What the decision of an index promises about novel posts, and whether that holds for what it is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lineage.build import present_calibration
from lineage.decide.calibration import Calibration, stricter
from lineage.decide.promise import Drift, drift, limits_to_note
from lineage.errors import UsageError, WeightsError
from lineage.feedback import read_feedback
from lineage.protocols import Journal
from lineage.records import Guarantee, Note, Sighting, Stamp
from lineage.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTold:
    """The promise about a group of posts, as a program is told of it.

    Attributes:
        group, level, measured_on: as in `Guarantee`
        novel_posts: that back the level
        known_from, review_from: probabilities from which a post is called known, or given to a person
        fitted_known_from: the first of them before judgements made it stricter
    """

    group: str
    level: float
    novel_posts: int
    measured_on: Literal["fit", "library"]
    known_from: float
    fitted_known_from: float
    review_from: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTold:
    """What a decision promises about novel posts, as a program is told of it.

    Attributes:
        groups: of posts, each with its promise
        novel_posts_asked: of this library, whose scores are compared with those that back the promise
        capital: the highest that a bet on higher scores came to, from 1
        drifts: whether they score higher than chance allows
    """

    groups: list[GroupTold]
    novel_posts_asked: int
    capital: float
    drifts: bool


@dataclass(frozen=True, slots=True)
class Promised:
    """What holds of an index.

    Attributes:
        fitted: the promise of each group, as fitted
        held: the same with what judgements made stricter
        drift: how the scores of novel posts compare with those that back it
    """

    fitted: tuple[Guarantee, ...]
    held: tuple[Guarantee, ...]
    drift: Drift

    def told(self) -> PromiseTold:
        """For `lineage status --json`; its names are stable."""
        groups = [
            GroupTold(
                group=held.group,
                level=held.level,
                novel_posts=held.samples,
                measured_on=held.measured_on,
                known_from=round(held.known_from, 6),
                fitted_known_from=round(fitted.known_from, 6),
                review_from=round(held.review_from, 6),
            )
            for fitted, held in zip(self.fitted, self.held, strict=True)
        ]
        asked, capital = self.drift.posts, round(self.drift.capital, 3)
        return PromiseTold(groups=groups, novel_posts_asked=asked, capital=capital, drifts=self.drift.drifts)


def promise_of(settings: Settings, stamp: Stamp, journal: Journal) -> Promised | None:
    """What holds of an index; None where its decision promises nothing of it, or cannot be read."""
    calibration = _calibration(settings, stamp)
    if calibration is None:
        return None
    own = read_feedback(journal).own(calibration.version)
    fitted = calibration.guarantees
    held = tuple(stricter(one, own.get(one.group, ())) for one in fitted)
    backing = {one.group: (calibration.backing(n), one.review_from) for n, one in enumerate(fitted)}
    return Promised(fitted, held, drift(_asked(journal, stamp), backing, calibration=calibration.version))


def keep_promise(settings: Settings, stamp: Stamp, journal: Journal) -> Sequence[Note]:
    """Raise the score from which posts are known where more was rejected than is promised; the notes about that."""
    calibration = _calibration(settings, stamp)
    if calibration is None:
        return ()
    feedback = read_feedback(journal)
    own = feedback.own(calibration.version)
    held = [stricter(one, own.get(one.group, ())) for one in calibration.guarantees]
    if notes := limits_to_note(_asked(journal, stamp), feedback, held, calibration=calibration.version):
        journal.write(notes)
    return notes


def _calibration(settings: Settings, stamp: Stamp) -> Calibration | None:
    """What the index is asked with; None where it promises nothing of it. What is wrong with its file a query says."""
    try:
        calibration = present_calibration(settings, stamp)
    except (WeightsError, UsageError):
        return None
    return None if calibration.unpromised(stamp.network) else calibration


def _asked(journal: Journal, stamp: Stamp) -> list[Sighting]:
    """The latest posts that the index was asked about."""
    return [one for one in journal.sightings() if one.index == stamp.index]
