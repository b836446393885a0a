"""What a network looks for: the filters of its first layer, and pictures that excite a channel of its last maps.

Pictures are found by gradient ascent on their spectrum, moved about a little at every step (Olah et al. 2017, Feature
Visualization, doi 10.23915/distill.00007): without both, noise of the highest frequencies excites everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from lineage.insight.explain.network import first_layer, keep_maps, network_of
from lineage.protocols import Embedder
from lineage.records import Pixels

STEPS = 96  # of ascent; more sharpen the picture without changing what it shows
SIDE = 128  # px, of the pictures that are found
_RATE = 0.05
_START = 0.01  # deviation of the spectrum
_MOVE = 8  # px, either way
_MIX = ((0.26, 0.09, 0.02), (0.27, 0.0, -0.05), (0.27, -0.09, 0.03))
"""Square root of the covariance of colours in natural pictures, as in Lucid (Apache-2.0), whose publication it is."""


def first_filters(embedder: Embedder) -> list[Pixels]:
    """The filters of the first layer, (k, k, 3) uint8 each; grey is 0, each one's strongest weight is full."""
    weights = first_layer(network_of(embedder)).weight.detach().float().cpu()
    scaled = weights / weights.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-12)
    return list(((scaled + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy())


def exciting_pictures(
    embedder: Embedder, channels: Sequence[int], *, seed: int, progress: Callable[[int], None] = lambda _: None
) -> list[Pixels]:
    """For each channel of the last maps a picture that excites it everywhere, (SIDE, SIDE, 3) uint8.

    Args:
        embedder: its network is looked into
        channels: their numbers
        seed: of the start and of the moves
        progress: is told of every step
    """
    network = network_of(embedder)
    device = next(network.parameters()).device
    rng = torch.Generator().manual_seed(seed)
    spectrum = (_START * torch.randn(len(channels), 3, SIDE, SIDE // 2 + 1, 2, generator=rng)).to(device)
    ascent = torch.optim.Adam([spectrum.requires_grad_()], lr=_RATE)
    mean, deviation = (torch.tensor(v, device=device)[:, None, None] for v in (embedder.spec.mean, embedder.spec.std))
    for _ in range(STEPS):
        move = torch.randint(-_MOVE, _MOVE + 1, (2,), generator=rng).tolist()
        with torch.enable_grad():
            pictures = _pictures(spectrum).roll(move, (2, 3))
            torch.autograd.backward(-_excitement(network, (pictures - mean) / deviation, channels))
        ascent.step()
        ascent.zero_grad()
        progress(1)
    found = _pictures(spectrum).detach().permute(0, 2, 3, 1)
    return list((found * 255).round().byte().cpu().numpy())


def _excitement(network: nn.Module, numbers: torch.Tensor, channels: Sequence[int]) -> torch.Tensor:
    """Sum over the pictures of the mean of each one's own channel."""
    with keep_maps(network) as seen:
        network(numbers)
    maps = seen.maps if seen.before is None else seen.before
    if maps is None:
        raise ValueError("no feature maps")
    return maps[range(len(channels)), list(channels)].mean((1, 2)).sum()


def _pictures(spectrum: torch.Tensor) -> torch.Tensor:
    """(N, 3, S, S / 2 + 1, 2) → (N, 3, S, S) in 0..1, slow changes weighted as in natural pictures."""
    rows, columns = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    weight = torch.tensor(1 / np.maximum(np.hypot(rows, columns), 1 / SIDE), dtype=torch.float32)
    planes = torch.fft.irfft2(
        torch.view_as_complex(spectrum) * weight.to(spectrum.device), s=(SIDE, SIDE), norm="ortho"
    )
    mix = torch.tensor(_MIX, device=spectrum.device)
    return torch.einsum("nchw,dc->ndhw", planes, mix / mix.norm(dim=0).max()).sigmoid()
