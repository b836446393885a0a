"""Look-alikes: pictures of one layout, template or ground with other content, made from seeds.

    from lineage.manipulate.lookalikes import KINDS, member

    first, second = (member("certificate", layout=7, content=c, photographs=photographs) for c in (0, 1))

Nobody is a source of the other, however much they share. docs/evaluation.md shows them.
"""

from __future__ import annotations

from lineage.manipulate.lookalikes.catalogue import KINDS, differing_pixels, member
from lineage.manipulate.lookalikes.kind import Kind

__all__ = ["KINDS", "Kind", "differing_pixels", "member"]
