"""What was done to an asset on its way into a post, named and measured.

Actions are those of the C2PA specification 2.2 (section Actions, https://spec.c2pa.org), so that an answer fits into a
manifest; labels are for a person. Differences within the error of the measurement are not named.
"""

from __future__ import annotations

from lineage.tell.edits.colours import colour_edits
from lineage.tell.edits.foreign import foreign_edits, without_repeats
from lineage.tell.edits.geometry import geometry_edits
from lineage.tell.edits.of_matches import with_edits

__all__ = ["colour_edits", "foreign_edits", "geometry_edits", "with_edits", "without_repeats"]
