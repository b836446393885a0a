"""What a training run starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from lineage.backbones.catalog import LITE0, BackboneSpec
from lineage.backbones.lite import INPUT_SIZE, Lite
from lineage.backbones.lite0 import fill_with_imagenet
from lineage.backbones.load import load
from lineage.backbones.module import ModuleEmbedder
from lineage.backbones.tuned import Headed
from lineage.errors import UsageError
from lineage.protocols import Embedder
from lineage.train.backbone.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Base:
    """A network to tune.

    Attributes:
        module: (N, 3, S, S) → (N, recipe.dim)
        spec: normalisation and input size
        network: what a weights file calls it
        untouched: the backbone as it was, to compare with
    """

    module: Lite | Headed
    spec: BackboneSpec
    network: str
    untouched: Embedder


def load_base(recipe: Recipe, *, device: torch.device) -> Base:
    """The network of a recipe's base with a head of the recipe's length.

    `lite0` gets the layers of `lite` above its trunk; `lite` and files that `lineage train` wrote go on as they are; an
    open_clip tower gets a linear layer on top.

    Raises:
        UsageError: the base is no torch network that can be written back, or has a head of another length
    """
    untouched = load(recipe.base, device=str(device))
    if not isinstance(untouched, ModuleEmbedder):
        raise UsageError(f"{recipe.base}: runs elsewhere than in torch and cannot be tuned; it may be a teacher")
    kind, _, rest = recipe.base.partition(":")
    spec, module = replace(untouched.spec, dim=recipe.dim), untouched.module
    if recipe.base == LITE0.name:
        fresh = Lite(recipe.dim)
        fill_with_imagenet(fresh.trunk, fresh.widen)
        return Base(fresh, replace(spec, input_size=INPUT_SIZE), "lite", untouched)
    if kind == "open_clip":
        name = f"open_clip:{rest.partition('@')[0]}"
        headed = Headed(name, module, width=untouched.spec.dim, dim=recipe.dim)
        return Base(headed, spec, name, untouched)
    if not isinstance(module, Lite | Headed):
        raise UsageError(
            f"{recipe.base}: a network whose layers cannot be written back; tune lite, lite0 or open_clip:…"
        )
    if module.head.out_features != recipe.dim:
        raise UsageError(f"{recipe.base}: has vectors of {module.head.out_features} numbers, not of {recipe.dim}")
    return Base(module, spec, "lite" if isinstance(module, Lite) else module.name, untouched)
