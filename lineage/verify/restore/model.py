"""Weights file → `AutoencoderRestorer`, which compares posts with candidates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from math import exp
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from lineage.backbones.graph import Weights
from lineage.backbones.runtime import Network
from lineage.errors import WeightsError
from lineage.geometry import elongation
from lineage.records import Floats, Laid, Pixels, Restoration
from lineage.verify.overlay import Number, Overlay, lay
from lineage.verify.restore.departure import CELLS, Departure, Square, pairs
from lineage.verify.restore.network import autoencoder
from lineage.verify.restore.planes import SIDE, planes
from lineage.verify.restore.same_shot import SameShot
from lineage.verify.restore.shape import Shape

SHIPPED = Path(__file__).parent.parent.parent / "weights" / "restore.safetensors"
KEY = "lineage"  # of the shape among the file's metadata
PASTED = 1.0  # on the edit map: nothing of the asset is left there


class AutoencoderRestorer:
    """Compares a post with the candidates that geometry laid into it; `load_restorer` makes it.

    Args:
        shape: of the autoencoder
        redraw: the autoencoder
        departure: how its error is read
        same_shot: says whether both are the same shot, in place of that error, where it was trained
        version: first digits of the SHA-256 of the weights
    """

    def __init__(
        self, *, shape: Shape, redraw: Network, departure: Departure, same_shot: SameShot | None, version: str
    ) -> None:
        self._shape = shape
        self._redraw = redraw
        self._departure = departure
        self._same_shot = same_shot
        self._version = version

    @property
    def version(self) -> str:
        """First digits of the SHA-256 of the weights."""
        return self._version

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
        both = pairs([square(post, one, side=self._shape.side) for one in candidates])
        drawn = zip(*np.split(self._redraw(np.concatenate([both.post, both.asset])), 2), both.asset, strict=True)
        cells = [self._departure.cells(restored, redrawn, asset[:3]) for restored, redrawn, asset in drawn]
        figures = [self._departure.figures(*one) for one in zip(cells, both.counted, strict=True)]
        agreement, limit = self._agreement(post, candidates, figures), self._departure.limit
        maps = [
            np.where(_pasted(post, one, side=self._shape.side), PASTED, np.where(count, grid - limit, np.nan))
            for one, grid, count in zip(candidates, cells, both.counted, strict=True)
        ]
        return [
            Restoration(exp(loss - limit), exp(mean - limit), explained, float(logit), grid) if spoken else None
            for (loss, mean, explained), logit, grid, spoken in zip(figures, agreement, maps, both.spoken, strict=True)
        ]

    def _agreement(
        self, post: Pixels, candidates: Sequence[Laid], figures: Sequence[tuple[float, float, float]]
    ) -> Sequence[float] | Floats:
        """(N,) logits that the post was made from each candidate."""
        if self._same_shot is None:
            return [self._departure.logit(one) for one in figures]
        return self._same_shot(np.stack([planes(laid_over(post, one), one.seen) for one in candidates]))


def laid_over(post: Pixels, one: Laid) -> Overlay:
    """The post over an asset as `planes` reads it, small assets enlarged."""
    return _laid(post, one, side=SIDE)


def square(post: Pixels, one: Laid, *, side: int) -> Square:
    """Asset, post and 255 where the post shows it, in the upper left of (side, side[, 3]) uint8."""
    laid = _laid(post, one, side=side)
    return tuple(  # type: ignore[return-value]
        _in_corner(plane, side) for plane in (laid.asset, laid.post, (255 * laid.shown).astype(np.uint8))
    )


def _pasted(post: Pixels, one: Laid, *, side: int) -> npt.NDArray[np.bool_]:
    """(CELLS, CELLS), over most of which something was pasted."""
    if not one.hidden:
        return np.zeros((CELLS, CELLS), np.bool_)
    laid = _laid(post, one, side=side)
    covered = _in_corner(laid.inside - laid.shown, side)
    return np.asarray(cv2.resize(covered, (CELLS, CELLS), interpolation=cv2.INTER_AREA) > 0.5)


def _laid(post: Pixels, one: Laid, *, side: int) -> Overlay:
    """The post over an asset that fills the square; a strip too, of which networks see no more."""
    size = side / elongation(one.preview.shape)
    return lay(post, _enlarged(one.preview, side), one.asset_to_post, side=size, hidden=one.hidden)


def _enlarged(preview: Pixels, side: int) -> Pixels:
    """A picture whose longer side is `side` px at least: a smaller one would not fill the square of the edit map."""
    factor = side / max(preview.shape[:2])
    if factor <= 1:
        return preview
    size = [max(1, round(edge * factor)) for edge in (preview.shape[1], preview.shape[0])]
    return np.asarray(cv2.resize(preview, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _in_corner(plane: npt.NDArray[Number], side: int) -> npt.NDArray[Number]:
    whole = np.zeros((side, side, *plane.shape[2:]), plane.dtype)
    whole[: plane.shape[0], : plane.shape[1]] = plane
    return whole


def load_restorer(file: Path | None = None, *, threads: int | None = None) -> AutoencoderRestorer:
    """Read weights that `lineage train autoencoder` or `train same-shot` wrote.

    Args:
        file: the weights; None: those that ship
        threads: of the processor; None: as many as programs for numbers take

    Raises:
        WeightsError: the file is missing, damaged, or of another kind
    """
    file = file or SHIPPED
    try:
        shape, weights = _read(file)
        told = any(key.startswith("same_shot.") for key in weights)
        restorer = AutoencoderRestorer(
            shape=shape,
            redraw=Network(autoencoder(_part(weights, "network."), shape), name=str(file), threads=threads),
            departure=Departure(_part(weights, "departure.")),
            same_shot=SameShot(_part(weights, "same_shot."), file=file, threads=threads) if told else None,
            version=hashlib.sha256(file.read_bytes()).hexdigest()[:8],
        )
    except (OSError, SafetensorError, TypeError, KeyError, ValueError) as error:
        raise WeightsError(
            f"{file}: not an autoencoder that `lineage train autoencoder` wrote, or damaged; train one"
        ) from error
    return restorer


def _read(file: Path) -> tuple[Shape, Weights]:
    with safe_open(file, framework="numpy") as stored:
        shape = Shape(**json.loads(stored.metadata()[KEY]))
        return shape, {key: stored.get_tensor(key).astype(np.float32) for key in stored.keys()}  # noqa: SIM118


def _part(weights: Weights, name: str) -> Weights:
    """Those of one child of the module, by the names that they have in it."""
    return {key.removeprefix(name): numbers for key, numbers in weights.items() if key.startswith(name)}
