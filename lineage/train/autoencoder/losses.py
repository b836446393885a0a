"""What redrawing a picture wrongly costs, where it is seen."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from lineage.train.autoencoder.recipe import Loss

Cost = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""(redrawn, original, seen): (N, 3, S, S) twice and (N, 1, S, S), 0 or 1 → scalar."""

SCALES = (0.1333, 0.2856, 0.5811)
"""Weights of the scales: the middle three of five (Wang, Simoncelli & Bovik 2003), because the pictures are small."""
WINDOW = 7  # px
C1, C2 = 0.01**2 * 16, 0.03**2 * 16  # for a range of four standard deviations


def cost(loss: Loss) -> Cost:
    """The named loss."""
    if loss == "perceptual":
        return Perceptual()
    return {"mse": _mse, "l1": _l1, "ms-ssim": _ms_ssim}[loss]


def _average(error: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    return (error * seen).sum() / (seen.sum() * error.shape[1]).clamp(min=1)


def _mse(redrawn: torch.Tensor, original: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    return _average((redrawn - original).square(), seen)


def _l1(redrawn: torch.Tensor, original: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    return _average((redrawn - original).abs(), seen)


def _ms_ssim(redrawn: torch.Tensor, original: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """1 - MS-SSIM, and a tenth of L1, without which colours drift (Zhao et al. 2017)."""
    a, b, mask = redrawn, original, seen
    similar = torch.ones((), device=redrawn.device)
    for place, weight in enumerate(SCALES):
        structure, light = _ssim(a, b)
        whole = structure * light if place == len(SCALES) - 1 else structure
        similar = similar * _average(whole, mask).clamp(min=1e-3) ** weight
        a, b, mask = (functional.avg_pool2d(maps, 2) for maps in (a, b, mask))
    return 1 - similar + 0.1 * _l1(redrawn, original, seen)


def _ssim(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Contrast and structure, and luminance, at every pixel."""
    mean_a, mean_b = _smooth(a), _smooth(b)
    var_a, var_b = _smooth(a * a) - mean_a**2, _smooth(b * b) - mean_b**2
    both = _smooth(a * b) - mean_a * mean_b
    light = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    return (2 * both + C2) / (var_a + var_b + C2), light


def _smooth(maps: torch.Tensor) -> torch.Tensor:
    return functional.avg_pool2d(maps, WINDOW, 1, WINDOW // 2, count_include_pad=False)


class Perceptual:
    """L1, and L1 between the backbone's early features: EfficientNet-Lite0, stem and first two stages, ImageNet."""

    def __init__(self) -> None:
        from lineage.backbones.lite0 import Lite0, fill_with_imagenet

        network = Lite0()
        fill_with_imagenet(network.trunk)
        trunk = network.trunk.eval().requires_grad_(requires_grad=False)
        self._early = [trunk.get_submodule(name) for name in ("stem", "stage1", "stage2")]

    def __call__(self, redrawn: torch.Tensor, original: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) twice, (N, 1, S, S) → scalar."""
        total = _l1(redrawn, original, seen)
        a, b = redrawn, original
        for part in self._early:
            a, b = part(a), part(b)
            mask = functional.adaptive_avg_pool2d(seen, a.shape[-2:])
            total = total + _average((a - b).abs(), mask) / len(self._early)
        return total
