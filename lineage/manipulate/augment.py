"""The bridge to albumentations, which does the work wherever the geometry stays as it is."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.records import Pixels


@cache
def _albumentations() -> Any:  # noqa: ANN401
    # Importing takes seconds, hence here and not above. Without the variable it would look for a newer version online.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations

    return albumentations


def augment(operation: str, pixels: Pixels, dose: Dose, **settings: Any) -> Pixels:  # noqa: ANN401
    """The picture after the albumentations transform of this name, made with these settings and seeded by the dose."""
    transform = getattr(_albumentations(), operation)(p=1, **settings)
    transform.set_random_seed(int(dose.rng.integers(2**31)))
    return np.ascontiguousarray(transform(image=pixels)["image"], np.uint8)
