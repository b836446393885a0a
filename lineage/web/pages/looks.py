"""What is drawn of an answer: each candidate beside the post, and where both show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.records import Match, Report
from lineage.tell.evidence.tiles import places
from lineage.tell.evidence.words import drawn_first, several
from lineage.tell.wording import rival


@dataclass(frozen=True, slots=True)
class Look:
    """A candidate beside the post.

    Attributes:
        match: what is known of it
        post: address below which the post's pictures lie
        size: width and height of the post, px
        part: whether it is one of several sources, of which only its own part of the post is marked
    """

    match: Match
    post: str
    size: tuple[int, int]
    part: bool

    @property
    def located(self) -> bool:
        """Whether it is known where the asset lies in the post."""
        return self.match.evidence.alignment is not None

    @property
    def places(self) -> int:
        """In how many places the post is marked as different from it."""
        return places(self.match.evidence, part=self.part)


def looks(report: Report, address: str) -> Sequence[Look]:
    """What is drawn first: every source of the post, or else what is nearest to it."""
    return [_look(match, report, address) for match in drawn_first(report.verdict)]


def rival_look(report: Report, address: str) -> Look | None:
    """The runner-up; None where there is none."""
    other = rival(report.verdict)
    return _look(other, report, address) if other else None


def _look(match: Match, report: Report, address: str) -> Look:
    return Look(match, address, report.size, several(report.verdict))
