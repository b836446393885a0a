"""The bridge to albumentations, which does the work wherever the geometry stays as it is."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

from lineage.machine.require import require
from lineage.manipulate.dose import Dose
from lineage.records import Pixels

require("albumentations")  # before anything is done; importing it takes seconds, and is left to the first who needs it


@cache
def _albumentations() -> Any:  # noqa: ANN401
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # or it would look for a newer version online
    import albumentations

    return albumentations


def augment(operation: str, pixels: Pixels, dose: Dose, **settings: Any) -> Pixels:  # noqa: ANN401
    """The picture after the albumentations transform of this name, made with these settings and seeded by the dose."""
    transform = getattr(_albumentations(), operation)(p=1, **settings)
    transform.set_random_seed(int(dose.rng.integers(2**31)))
    return np.ascontiguousarray(transform(image=pixels)["image"], np.uint8)
