"""Weights file → `AutoencoderRestorer`, which compares posts with candidates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from math import exp
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from lineage.errors import WeightsError
from lineage.records import Laid, Map, Pixels, Restoration
from lineage.verify.overlay import Overlay, lay
from lineage.verify.restore.departure import Departure, Pairs, pairs
from lineage.verify.restore.network import Autoencoder, Shape
from lineage.verify.restore.planes import SIDE, planes
from lineage.verify.restore.same_shot import SameShot

SHIPPED = Path(__file__).parent.parent.parent / "weights" / "restore.safetensors"
KEY = "lineage"  # of the shape among the file's metadata


class Model(nn.Module):
    """The network and how its error is read. Children: `network`, `departure`, `same_shot` if it was trained."""

    def __init__(self, shape: Shape, same_shot: SameShot | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.network = Autoencoder(shape)
        self.departure = Departure()
        self.same_shot = same_shot

    def redraw(self, both: Pairs) -> tuple[torch.Tensor, torch.Tensor]:
        """The posts restored and the assets redrawn, (N, 3, S, S) each."""
        restored, redrawn = self.network(torch.cat([both.post, both.asset])).float().chunk(2)
        return restored, redrawn

    def compare(self, both: Pairs) -> tuple[torch.Tensor, torch.Tensor]:
        """→ (N, CELLS, CELLS) departures and (N, 3) figures."""
        restored, redrawn = self.redraw(both)
        cells = self.departure(restored, redrawn, both.asset[:, :3])
        return cells, self.departure.figures(cells, both.counted)


class AutoencoderRestorer:
    """Compares a post with the candidates that geometry laid into it."""

    def __init__(self, model: Model, version: str) -> None:
        self._model = model.eval()
        self._version = version

    @property
    def version(self) -> str:
        """First digits of the SHA-256 of the weights."""
        return self._version

    @property
    def model(self) -> Model:
        """The network itself, to train it further or to use its encoder."""
        return self._model

    @torch.inference_mode()
    def restore(self, post: Pixels, candidates: Sequence[Laid]) -> list[Restoration | None]:
        """How well each candidate explains a post.

        Args:
            post: (h, w, 3) uint8
            candidates: of each, how it lies in the post

        Returns:
            In the order of the candidates; None where fewer than four cells are visible or three are textured.
        """
        if not candidates:
            return []
        side = self._model.shape.side
        both = pairs(*stacked([square(post, one.preview, one.asset_to_post, side=side) for one in candidates]))
        cells, figures = self._model.compare(both)
        agreement, limit = self._agreement(post, candidates, figures), float(self._model.departure.limit)
        cells = torch.where(both.counted, cells - limit, torch.nan)
        return [
            Restoration(exp(loss - limit), exp(mean - limit), float(explained), float(logit), grid.numpy())
            if spoken
            else None
            for (loss, mean, explained), logit, grid, spoken in zip(figures, agreement, cells, both.spoken, strict=True)
        ]

    def _agreement(self, post: Pixels, candidates: Sequence[Laid], figures: torch.Tensor) -> torch.Tensor:
        """(N,) logits that the post was made from each candidate."""
        if self._model.same_shot is None:
            return self._model.departure.logit(figures)
        both = [planes(laid_over(post, one), one.seen) for one in candidates]
        logits: torch.Tensor = self._model.same_shot(torch.from_numpy(np.stack(both)))
        return logits


def laid_over(post: Pixels, one: Laid) -> Overlay:
    """The post over an asset as `planes` reads it, small assets enlarged."""
    return lay(post, _enlarged(one.preview, SIDE), one.asset_to_post, side=SIDE)


def square(post: Pixels, preview: Pixels, asset_to_post: Map, *, side: int) -> tuple[Pixels, Pixels, Pixels]:
    """Asset, post and 255 where the post covers it, in the upper left of (side, side[, 3]) uint8."""
    laid = lay(post, _enlarged(preview, side), asset_to_post, side=side)
    return tuple(  # type: ignore[return-value]
        _in_corner(plane, side) for plane in (laid.asset, laid.post, (255 * laid.inside).astype(np.uint8))
    )


def _enlarged(preview: Pixels, side: int) -> Pixels:
    """A picture whose longer side is `side` px at least: a smaller one would not fill the square of the edit map."""
    factor = side / max(preview.shape[:2])
    if factor <= 1:
        return preview
    size = [max(1, round(edge * factor)) for edge in (preview.shape[1], preview.shape[0])]
    return np.asarray(cv2.resize(preview, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _in_corner(plane: Pixels, side: int) -> Pixels:
    whole = np.zeros((side, side, *plane.shape[2:]), np.uint8)
    whole[: plane.shape[0], : plane.shape[1]] = plane
    return whole


def stacked(squares: Sequence[tuple[Pixels, Pixels, Pixels]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Squares of `square` → (N, 3, S, S), (N, 3, S, S) and (N, S, S) uint8."""
    asset, post, inside = (torch.from_numpy(np.stack(planes)) for planes in zip(*squares, strict=True))
    return asset.permute(0, 3, 1, 2), post.permute(0, 3, 1, 2), inside


def save_restorer(model: Model, file: Path) -> None:
    """Write weights in half precision; a file of that name is replaced as a whole."""
    halves = {name: weights.half().contiguous() for name, weights in model.state_dict().items()}
    part = file.with_name(f"{file.name}.part")
    save_file(halves, part, metadata={KEY: json.dumps(asdict(model.shape))})
    part.replace(file)


def load_restorer(file: Path = SHIPPED) -> AutoencoderRestorer:
    """Read weights that `lineage train autoencoder` wrote.

    Raises:
        WeightsError: the file is missing, damaged, or of another kind
    """
    try:
        with safe_open(file, framework="pt") as stored:
            tensors = {key: stored.get_tensor(key).float() for key in stored.keys()}  # noqa: SIM118, not a dict
            same_shot = SameShot() if any(key.startswith("same_shot.") for key in tensors) else None
            model = Model(Shape(**json.loads(stored.metadata()[KEY])), same_shot)
        model.load_state_dict(tensors)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except (OSError, SafetensorError, RuntimeError, TypeError, KeyError, ValueError) as error:
        raise WeightsError(
            f"{file}: not an autoencoder that `lineage train autoencoder` wrote, or damaged; train one"
        ) from error
    return AutoencoderRestorer(model, digest[:8])
