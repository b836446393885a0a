"""The plain form: an autoencoder fitted to one library, its error on a whole post as novelty.

It redraws what it knows with little loss and fails on what it never saw: so goes the claim. docs/how-it-works.md has
what became of it. Its encoder can serve as a frozen feature extractor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from lineage.backbones.preprocess import fit
from lineage.errors import WeightsError
from lineage.machine.whole_file import whole
from lineage.records import Floats, Pixels
from lineage.train.autoencoder.descent import Report, descend
from lineage.train.autoencoder.losses import cost
from lineage.train.autoencoder.network import Autoencoder
from lineage.train.autoencoder.recipe import AutoencoderRecipe
from lineage.verify.restore.shape import Shape

SHAPE = Shape(side=64, width=32, halvings=4, code=16)  # 256 numbers a picture: less would redraw nothing, more anything
BATCH = 32
KEY = "lineage-plain"  # of the shape among the file's metadata


class PlainAutoencoder:
    """A trained plain autoencoder."""

    def __init__(self, network: Autoencoder, shape: Shape) -> None:
        self._network = network.eval()
        self._shape = shape

    @property
    def shape(self) -> Shape:
        """What the network is built from."""
        return self._shape

    @torch.inference_mode()
    def novelty(self, pictures: Sequence[Pixels]) -> Floats:
        """(N,) mean squared error of redrawing each, over its variance: 0 is perfect, 1 no better than plain grey."""
        numbers = _numbers(pictures, self._shape)
        errors = [(self._network(part) - part[:, :3]).square().mean((1, 2, 3)) for part in _batches(numbers)]
        return torch.cat(errors).numpy()

    @torch.inference_mode()
    def redrawn(self, pictures: Sequence[Pixels]) -> list[tuple[Pixels, Pixels]]:
        """Each picture as the network sees it, and as it redraws it, (S, S, 3) uint8."""
        numbers = _numbers(pictures, self._shape)
        seen = [_as_picture(one[:3]) for one in numbers]
        return list(zip(seen, [_as_picture(one) for one in self._network(numbers)], strict=True))

    @torch.inference_mode()
    def features(self, pictures: Sequence[Pixels]) -> Floats:
        """(N, D) codes, for a classifier; nothing of the network is tuned by it."""
        numbers = _numbers(pictures, self._shape)
        codes = [self._network.encoder(part).flatten(1) for part in _batches(numbers)]
        return torch.cat(codes).numpy()

    def save(self, file: Path) -> None:
        """Write the weights; a file of that name is replaced as a whole."""
        tensors = {name: weights.contiguous() for name, weights in self._network.state_dict().items()}
        with whole(file) as part:
            save_file(tensors, part, metadata={KEY: json.dumps(asdict(self._shape))})


def train_plain(
    pictures: Sequence[Pixels], recipe: AutoencoderRecipe, *, report: Report = lambda _done, _loss: None
) -> PlainAutoencoder:
    """Fit a plain autoencoder to a library: each picture is its own target, mirrored or not."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network = Autoencoder(recipe.shape).train().to(memory_format=torch.channels_last)
    numbers, pay = _numbers(pictures, recipe.shape), cost(recipe.loss)

    def loss() -> torch.Tensor:
        batch = numbers[torch.from_numpy(rng.integers(0, len(numbers), BATCH))]
        batch = batch.flip(-1) if rng.random() < 0.5 else batch
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bfloat16):
            redrawn = network(batch)
        return pay(redrawn.float(), batch[:, :3], batch[:, 3:])

    descend(network, loss, recipe, report)
    return PlainAutoencoder(network, recipe.shape)


def load_plain(file: Path) -> PlainAutoencoder:
    """Read weights that `lineage train autoencoder --plain` wrote.

    Raises:
        WeightsError: the file is missing, damaged, or of another kind
    """
    try:
        with safe_open(file, framework="pt") as stored:
            shape = Shape(**json.loads(stored.metadata()[KEY]))
            network = Autoencoder(shape)
            network.load_state_dict({key: stored.get_tensor(key) for key in stored.keys()})  # noqa: SIM118
    except (OSError, SafetensorError, RuntimeError, TypeError, KeyError, ValueError) as error:
        raise WeightsError(
            f"{file}: not weights that `lineage train autoencoder --plain` wrote, or damaged; train them again"
        ) from error
    return PlainAutoencoder(network, shape)


def _numbers(pictures: Sequence[Pixels], shape: Shape) -> torch.Tensor:
    """(N, 4, S, S): squeezed to a square, mean 0 and deviation 1 over each picture, seen everywhere."""
    squares = np.stack([fit(picture, shape.side) for picture in pictures])
    numbers = torch.from_numpy(squares).permute(0, 3, 1, 2).float()
    numbers = numbers - numbers.mean((1, 2, 3), keepdim=True)
    numbers = numbers / numbers.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(min=1)
    return torch.cat([numbers, torch.ones(len(numbers), 1, shape.side, shape.side)], 1)


def _batches(numbers: torch.Tensor) -> Iterator[torch.Tensor]:
    return (numbers[begin : begin + BATCH] for begin in range(0, len(numbers), BATCH))


def _as_picture(numbers: torch.Tensor) -> Pixels:
    """(3, S, S), standardised → (S, S, 3) uint8, two deviations from black to grey and from grey to white."""
    return (numbers * 63.75 + 127.5).clamp(0, 255).byte().permute(1, 2, 0).numpy()
