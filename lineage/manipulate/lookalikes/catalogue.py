"""The kinds of look-alikes by name, and how a picture of one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np

from lineage.errors import UsageError
from lineage.manipulate.dose import Dose
from lineage.manipulate.lookalikes.adverts import ADVERTS
from lineage.manipulate.lookalikes.cards import CARDS
from lineage.manipulate.lookalikes.charts import CHARTS
from lineage.manipulate.lookalikes.content import Content
from lineage.manipulate.lookalikes.desks import DESKS
from lineage.manipulate.lookalikes.framed import FRAMED
from lineage.manipulate.lookalikes.grounds import GROUNDS
from lineage.manipulate.lookalikes.kind import Kind
from lineage.manipulate.lookalikes.letters import LETTERS
from lineage.manipulate.lookalikes.packaging import PACKAGES
from lineage.manipulate.lookalikes.papers import PAPERS
from lineage.manipulate.lookalikes.plans import PLANS
from lineage.manipulate.lookalikes.screens import SCREENS
from lineage.manipulate.lookalikes.tables import TABLES
from lineage.manipulate.result import Mask
from lineage.records import Pixels

_GROUPS = CHARTS, TABLES, PAPERS, LETTERS, CARDS, ADVERTS, PACKAGES, SCREENS, DESKS, FRAMED, PLANS, GROUNDS
KINDS: Mapping[str, Kind] = {kind.name: kind for group in _GROUPS for kind in group}


def member(
    kind: str, *, layout: int, content: int, photographs: Sequence[Pixels] = (), common: Sequence[Pixels] | None = None
) -> Pixels:
    """One picture of a layout: (H, W, 3) uint8, longer side 300 … 1600 px.

    The same arguments give the same bytes. All pictures of a layout are of one size.

    Args:
        kind: one of `KINDS`
        layout: seed of what the pictures of a layout share, 0 or more
        content: seed of what differs, 0 or more; of the pieces that may stay alike each shares none, some or all
            with content 0
        photographs: (h, w, 3) uint8, what differs in designs with a photograph; drawn where there are none
        common: (h, w, 3) uint8, photographs that all pictures of a layout share, such as the product of which the
            colour differs; by default also those

    Raises:
        UsageError: there is no such kind
    """
    if kind not in KINDS:
        raise UsageError(f"there is no kind of look-alike {kind!r}; there are: {', '.join(KINDS)}")
    look = Dose(0.5, np.random.default_rng((crc32(kind.encode()), layout)))
    shared = photographs if common is None else common
    return KINDS[kind].draw(look, Content(kind, layout, content, photographs, shared))


def differing_pixels(first: Pixels, second: Pixels, *, least: int = 24) -> Mask:
    """Where two pictures of one layout differ by at least so much of 255 in a channel: (H, W) bool."""
    change = np.abs(first.astype(np.int16) - second).max(2)
    return np.asarray(change >= least, np.bool_)
