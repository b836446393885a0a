"""One entry of the catalogue: a name, its family, and what its strength means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lineage.manipulate.dose import Dose
from lineage.manipulate.result import Step
from lineage.records import Pixels

FAMILIES = (
    *("geometry", "colour", "degrade", "overlay", "layout", "capture"),
    *("rephotograph", "collage", "codec", "platform"),
)


@dataclass(frozen=True, slots=True)
class Manipulation:
    """One entry of the catalogue.

    Attributes:
        name: unique
        family: one of `FAMILIES`
        scale: what strength 0 and strength 1 mean, in units
        make: the manipulation itself: picture (H, W, 3) uint8 and dose → step
    """

    name: str
    family: str
    scale: str
    make: Callable[[Pixels, Dose], Step]
