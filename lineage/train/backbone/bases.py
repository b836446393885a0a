"""What a training run starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from lineage.backbones.catalog import LITE0
from lineage.backbones.lite import INPUT_SIZE, Lite
from lineage.backbones.lite0 import fill_with_imagenet
from lineage.backbones.load import load_module
from lineage.backbones.module import ModuleEmbedder
from lineage.backbones.trainable import Headed
from lineage.errors import UsageError
from lineage.protocols import Embedder
from lineage.records import BackboneSpec
from lineage.train.backbone.recipe import BackboneRecipe

DIM = 512  # of a new head, where nothing else is asked for


@dataclass(frozen=True, slots=True)
class Base:
    """A network to tune.

    Attributes:
        module: (N, 3, S, S) → (N, spec.dim)
        spec: normalisation and input size
        network: what a weights file calls it
        headed: whether it goes on with a head that has learnt already
        untouched: the backbone as it was, to compare with before the module is tuned: both may share layers
    """

    module: Lite | Headed
    spec: BackboneSpec
    network: str
    headed: bool
    untouched: Embedder


def load_base(recipe: BackboneRecipe, *, device: torch.device, fresh: int | None = None) -> Base:
    """The network of a recipe's base with a head of the recipe's length, if it names one.

    Args:
        recipe: names the base
        device: of the network
        fresh: numbers of a head that is made here; None: as the recipe says

    `lite0` gets the layers of `lite` above its trunk; `lite` and files that `lineage train` wrote go on as they are; an
    open_clip tower gets a linear layer on top.

    Raises:
        UsageError: the base is no torch network that can be written back, or has a head of another length
    """
    untouched = load_module(recipe.base, device=str(device))
    if not isinstance(untouched, ModuleEmbedder):
        raise UsageError(f"{recipe.base}: runs elsewhere than in torch and cannot be tuned; it may be a teacher")
    kind, _, rest = recipe.base.partition(":")
    module, dim = untouched.module, fresh or recipe.dim or DIM
    spec = replace(untouched.spec, dim=dim)
    if recipe.base == LITE0.name:
        lite = Lite(dim, between=recipe.between)
        fill_with_imagenet(lite.trunk, lite.widen)
        return Base(lite, replace(spec, input_size=INPUT_SIZE), "lite", headed=False, untouched=untouched)
    if kind == "open_clip":
        name = f"open_clip:{rest.partition('@')[0]}"
        tower = Headed(name, module, width=untouched.spec.dim, dim=dim, between=recipe.between)
        return Base(tower, spec, name, headed=False, untouched=untouched)
    if not isinstance(module, Lite | Headed):
        raise UsageError(
            f"{recipe.base}: a network whose layers cannot be written back; tune lite, lite0 or open_clip:…"
        )
    if recipe.dim not in {None, untouched.spec.dim}:
        raise UsageError(
            f"{recipe.base}: has vectors of {untouched.spec.dim} numbers, not of {recipe.dim}; start from lite0, "
            "which gets a head of any length"
        )
    if recipe.between not in {0, module.head.between}:
        raise UsageError(f"{recipe.base}: goes on with the head that it has; start from lite0, which gets a fresh one")
    name = "lite" if isinstance(module, Lite) else module.name
    return Base(module, untouched.spec, name, headed=True, untouched=untouched)
