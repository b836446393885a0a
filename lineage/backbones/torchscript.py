"""Any TorchScript descriptor by path; the published SSCD files are of this kind."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import nn

from lineage.backbones.catalog import IMAGENET_MEAN, IMAGENET_STD
from lineage.backbones.files import sha256_of
from lineage.backbones.module import ModuleEmbedder
from lineage.errors import WeightsError
from lineage.records import BackboneSpec

INPUT_SIZE = 288  # px, as SSCD is measured by its authors (arXiv 2202.10261, §5)


def load_torchscript(file: Path, *, size: int | None, name: str, device: torch.device) -> ModuleEmbedder:
    """A scripted or traced module (N, 3, S, S), normalised as for ImageNet → (N, dim).

    Args:
        file: as `torch.jit.save` writes it
        size: px, side of the input; None: 288
        name: what the index remembers
        device: where to run

    Raises:
        WeightsError: it cannot be read or does not turn a picture into a vector
    """
    weights = sha256_of(file)
    size = size or INPUT_SIZE
    try:
        module = _read(file, device)
        with torch.inference_mode():
            probe = module(torch.zeros(1, 3, size, size, device=device))
    except (RuntimeError, ValueError) as error:
        raise WeightsError(f"{file}: not a TorchScript descriptor for pictures of {size} px") from error
    if not isinstance(probe, torch.Tensor) or probe.ndim != 2:
        raise WeightsError(f"{file}: does not turn a picture into one vector")
    spec = BackboneSpec(name, probe.shape[1], size, IMAGENET_MEAN, IMAGENET_STD, "that of the file", weights)
    return ModuleEmbedder(spec, module, device=device)


def _read(file: Path, device: torch.device) -> nn.Module:
    with warnings.catch_warnings():
        # Torch would have everybody move to torch.export; published descriptors are TorchScript all the same.
        warnings.simplefilter("ignore", FutureWarning)
        module: nn.Module = torch.jit.load(str(file), map_location=device)  # type: ignore[no-untyped-call]
    return module.eval()
