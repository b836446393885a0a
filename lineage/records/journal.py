"""What people decided, and what an index was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from lineage.records.picture import Floats, Hashes
from lineage.records.verdict import Limit

NoteKind = Literal["confirm", "reject", "ignore", "quarantine", "stricter", "undo"]


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody decided about a picture or an asset. It is never changed; another note may take it back.

    Attributes:
        id: random UUID
        when: UTC, ISO 8601 with microseconds, so that order by text is order in time
        who: login name, or lineage itself
        what: confirm, reject: picture was, or was not, made from asset · ignore: what picture shows does not count ·
            quarantine: asset is not claimed · stricter: claims of a group take a higher score · undo: the note
            `undoes` does not hold any more
        picture: path as given; empty where none is meant
        hashes: of that picture
        asset: id; empty where none is meant
        path: of the asset when this was written
        reason: a clause for a person; empty where none was given
        undoes: id of the note that is taken back
        limit: why claims take a higher score; None where that is not what it says
        review: id of the review that it answers; empty where it answers none
        TOLD: what programs are told of it
    """

    TOLD: ClassVar = ("id", "when", "who", "what", "picture", "asset", "path", "reason")

    id: str
    when: str
    who: str
    what: NoteKind
    picture: str = ""
    hashes: Hashes | None = None
    asset: str = ""
    path: str = ""
    reason: str = ""
    undoes: str = ""
    limit: Limit | None = None
    review: str = ""

    def as_json(self) -> dict[str, object]:
        """What `lineage feedback --json` prints of it; its names are stable."""
        return {name: getattr(self, name) for name in self.TOLD}


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a post was asked about, and what was claimed.

    Attributes:
        id: random UUID
        when: as in `Note`
        index: id of the index that was asked: vectors of one index compare
        asset: id of the asset that the post was called made from; empty where it was not called known
        path: of that asset
        vector: (dim,) float32, L2 norm 1, of the whole post; empty where nothing was claimed
        background: as in `Evidence`; None where the library is too small to say
        passing: whether the post shows the asset in passing only, and is about something else
        hashes: of the post
        decision: known, review or novel
        score: what it counts with among novel posts, as in `Calibration.novel`; None where something else decided
        group: as in `Guarantee`, of its best match
        calibration: version of the one that decided
        query: what the post is called; empty in sightings of before
    """

    id: str
    when: str
    index: str
    asset: str
    path: str
    vector: Floats
    background: float | None
    passing: bool
    hashes: Hashes | None = None
    decision: str = ""
    score: float | None = None
    group: str = ""
    calibration: str = ""
    query: str = ""
