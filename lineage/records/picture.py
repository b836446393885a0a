"""A picture, and what is known of it alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Map = npt.NDArray[np.float64]
Point = tuple[float, float]
Polygon = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: (H, W, 3) uint8, upright sRGB; may have been decoded at a reduced scale
        width, height: px of the upright original, before any reduction
        format: of the file, as Pillow names it: JPEG, PNG, HEIF, PSD …
        detail: how many times as long as others of its shape it is looked at, 1 or more; see `lineage.read.sheets`
    """

    pixels: Pixels
    width: int
    height: int
    format: str
    detail: float = 1.0


@dataclass(frozen=True, slots=True)
class Hashes:
    """Perceptual hashes.

    Attributes:
        phash: 16 hex digits, 64 bit
        pdq: 64 hex digits, 256 bit
        pdq_quality: 0..100; below 50 the picture has too little structure for its PDQ to mean anything (PDQ reference)
    """

    phash: str
    pdq: str
    pdq_quality: int


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Local features of a picture, strongest first, N of them.

    Attributes:
        positions: (N, 2) float32, unit frame
        scales: (N,) float32, diameter of the described neighbourhood, unit frame
        angles: (N,) float32, degrees 0..360, clockwise from the x axis
        descriptors: (N, D) uint8; `keypoints.py` says what they are made of
    """

    positions: Floats
    scales: Floats
    angles: Floats
    descriptors: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.positions)

    def chosen(self, those: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Keypoints:
        """Some of them: (N,) bool, or indices."""
        return Keypoints(self.positions[those], self.scales[those], self.angles[those], self.descriptors[those])


@dataclass(frozen=True, slots=True)
class Words:
    """Visual words as a sparse vector, N different words; inverse document frequency is the store's business.

    Attributes:
        indices: (N,) uint32, increasing
        values: (N,) float32, above 0
    """

    indices: npt.NDArray[np.uint32]
    values: Floats

    def __len__(self) -> int:
        return len(self.indices)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a picture.

    Attributes:
        vector: (D,) float32, L2 norm 1
        hashes: perceptual hashes
        keypoints: local features; length 0 where the picture has no structure
        words: visual words of these features
        preview: the picture as WebP bytes, longer side at most 320 px, of strips and contact sheets more
    """

    vector: Floats
    hashes: Hashes
    keypoints: Keypoints
    words: Words
    preview: bytes


@dataclass(frozen=True, slots=True)
class View:
    """A part of a post that is looked up on its own.

    Attributes:
        name: kind of the view: frame, trimmed, panel or crop
        pixels: (h, w, 3) uint8
        view_to_post: 3 × 3, unit frame → unit frame
    """

    name: str
    pixels: Pixels
    view_to_post: Map
