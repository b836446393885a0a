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
from lineage.manipulate.slanted import SLANTED

MANIPULATIONS: Mapping[str, Manipulation] = {
    manipulation.name: manipulation
    for family in (UPRIGHT, SLANTED, COLOUR, DEGRADE, OVERLAY, PADDING, LAYOUT, CAPTURE, COLLAGE, CODEC, PLATFORM)
    for manipulation in family
}
