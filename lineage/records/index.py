"""What an index holds, and what it was written with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lineage.records.picture import Fingerprint


@dataclass(frozen=True, slots=True)
class Location:
    """One place where an asset's file lies.

    Attributes:
        root: the indexed folder, absolute, or the address of a place elsewhere or of a list of addresses
        path: relative to the root, with forward slashes; in a list the address of the file
        size: bytes; 0 where a place elsewhere does not say
        mtime_ns: modification time, nanoseconds since the epoch; elsewhere as `places.Found` has it
    """

    root: str
    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the library, known by the SHA-256 of its bytes: equal files are one asset with several locations.

    Attributes:
        id: UUID made from the first 128 bits of the SHA-256, as a string
        sha256: 64 hex digits
        width, height: px of the upright picture
        format: as Pillow names it
        locations: at least one, in the order in which they were found
    """

    id: str
    sha256: str
    width: int
    height: int
    format: str
    locations: tuple[Location, ...]

    @property
    def path(self) -> str:
        """Path of the first location, relative to its root: the name by which a person knows the asset."""
        return self.locations[0].path


@dataclass(frozen=True, slots=True)
class Entry:
    """What a store keeps of one asset."""

    asset: Asset
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Some of what a store keeps, and what is wrong among it.

    Attributes:
        entries: that are as they were written
        damaged: id → path of the others; the id again where no path can be read
        unsummed: how many of the entries are from before there were check sums, so that damage may not show
    """

    entries: Sequence[Entry]
    damaged: Mapping[str, str]
    unsummed: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an index was written with. Vectors of two backbones never mix.

    Attributes:
        index: random UUID of this index, so that a ledger can tell it from another one at the same place
        schema: version of the stored form
        backbone: name in the catalog
        weights: SHA-256 of the weights
        dim: length of the global vector
    """

    index: str
    schema: int
    backbone: str
    weights: str
    dim: int

    @property
    def network(self) -> str:
        """Name and weights of the backbone in one; what was fitted to another one says nothing about these vectors."""
        return f"{self.backbone} {self.weights}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of one search branch; higher scores are better and comparable within the branch only."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """A backbone as the catalog describes it and an index is stamped with it.

    Attributes:
        name: what the index remembers: the name that a user asks by, without the folder of a weights file
        dim: length of the vector
        input_size: px; pictures are squeezed to input_size × input_size
        mean, std: per channel R G B, of pictures scaled to 0..1
        licence: of the weights, as their origin states it
        weights: SHA-256 of the weights' bytes, 64 hex digits
    """

    name: str
    dim: int
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    licence: str
    weights: str


def asset_id(sha256: str) -> str:
    """SHA-256 of a file's bytes, 64 hex digits → the id of its asset."""
    return str(UUID(hex=sha256[:32]))
