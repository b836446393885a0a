"""The catalogue of manipulations by name, family by family."""

from __future__ import annotations

from collections.abc import Mapping

from lineage.manipulate.capture import CAPTURE
from lineage.manipulate.codec import CODEC
from lineage.manipulate.collage import COLLAGE
from lineage.manipulate.colour import COLOUR
from lineage.manipulate.degrade import DEGRADE
from lineage.manipulate.geometry import UPRIGHT
from lineage.manipulate.layout import LAYOUT
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.overlay import OVERLAY
from lineage.manipulate.padding import PADDING
from lineage.manipulate.platforms import PLATFORM
from lineage.manipulate.rephotographed import REPHOTOGRAPHED
from lineage.manipulate.slanted import SLANTED

_GROUPS = (
    *(UPRIGHT, SLANTED, COLOUR, DEGRADE, OVERLAY, PADDING, LAYOUT, CAPTURE),
    *(REPHOTOGRAPHED, COLLAGE, CODEC, PLATFORM),
)
MANIPULATIONS: Mapping[str, Manipulation] = {
    manipulation.name: manipulation for group in _GROUPS for manipulation in group
}
