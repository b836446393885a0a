"""The image tower of any open_clip model, with weights from a local file."""

from __future__ import annotations

import pickle
from pathlib import Path

import open_clip
import torch
from safetensors import SafetensorError
from torch import nn

from lineage.backbones.files import sha256_of
from lineage.backbones.module import ModuleEmbedder
from lineage.errors import UsageError, WeightsError
from lineage.records import BackboneSpec

# open_clip looks into what it has read without asking first, and checks it by assertions.
_READING_ERRORS = (
    pickle.UnpicklingError,
    SafetensorError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)


class Tower(nn.Module):
    """The image tower alone: (N, 3, S, S) → (N, dim)."""

    def __init__(self, visual: nn.Module) -> None:
        super().__init__()
        self.visual = visual

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised → (N, dim)."""
        answer: torch.Tensor | tuple[torch.Tensor, ...] = self.visual(numbers)
        return answer[0] if isinstance(answer, tuple) else answer  # CoCa's towers yield the tokens too


def load_open_clip(model: str, file: Path, *, name: str, device: torch.device) -> ModuleEmbedder:
    """The image tower of an open_clip model.

    Args:
        model: as open_clip names it: ViT-B-32, RN50, convnext_base …
        file: a checkpoint of the whole model, .pt, .bin or .safetensors
        name: what the index remembers
        device: where to run

    Raises:
        UsageError: open_clip has no model of that name
        WeightsError: the file is missing, damaged or holds another model
    """
    if model not in open_clip.list_models():
        raise UsageError(f"{model}: open_clip has no such model; names are listed by open_clip.list_models()")
    weights = sha256_of(file)
    try:
        whole = open_clip.create_model(model, pretrained=str(file))
    except _READING_ERRORS as error:
        raise WeightsError(f"{file}: not the weights of {model}, or damaged") from error
    recipe = open_clip.get_model_preprocess_cfg(whole)
    tower, side = Tower(whole.visual).eval(), _side(whole)
    mean, std = tuple(recipe["mean"]), tuple(recipe["std"])
    spec = BackboneSpec(name, _width(tower, side), side, mean, std, "that of the file", weights)
    return ModuleEmbedder(spec, tower, device=device)


def empty_tower(model: str) -> tuple[Tower, int]:
    """An image tower whose weights are still to come, and the length of its vectors.

    Raises:
        ValueError: open_clip has no model of that name
    """
    if model not in open_clip.list_models():
        raise ValueError(model)
    whole = open_clip.create_model(model)
    tower = Tower(whole.visual).eval()
    return tower, _width(tower, _side(whole))


def _side(whole: nn.Module) -> int:
    size = open_clip.get_model_preprocess_cfg(whole)["size"]
    return int(size if isinstance(size, int) else size[0])


@torch.inference_mode()
def _width(tower: Tower, side: int) -> int:
    return int(tower(torch.zeros(1, 3, side, side)).shape[1])
