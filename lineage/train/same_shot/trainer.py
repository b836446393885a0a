"""The loop: examples in, a network out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from lineage.errors import UsageError
from lineage.records import Floats
from lineage.train.autoencoder.descent import Report, descend
from lineage.train.autoencoder.recipe import AutoencoderRecipe
from lineage.train.same_shot.network import SameShotModule
from lineage.train.same_shot.pairs import Rng
from lineage.train.same_shot.versions import STEPS, Example, Numbers
from lineage.verify.restore.planes import GRID, MIRRORED, PLANES

BATCH = 64  # examples, half of them right
RATE, DECAY = 2e-3, 0.03  # AdamW's
WARMUP = 100  # steps in which the rate rises, and at most so large a share of the run:
RISING = 0.3
SMOOTHED = 0.01  # of a truth: labels are not quite certain
TURNED = (0.5, 0.5, 0.3)  # share of the batches that are mirrored, upside down, turned over the diagonal
CUT = 0.25  # share of the examples of which a part is cut out: no single one may decide
PART = (6, 30)  # cells, sides of that part
READ = 128  # examples at once
_TRANSPOSED = [dict((*MIRRORED, *(pair[::-1] for pair in MIRRORED))).get(plane, plane) for plane in range(PLANES)]


def train(
    examples: Sequence[Example],
    *,
    epochs: int,
    minutes: float = 0.0,
    seed: int = 0,
    report: Report = lambda _done, _loss: None,
) -> SameShotModule:
    """Train a network anew.

    Args:
        examples: right and wrong ones
        epochs: as many examples as there are, so many times; right and wrong ones are drawn as often
        minutes: wall time, at most; the rate falls in step with whichever ends first; 0: no limit
        seed: of the weights and of the order
        report: told (share of the run that is done, loss) after every step

    Raises:
        UsageError: all examples are right, or all wrong
    """
    sides = [_Side([one for one in examples if one.right is right]) for right in (True, False)]
    torch.manual_seed(seed)
    rng, network = np.random.default_rng((seed, 20)), SameShotModule().train()
    truth = torch.tensor([1 - SMOOTHED, SMOOTHED]).repeat_interleave(BATCH // 2)

    def loss() -> torch.Tensor:
        drawn = np.stack([numbers for side in sides for numbers in side.draw(rng)])
        return functional.binary_cross_entropy_with_logits(network(_cut(turn_over(_floats(drawn), rng), rng)), truth)

    steps = max(1, epochs * len(examples) // BATCH)
    recipe = AutoencoderRecipe(steps=steps, minutes=minutes, rate=RATE)
    descend(network, loss, recipe, report, decay=DECAY, warmup=min(WARMUP / steps, RISING))
    return network.eval()


@torch.inference_mode()
def logits(network: SameShotModule, numbers: Sequence[Numbers]) -> Floats:
    """(N,) logits of N examples."""
    parts = [numbers[start : start + READ] for start in range(0, len(numbers), READ)]
    return np.concatenate([network(_floats(np.stack(part))).numpy() for part in parts])


class _Side:
    """The right examples, or the wrong ones."""

    def __init__(self, examples: Sequence[Example]) -> None:
        if not examples:
            raise UsageError("all pairs are right, or all are wrong, so there is nothing to tell apart")
        self._numbers = [one.numbers for one in examples]
        weights = np.array([one.weight for one in examples])
        self._shares = weights / weights.sum()

    def draw(self, rng: Rng) -> list[Numbers]:
        """Half a batch, each by its weight."""
        return [self._numbers[n] for n in rng.choice(len(self._numbers), BATCH // 2, p=self._shares)]


def _floats(numbers: Numbers) -> torch.Tensor:
    return torch.from_numpy(numbers).float() / STEPS


def turn_over(planes: torch.Tensor, rng: Rng) -> torch.Tensor:
    """(N, PLANES, GRID, GRID) → the same, perhaps mirrored, upside down or turned over the diagonal, all alike."""
    mirrored, upside_down, diagonal = (rng.random() < share for share in TURNED)
    planes = planes.flip([axis for axis, wanted in ((3, mirrored), (2, upside_down)) if wanted])
    return planes.transpose(2, 3)[:, _TRANSPOSED] if diagonal else planes


def _cut(planes: torch.Tensor, rng: Rng) -> torch.Tensor:
    """The same planes, without a part of some: as if the post did not cover it."""
    for one in planes:
        if rng.random() < CUT:
            high, wide = (int(cells) for cells in rng.integers(*PART, 2))
            down, across = int(rng.integers(0, GRID - high)), int(rng.integers(0, GRID - wide))
            one[:, down : down + high, across : across + wide] = 0
    return planes
