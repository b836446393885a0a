"""What an autoencoder is built from."""

from __future__ import annotations

from dataclasses import dataclass

PATCH = 4  # px: the first layer sees 4 × 4 px at once, because layers at full size would cost most of the time
WIDEST = 128  # channels
GROUPS = 8  # of normalisations: batches of one candidate must give what large ones give


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is built from.

    Attributes:
        side: px, longer side of the pictures; a multiple of 2 ** halvings
        width: channels of the first stage
        halvings: times that the side is halved down to the bottleneck, at least 2
        code: channels of the bottleneck
    """

    side: int = 128
    width: int = 32
    halvings: int = 3
    code: int = 16

    @property
    def grid(self) -> int:
        """Side of the bottleneck, in cells."""
        return self.side >> self.halvings

    @property
    def widths(self) -> list[int]:
        """Channels of each stage."""
        return [min(self.width * 2**stage, WIDEST) for stage in range(self.halvings - 1)]
