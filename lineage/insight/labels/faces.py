"""Faces, found by the cascade of local binary patterns that scikit-image ships (extra `insight`).

OpenCV 5 has no cascades any more; this is the file that OpenCV had, with its parameters in scikit-image's words.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lineage.errors import MissingExtra
from lineage.images import shrink
from lineage.records import Pixels

LONGEST = 320  # px at which faces are sought; the cascade sees 24 px, so the smallest face is a tenth of a side
SMALLEST = 32  # px, below which most finds are no faces
STEP = 1.2  # between two sizes of the window


def face_of(pixels: Pixels, *, above: float, around: float) -> Pixels:
    """The largest face with its surroundings, (h, w, 3); the picture itself where no face is found.

    Args:
        pixels: (H, W, 3) uint8
        above, around: what to add at the top and at the other sides, in heights and widths of the face

    Raises:
        MissingExtra: scikit-image is not installed
    """
    small = shrink(pixels, LONGEST)
    found = _cascade().detect_multi_scale(
        img=small, scale_factor=STEP, step_ratio=1, min_size=(SMALLEST,) * 2, max_size=small.shape[:2]
    )
    if not found:
        return pixels
    best = max(found, key=lambda box: box["width"])
    scale = pixels.shape[1] / small.shape[1]
    left, top, width, height = (scale * best[side] for side in ("c", "r", "width", "height"))
    rows = _within(top - above * height, top + (1 + around) * height, pixels.shape[0])
    columns = _within(left - around * width, left + (1 + around) * width, pixels.shape[1])
    return np.ascontiguousarray(pixels[rows, columns])


def _within(first: float, last: float, length: int) -> slice:
    return slice(max(0, round(first)), min(length, round(last)))


@cache
def _cascade() -> Any:  # noqa: ANN401, scikit-image is not typed
    try:
        from skimage.data import lbp_frontal_face_cascade_filename
        from skimage.feature import Cascade
    except ModuleNotFoundError as error:
        if error.name != "skimage":
            raise
        raise MissingExtra("scikit-image", "insight") from error
    return Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]
