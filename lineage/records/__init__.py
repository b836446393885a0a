"""The nouns: immutable records that the stages hand to each other.

Conventions, once for the whole project:

* Pictures are (H, W, 3) uint8 arrays, upright, sRGB, channel order R G B.
* The *unit frame* of a picture has its origin in the outer corner of the upper left pixel, x to the right, y
  down, and the longer side has length 1. So a point at the lower right corner of a 400 × 200 picture is (1.0, 0.5).
  Similarities stay similarities in it, and it does not depend on the size at which a picture was decoded.
* `a_to_b` is a 3 × 3 float64 homography on column vectors: a point p of a's unit frame lies at a_to_b · p in b's.
* Shares, probabilities and cosines are plain floats; shares and probabilities lie in 0..1, cosines in -1..1.
"""

from __future__ import annotations

from lineage.records.evidence import (
    AGREES,
    CONTRADICTED,
    CONTRADICTS,
    DIFFERS,
    Alignment,
    Candidate,
    Candidates,
    Changes,
    Edit,
    Evidence,
    Laid,
    Residual,
    Restoration,
)
from lineage.records.index import Asset, BackboneSpec, Entry, Hit, Location, Stamp, Surveyed, asset_id
from lineage.records.journal import Note, NoteKind, Sighting
from lineage.records.picture import (
    Fingerprint,
    Floats,
    Hashes,
    Keypoints,
    Map,
    Picture,
    Pixels,
    Point,
    Polygon,
    View,
    Words,
)
from lineage.records.report import JSON_SCHEMA, Report
from lineage.records.review import Kept, Review
from lineage.records.verdict import Basis, Decision, Guarantee, Limit, Match, Objection, Test, Verdict

__all__ = [
    "AGREES",
    "CONTRADICTED",
    "CONTRADICTS",
    "DIFFERS",
    "JSON_SCHEMA",
    "Alignment",
    "Asset",
    "BackboneSpec",
    "Basis",
    "Candidate",
    "Candidates",
    "Changes",
    "Decision",
    "Edit",
    "Entry",
    "Evidence",
    "Fingerprint",
    "Floats",
    "Guarantee",
    "Hashes",
    "Hit",
    "Kept",
    "Keypoints",
    "Laid",
    "Limit",
    "Location",
    "Map",
    "Match",
    "Note",
    "NoteKind",
    "Objection",
    "Picture",
    "Pixels",
    "Point",
    "Polygon",
    "Report",
    "Residual",
    "Restoration",
    "Review",
    "Sighting",
    "Stamp",
    "Surveyed",
    "Test",
    "Verdict",
    "View",
    "Words",
    "asset_id",
]
