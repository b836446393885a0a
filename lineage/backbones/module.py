"""Torch modules as backbones."""

from __future__ import annotations

import torch
from torch import nn

from lineage.backbones.batches import BatchEmbedder
from lineage.backbones.preprocess import normalise
from lineage.errors import UsageError
from lineage.records import BackboneSpec, Floats, Pixels


class ModuleEmbedder(BatchEmbedder):
    """A torch module (N, 3, S, S) → (N, dim) as an embedder.

    Always float32. With bfloat16 a CPU that has it is a tenth faster in batches and a third slower on single pictures,
    and vectors move by .002 in cosine: what is found would depend on the machine.

    Args:
        spec: describes the module
        module: the network; training may change its weights
        faster: a copy of `module` made for inference only, see `folding.py`; after training make a new embedder
        device: where to run
    """

    def __init__(
        self, spec: BackboneSpec, module: nn.Module, *, device: torch.device, faster: nn.Module | None = None
    ) -> None:
        super().__init__(spec)
        self._module = module.eval().to(device)
        self._inference = self._module if faster is None else faster.eval().to(device)
        self._device = device

    @property
    def module(self) -> nn.Module:
        """The network itself, for tuning."""
        return self._module

    @torch.inference_mode()
    def _forward(self, batch: Pixels) -> Floats:
        numbers = torch.from_numpy(normalise(batch, self.spec.mean, self.spec.std)).to(self._device)
        vectors: torch.Tensor = self._inference(numbers)
        return vectors.float().cpu().numpy()


def pick_device(name: str | None) -> torch.device:
    """The named device; without a name the graphics card where there is one.

    Raises:
        UsageError: this machine does not have it
    """
    available = torch.cuda.is_available()
    try:
        device = torch.device(name or ("cuda" if available else "cpu"))
    except RuntimeError as error:
        raise UsageError(f"{name}: no such device; there are cpu and cuda") from error
    if device.type == "cuda" and not available:
        raise UsageError(
            f"{name}: this machine has no graphics card that torch can use; leave the device out or use cpu"
        )
    return device
