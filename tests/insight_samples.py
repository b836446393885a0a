"""What the tests of `lineage.insight` share: pictures with signs on them, and a backbone small enough for tests."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from lineage.records import Pixels


class Colours(torch.nn.Module):
    """Which colours a picture has, on the average and somewhere: (N, 3, 64, 64) → (N, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = torch.nn.Conv2d(3, 64, 1)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        maps = torch.nn.functional.avg_pool2d(self.mix(numbers), 4).relu()
        return torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1)


def tiny_backbone(folder: Path) -> str:
    """The name by which a tiny backbone is loaded whose weights are written into the folder."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        torch.jit.save(torch.jit.script(Colours().eval()), str(folder / "colours.pt"))
    return f"torchscript:64@{folder / 'colours.pt'}"


def paint(pixels: Pixels, signs: Sequence[str], *, seed: int) -> Pixels:
    """The picture with a red disc, a green cross, or both, somewhere."""
    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    for sign in signs:
        x, y = (int(v) for v in rng.uniform((40, 40), (width - 40, height - 40)))
        if sign == "disc":
            cv2.circle(pixels, (x, y), 34, (230, 20, 20), -1, cv2.LINE_AA)
            cv2.circle(pixels, (x, y), 18, (255, 255, 255), -1, cv2.LINE_AA)
        else:
            cv2.rectangle(pixels, (x - 36, y - 9), (x + 36, y + 9), (10, 160, 30), -1)
            cv2.rectangle(pixels, (x - 9, y - 36), (x + 9, y + 36), (10, 160, 30), -1)
    return pixels


def write_table(file: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A CSV with these rows."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return file
