"""EfficientNet-Lite0 in plain torch: the trunk of the shipped backbones.

Layers as in tensorflow/tpu (`efficientnet/lite`, Apache-2.0): MBConv blocks without squeeze and excitation, ReLU6,
TensorFlow's padding and epsilon, with which the ImageNet weights were trained. Parameters are registered in the order
in which they run, as in every other port, so that weights can be carried over by position.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from lineage.backbones.lite_graph import BLOCKS, DARKEST, EPSILON

CHANNELS = BLOCKS[-1][0]


class SamePadded(nn.Conv2d):
    """A convolution with TensorFlow's padding: at stride 2 what is left over goes to the right and below."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) → (N, D, ⌈H / stride⌉, ⌈W / stride⌉)."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride > 1:
            rows, columns = (max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in maps.shape[2:])
            maps = functional.pad(maps, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        return super().forward(maps)


def convolution(inputs: int, outputs: int, *, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """A convolution and its normalisation, in this order so that they can be folded."""
    padding = kernel // 2 if stride == 1 else 0
    layer = SamePadded(inputs, outputs, kernel, stride, padding=padding, groups=groups, bias=False)
    return [layer, nn.BatchNorm2d(outputs, eps=EPSILON, momentum=0.01)]


class InvertedResidual(nn.Module):
    """Widen, look around per channel, narrow; added to its input where the shapes allow it."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        widen = [*convolution(inputs, wide), nn.ReLU6(inplace=True)] if expansion > 1 else []
        look = [*convolution(wide, wide, kernel=kernel, stride=stride, groups=wide), nn.ReLU6(inplace=True)]
        self.layers = nn.Sequential(*widen, *look, *convolution(wide, outputs))
        self.residual = inputs == outputs and stride == 1

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) → (N, D, H / stride, W / stride)."""
        result: torch.Tensor = self.layers(maps)
        return maps + result if self.residual else result


class Trunk(nn.Sequential):
    """(N, 3, S, S) → (N, 320, S / 32, S / 32). Children: `stem`, `stage1` … `stage7`."""

    def __init__(self) -> None:
        super().__init__()
        self.add_module("stem", nn.Sequential(*convolution(3, 32, kernel=3, stride=2), nn.ReLU6(inplace=True)))
        inputs = 32
        for number, (outputs, kernel, stride, expansion, count) in enumerate(BLOCKS, 1):
            stage = nn.Sequential()
            for place in range(count):
                first = place == 0
                stage.append(
                    InvertedResidual(
                        inputs if first else outputs,
                        outputs,
                        kernel=kernel,
                        stride=stride if first else 1,
                        expansion=expansion,
                    )
                )
            self.add_module(f"stage{number}", stage)
            inputs = outputs


class GeM(nn.Module):
    """Generalised mean over all places (arXiv 1711.02512): p = 1 is the mean, large p the maximum.

    For maps that are not negative.
    """

    def __init__(self, p: float = 3.0) -> None:
        super().__init__()
        self.p = nn.Parameter(torch.tensor(p))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) → (N, C)."""
        powers: torch.Tensor = maps.clamp(min=DARKEST).pow(self.p).mean((2, 3))
        return powers.pow(1 / self.p)
