"""A post that a person should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lineage.records.picture import Hashes
from lineage.records.verdict import Basis

Kept = Literal["post", "file"]
"""What may be kept of a post besides what was said of it: the picture as it was asked about, WebP without anything of
its file but the pixels; its file, byte for byte. Evidence is drawn of the picture and of what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A post whose verdict was review, in a line. Whether somebody has decided stands in the journal.

    Attributes:
        id: random UUID
        when: it was asked, as in `Note`
        index: id of the index that was asked
        query: what the post is called
        hashes: of the post
        asset, path: of the best match; empty where there is none
        probability: of the best match by the evidence alone, 0..1
        rests_on: as in `Verdict`
    """

    id: str
    when: str
    index: str
    query: str
    hashes: Hashes | None
    asset: str
    path: str
    probability: float
    rests_on: Basis

    @property
    def doubt(self) -> float:
        """How far its probability is from even, 0..0.5; the less, the more doubtful it is."""
        return abs(self.probability - 0.5)
