"""What a run leaves in its folder so that it can be gone on with, and whether it is this run's."""

from __future__ import annotations

import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from lineage.errors import UsageError
from lineage.machine.whole_file import whole
from lineage.train.backbone.recipe import BackboneRecipe

CHECKPOINT = "checkpoint.pt"
PARTS = frozenset(
    {"recipe", "material", "progress", "network", "average", "best", "optimizer", "schedule", "memory"},
)


def write_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Write `PARTS` as a whole, or leave what was there."""
    with whole(folder / CHECKPOINT) as part:
        torch.save(state, part)


def read_checkpoint(
    folder: Path, recipe: BackboneRecipe, material: str, *, device: torch.device
) -> dict[str, Any] | None:
    """What was written; None where nothing was.

    Args:
        folder: of the run
        recipe: of the run that would go on
        material: digest of what it learns from
        device: where the weights go

    Raises:
        UsageError: it is damaged, of another version, or of another run
    """
    file = folder / CHECKPOINT
    if not file.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(file, map_location=device, weights_only=True)
        whole = set(state) >= PARTS
    except (pickle.UnpicklingError, RuntimeError, EOFError, TypeError, ValueError):
        whole = False
    if not whole:
        raise UsageError(f"{file}: not a checkpoint of this version, or damaged; remove it, and the run begins anew")
    if state["recipe"] != asdict(recipe):
        raise UsageError(f"{file}: from a run with other switches; use another folder or the same switches")
    if state["material"] != material:
        raise UsageError(f"{file}: from a run on other pictures, groups or another teacher; use another folder")
    return state
