"""The catalog: what is known about each backbone before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """A backbone as the catalog describes it and an index is stamped with it.

    Attributes:
        name: how a user asks for it and what the index remembers
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
