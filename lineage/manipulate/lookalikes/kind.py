"""One kind of look-alikes: a name, what differs between its pictures, and how one is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lineage.manipulate.dose import Dose
from lineage.manipulate.lookalikes.content import Content
from lineage.records import Pixels


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue of look-alikes.

    Attributes:
        name: unique
        differs: what differs between two pictures of one layout, in words
        draw: dice of the layout and the content → picture (H, W, 3) uint8
    """

    name: str
    differs: str
    draw: Callable[[Dose, Content], Pixels]
