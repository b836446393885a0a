"""A look inside a network while it runs: its first filters, its last feature maps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn

from lineage.backbones.module import ModuleEmbedder
from lineage.errors import UsageError
from lineage.protocols import Embedder


@dataclass(slots=True)
class Watched:
    """What a network did when it ran last.

    Attributes:
        maps: (N, C, h, w) what its vector is pooled from; None before it ran, and where nothing is pooled over places
        before: (N, C, h, w) the same before the last activation, where a normalisation yields it
    """

    maps: torch.Tensor | None = field(default=None)
    before: torch.Tensor | None = field(default=None)


def network_of(embedder: Embedder) -> nn.Module:
    """The network behind an embedder.

    Raises:
        UsageError: it is no torch network that can be looked into
    """
    if isinstance(embedder, ModuleEmbedder) and not isinstance(embedder.module, torch.jit.ScriptModule):
        return embedder.module
    raise UsageError(
        f"{embedder.spec.name}: cannot be looked into; explain takes networks in plain torch, "
        "such as lite, tuned:FILE and open_clip:MODEL@FILE"
    )


def first_layer(network: nn.Module) -> nn.Conv2d:
    """The convolution that sees the picture.

    Raises:
        UsageError: none does
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.in_channels == 3:
            return layer
    raise UsageError("this network has no convolution that sees the picture")


@contextmanager
def keep_maps(network: nn.Module) -> Iterator[Watched]:
    """Keep the last feature maps of every run inside."""
    seen, first = Watched(), first_layer(network)

    def keep(layer: nn.Module, _: object, output: object) -> None:
        if layer is first or not isinstance(output, torch.Tensor) or output.ndim != 4 or output.shape[2:].numel() < 2:
            return
        seen.maps = output
        if isinstance(layer, nn.BatchNorm2d):
            seen.before = output.clone()  # the activation that follows may overwrite it

    hooks = [layer.register_forward_hook(keep) for layer in network.modules()]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()
