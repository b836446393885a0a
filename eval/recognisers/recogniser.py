"""What can be measured: anything that is fitted to a library and then names the sources of posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from eval.corpora.corpus import Source
from eval.scores.predictions import Claim
from lineage.records import Decision, Pixels


@dataclass(frozen=True, slots=True)
class Answer:
    """What a recogniser says about one post.

    Attributes:
        claims: best first
        verdict: None where the recogniser gives none; then scores need not be probabilities
        seconds: wall time per stage, in the order of the stages
        proposed: names of the assets that the search found, before any of them was looked at closely, in any order;
            None where the recogniser does not tell
        named: names of the assets that the post is said to be made from, of which a collage has several
    """

    claims: tuple[Claim, ...]
    verdict: Decision | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    proposed: tuple[str, ...] | None = None
    named: tuple[str, ...] = ()


class Recogniser(Protocol):
    """Fitted to a library, then asked about posts. Its scores must mean the same on every post."""

    @property
    def name(self) -> str:
        """As it stands in the tables."""
        ...

    @property
    def configuration(self) -> Mapping[str, str]:
        """What was chosen about it."""
        ...

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the code and the weights that decide what it answers."""
        ...

    def fit(self, library: Sequence[Source]) -> None:
        """Learn a library; forgets the one before."""
        ...

    def answer(self, pixels: Pixels) -> Answer:
        """Name the sources of a post, (H, W, 3) uint8."""
        ...

    @property
    def bytes_per_asset(self) -> float | None:
        """What it keeps of an asset of the fitted library, on average; None where that cannot be seen."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
