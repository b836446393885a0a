"""What differs between pictures of one layout: every piece of content has dice of its own."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from lineage.manipulate.backdrop import draw_surface
from lineage.manipulate.dose import Dose
from lineage.records import Pixels

_SHARES = (0.0, 0.25, 0.6, 1.0, 1.0)
"""How many of the pieces that may stay alike differ: from a single number to everything."""


class Content:
    """The content of one picture, piece by piece.

    The pieces of a layout are numbered as they are asked for. The picture with content 0 is the layout's first; any
    other has `own` pieces of its own, and shares some of the others with it, all or none.
    """

    def __init__(
        self, kind: str, layout: int, content: int, photographs: Sequence[Pixels], common: Sequence[Pixels]
    ) -> None:
        self._name, self._layout, self._content = crc32(kind.encode()), layout, content
        self._photographs, self._common, self._pieces = photographs, common, 0
        self._share = _SHARES[int(np.random.default_rng((self._name, layout, content)).integers(len(_SHARES)))]

    def _dose(self, *key: int) -> Dose:
        return Dose(0.5, np.random.default_rng((self._name, self._layout, *key)))

    def own(self) -> Dose:
        """Dice for a piece that differs in every picture of the layout."""
        self._pieces += 1
        return self._dose(self._pieces, self._content)

    def also(self) -> Dose:
        """Dice for a piece in which some pictures of the layout differ."""
        self._pieces += 1
        key = self._pieces, self._content
        differs = np.random.default_rng((self._name, self._layout, *key, 1)).random() < self._share
        return self._dose(*key) if differs else self._dose(self._pieces, 0)

    def several(self, count: int) -> list[Dose]:
        """Dice for so many pieces of a kind, at least one of which differs in every picture of the layout."""
        chosen = self._dose(self._content, self._pieces, 2).whole(0, count - 1)
        return [self.own() if k == chosen else self.also() for k in range(count)]

    def photograph(self) -> Pixels:
        """The next photograph, another one for every content while there are enough; drawn where there are none."""
        self._pieces += 1
        if not self._photographs:
            return draw_surface(self._dose(self._pieces, self._content), (240, 240))
        start = self._dose(self._pieces).whole(0, len(self._photographs) - 1)
        return self._photographs[(start + self._content) % len(self._photographs)]

    def common_photograph(self) -> Pixels:
        """A photograph that all pictures of the layout show, another one for every layout while there are enough."""
        self._pieces += 1
        if not self._common:
            return draw_surface(self._dose(self._pieces), (240, 240))
        return self._common[(self._layout + self._pieces - 1) % len(self._common)]
