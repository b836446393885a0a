"""Which places of a picture make it similar to another.

Gradient times activation on the last feature maps (HiResCAM, Draelos & Carin 2020, arXiv 2011.08891), of the cosine
with the other picture's vector instead of a class. Means and generalised means over places are homogeneous, so the
parts add up to the cosine (Euler's theorem), less what the bias of a last linear layer adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from lineage.backbones.preprocess import fit, normalise
from lineage.errors import UsageError
from lineage.insight.explain.network import keep_maps, network_of
from lineage.protocols import Embedder
from lineage.records import Floats, Pixels


@dataclass(frozen=True, slots=True)
class Heat:
    """What makes a picture similar to another.

    Attributes:
        cosine: of their vectors, -1..1
        places: (h, w) float32, the part of the cosine that comes from each place of the squeezed picture
        channels: (C,) float32, the part that comes from each channel
    """

    cosine: float
    places: Floats
    channels: Floats

    @property
    def half(self) -> float:
        """Smallest share of the picture that half of what speaks for the other comes from, 0..1."""
        return float(warmest(self.places).mean())


def warmest(places: Floats) -> npt.NDArray[np.bool_]:
    """(h, w) → the fewest places that half of what speaks for the other comes from."""
    order = np.argsort(-places.ravel(), kind="stable")
    speaking = places.clip(0).ravel()[order]
    enough = int((np.cumsum(speaking) >= speaking.sum() / 2).argmax()) + 1
    chosen = np.zeros(places.size, np.bool_)
    chosen[order[:enough]] = True
    return chosen.reshape(places.shape)


def heat(embedder: Embedder, pixels: Pixels, other: Pixels) -> Heat:
    """What in one picture makes it similar to the other.

    Args:
        embedder: whose similarity it is
        pixels, other: (H, W, 3) uint8

    Raises:
        UsageError: the backbone has no feature maps that can be read
    """
    return heat_towards(embedder, pixels, embedder.embed([other])[0])


def heat_towards(embedder: Embedder, pixels: Pixels, towards: Floats) -> Heat:
    """What in a picture makes its vector lie in a direction.

    Args:
        embedder: whose vectors they are
        pixels: (H, W, 3) uint8
        towards: (D,) of any length, by which the parts are multiplied; of length 1 they are parts of a cosine

    Raises:
        UsageError: the backbone has no feature maps that can be read
    """
    network, spec = network_of(embedder), embedder.spec
    numbers = torch.from_numpy(normalise(fit(pixels, spec.input_size)[None], spec.mean, spec.std))
    device = next(network.parameters()).device
    with keep_maps(network) as seen, torch.enable_grad():
        vector = network(numbers.to(device))[0].float()
    if seen.maps is None:
        raise UsageError(f"{spec.name}: has no feature maps; a transformer sees patches, not places")
    cosine = vector @ torch.from_numpy(towards).to(device) / vector.norm().detach()
    (gradient,) = torch.autograd.grad(cosine, seen.maps)
    parts = (gradient * seen.maps.detach())[0].float().cpu().numpy()
    return Heat(float(cosine.detach()), parts.sum(0), parts.sum((1, 2)))
