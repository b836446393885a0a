"""The networks of a restorer's file in torch, to be trained further."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from lineage.errors import WeightsError
from lineage.machine.whole_file import whole
from lineage.train.autoencoder.departure import LearnedDeparture
from lineage.train.autoencoder.network import Autoencoder
from lineage.train.same_shot.network import SameShotModule
from lineage.verify.restore import SHIPPED
from lineage.verify.restore.model import KEY
from lineage.verify.restore.shape import Shape


class Model(nn.Module):
    """The network and how its error is read. Children: `network`, `departure`, `same_shot` if it was trained."""

    def __init__(self, shape: Shape, same_shot: SameShotModule | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.network = Autoencoder(shape)
        self.departure = LearnedDeparture()
        self.same_shot = same_shot

    def redraw(self, post: torch.Tensor, asset: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, 4, S, S) each → the posts restored and the assets redrawn, (N, 3, S, S) each."""
        restored, redrawn = self.network(torch.cat([post, asset])).float().chunk(2)
        return restored, redrawn


def save_restorer(model: Model, file: Path) -> None:
    """Write weights in half precision; a file of that name is replaced as a whole."""
    halves = {name: weights.half().contiguous() for name, weights in model.state_dict().items()}
    with whole(file) as part:
        save_file(halves, part, metadata={KEY: json.dumps(asdict(model.shape))})


def load_model(file: Path | None = None) -> Model:
    """Read weights that `save_restorer` wrote; of None those that ship.

    Raises:
        WeightsError: the file is missing, damaged, or of another kind
    """
    file = file or SHIPPED
    try:
        with safe_open(file, framework="pt") as stored:
            tensors = {key: stored.get_tensor(key).float() for key in stored.keys()}  # noqa: SIM118, not a dict
            same_shot = SameShotModule() if any(key.startswith("same_shot.") for key in tensors) else None
            model = Model(Shape(**json.loads(stored.metadata()[KEY])), same_shot)
        model.load_state_dict(tensors)
    except (OSError, SafetensorError, RuntimeError, TypeError, KeyError, ValueError) as error:
        raise WeightsError(
            f"{file}: not an autoencoder that `lineage train autoencoder` wrote, or damaged; train one"
        ) from error
    return model.eval()
