"""How much of a manipulation, and the dice that settle the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from lineage.records import Pixels

T = TypeVar("T")
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Dose:
    """What a manipulation is given beside the picture.

    Attributes:
        strength: 0..1; 0 is hardly visible, 1 is severe
        rng: source of every accidental choice
        context: other pictures to put beside, behind or over the picture; may be empty
    """

    strength: float
    rng: np.random.Generator
    context: Sequence[Pixels] = ()

    def between(self, weak: float, strong: float) -> float:
        """Linear in the strength: `weak` at 0, `strong` at 1."""
        return weak + (strong - weak) * self.strength

    def ladder(self, weak: float, strong: float) -> float:
        """Geometric in the strength: every step of the ladder is the same factor."""
        return float(weak * (strong / weak) ** self.strength)

    def uniform(self, low: float, high: float) -> float:
        """Any number between two."""
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """Any whole number from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < probability)

    def sign(self) -> int:
        """-1 or 1."""
        return 1 if self.chance(0.5) else -1

    def pick(self, choices: Sequence[T]) -> T:
        """Any one of them."""
        return choices[int(self.rng.integers(len(choices)))]

    def colour(self, *, neutral: float = 0.35) -> Colour:
        """Black, white or grey with the probability `neutral`, else any hue."""
        if self.chance(neutral):
            level = self.pick((0, 0, 255, 255, 255, 18, 38, 128, 235))
            return level, level, level
        pixel = np.array([[[self.whole(0, 179), self.whole(60, 255), self.whole(70, 255)]]], np.uint8)
        red, green, blue = cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0].tolist()
        return red, green, blue

    def foreign(self) -> int | None:
        """Index of one of the context's pictures; None where there are none."""
        return self.whole(0, len(self.context) - 1) if self.context else None
