"""The network that is trained: a base with a head of the wanted length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from lineage.errors import UsageError
from lineage.records import BackboneSpec
from lineage.train.backbone.recipe import BackboneRecipe


@dataclass(frozen=True, slots=True)
class Student:
    """A network in training.

    Attributes:
        module: (N, 3, S, S) normalised → (N, dim)
        spec: of the base: normalisation and input size
        frozen: layers that stay as they are, normalisation statistics included
    """

    module: nn.Module
    spec: BackboneSpec
    frozen: tuple[nn.Module, ...]

    def train(self) -> None:
        """Everything but the frozen children to training mode."""
        self.module.train()
        for child in self.frozen:
            child.eval()


def student(module: nn.Module, spec: BackboneSpec, recipe: BackboneRecipe) -> Student:
    """Freeze the layers up to and including `recipe.freeze`, and what parts with frozen layers have besides layers.

    A tower's tokens and embeddings are of the latter kind, and a projection at its end, which the head makes up for.

    Raises:
        UsageError: the network has no such part, or nothing else
    """
    frozen = dict(_up_to(module, recipe.freeze)) if recipe.freeze else {}
    for path, part in module.named_modules():
        if any(f"{leaf}.".startswith(f"{path}." if path else "") for leaf in frozen):
            for weights in part.parameters(recurse=False):
                weights.requires_grad_(requires_grad=False)
    if not any(weights.requires_grad for weights in module.parameters()):
        raise UsageError(f"{recipe.freeze}: nothing of this network is left to train beyond it")
    return Student(module.to(memory_format=torch.channels_last), spec, tuple(frozen.values()))


def _up_to(module: nn.Module, name: str) -> Iterator[tuple[str, nn.Module]]:
    """Paths and leaves of the network in the order in which they run, to the end of the named part."""
    leaves = [(path, leaf) for path, leaf in module.named_modules() if not list(leaf.children())]
    inside = [place for place, (path, _) in enumerate(leaves) if f"{path}.".startswith(f"{name}.")]
    if not inside:
        tops = sorted({".".join(path.split(".")[:2]) for path, _ in leaves})
        raise UsageError(f"{name}: no such part of this network to freeze up to; there are {', '.join(tops)}")
    yield from leaves[: inside[-1] + 1]


def parameter_groups(module: nn.Module, recipe: BackboneRecipe) -> list[dict[str, object]]:
    """For AdamW: the head learns faster; norms, biases and pooling are not decayed."""
    groups = []
    named = [(name, weights) for name, weights in module.named_parameters() if weights.requires_grad]
    for in_head in (False, True):
        for matrix in (False, True):
            chosen = [w for n, w in named if n.startswith("head.") == in_head and (w.ndim > 1) == matrix]
            rate = recipe.rate * (recipe.head_rate if in_head else 1)
            groups.append({"params": chosen, "lr": rate, "weight_decay": recipe.decay if matrix else 0.0})
    return [group for group in groups if group["params"]]
