"""Pictures for people: originals above, redrawn below; or how a post was restored and where it departs."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch

from lineage.records import Pixels
from lineage.train.autoencoder.model import Model
from lineage.verify.restore.departure import CELLS, Pairs

TILE = 128  # px
GAP = 4  # px, white


def columns(tiles: Sequence[Sequence[Pixels]]) -> Pixels:
    """Each inner sequence one column, top down."""
    height = max(len(column) for column in tiles)
    sheet = np.full((height * (TILE + GAP) + GAP, len(tiles) * (TILE + GAP) + GAP, 3), 255, np.uint8)
    for x, column in enumerate(tiles):
        for y, tile in enumerate(column):
            top, left = y * (TILE + GAP) + GAP, x * (TILE + GAP) + GAP
            sheet[top : top + TILE, left : left + TILE] = cv2.resize(tile, (TILE, TILE), interpolation=cv2.INTER_AREA)
    return sheet


@torch.inference_mode()
def restored_columns(model: Model, both: Pairs) -> list[list[Pixels]]:
    """Of each pair: the post, the post restored, the asset redrawn, the asset, and the edit map."""
    post, asset, counted = (torch.from_numpy(part) for part in (both.post, both.asset, both.counted))
    restored, redrawn = model.redraw(post, asset)
    cells = model.departure.explained(model.departure(restored, redrawn, asset[:, :3])).sigmoid()
    planes = (post[:, :3], restored, redrawn, asset[:, :3])
    return [
        [*(_as_picture(plane[k]) for plane in planes), _as_map(cells[k], counted[k])] for k in range(len(both.spoken))
    ]


def _as_picture(numbers: torch.Tensor) -> Pixels:
    """(3, S, S), standardised → (S, S, 3) uint8, two deviations from grey to white and to black."""
    return np.asarray((numbers * 63.75 + 127.5).clamp(0, 255).byte().permute(1, 2, 0).numpy(), np.uint8)


def _as_map(explained: torch.Tensor, counted: torch.Tensor) -> Pixels:
    """(CELLS, CELLS) each → (TILE, TILE, 3): green where the asset explains the post, red where not, grey unsaid."""
    shown = np.full((CELLS, CELLS, 3), 200, np.uint8)
    share = explained[counted].numpy()[:, None]
    shown[counted.numpy()] = share * (60, 160, 90) + (1 - share) * (210, 60, 50)
    return np.asarray(cv2.resize(shown, (TILE, TILE), interpolation=cv2.INTER_NEAREST), np.uint8)
