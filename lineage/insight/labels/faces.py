"""Faces: found by the cascade of local binary patterns that scikit-image ships (extra `insight`), or by YuNet.

OpenCV 5 has no cascades any more; scikit-image's is the file that OpenCV had, with its parameters in other words. YuNet
(Wu et al. 2023, doi 10.1007/s11633-023-1423-y) finds smaller and turned faces; its ONNX file is named by the user.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np

from lineage.errors import WeightsError
from lineage.machine.require import extra
from lineage.read.images import shrink
from lineage.records import Floats, Pixels

LONGEST = 320  # px at which faces are sought; the cascade sees 24 px, so the smallest face is a tenth of a side
SMALLEST = 32  # px, below which most finds of the cascade are no faces
STEP = 1.2  # between two sizes of the cascade's window

Box = tuple[float, float, float, float]
"""left, top, width, height, px."""
Window = tuple[slice, slice]
"""Rows and columns of a part of a picture, px."""
Finder = Callable[[Pixels], Sequence[Box]]
"""(H, W, 3) uint8 → faces in it."""


def face_window(pixels: Pixels, finder: Finder, *, above: float, around: float) -> Window:
    """Where the largest face with its surroundings lies; the whole picture where no face is found.

    Args:
        pixels: (H, W, 3) uint8
        finder: of faces
        above, around: what to add at the top and at the other sides, in heights and widths of the face
    """
    small = shrink(pixels, LONGEST)
    found = finder(small)
    if not found:
        return slice(0, pixels.shape[0]), slice(0, pixels.shape[1])
    scale = pixels.shape[1] / small.shape[1]
    left, top, width, height = (scale * side for side in max(found, key=lambda box: box[2] * box[3]))
    rows = _within(top - above * height, top + (1 + around) * height, pixels.shape[0])
    columns = _within(left - around * width, left + (1 + around) * width, pixels.shape[1])
    return rows, columns


def by_cascade(pixels: Pixels) -> list[Box]:
    """Faces that look into the camera.

    Raises:
        MissingExtra: scikit-image is not installed
    """
    found = _cascade().detect_multi_scale(
        img=pixels, scale_factor=STEP, step_ratio=1, min_size=(SMALLEST,) * 2, max_size=pixels.shape[:2]
    )
    return [(box["c"], box["r"], box["width"], box["height"]) for box in found]


@cache
def yunet(file: Path) -> Finder:
    """Faces as the YuNet network in this ONNX file finds them, with OpenCV's thresholds.

    Raises:
        WeightsError: it is missing, or no such network
    """
    try:
        network = cv2.FaceDetectorYN.create(str(file), "", (LONGEST, LONGEST))
        network.detect(np.zeros((LONGEST, LONGEST, 3), np.uint8))
    except cv2.error as error:
        raise WeightsError(f"{file}: not a YuNet face detector; name its ONNX file") from error

    def find(pixels: Pixels) -> list[Box]:
        network.setInputSize((pixels.shape[1], pixels.shape[0]))
        # OpenCV's stubs do not say that there is no table where there is no face.
        rows = cast("Floats | None", network.detect(np.ascontiguousarray(pixels[..., ::-1]))[1])
        return [] if rows is None else [(left, top, width, height) for left, top, width, height in rows[:, :4].tolist()]

    return find


def _within(first: float, last: float, length: int) -> slice:
    return slice(max(0, round(first)), min(length, round(last)))


@cache
def _cascade() -> Any:  # noqa: ANN401, scikit-image is not typed
    with extra("insight"):
        from skimage.data import lbp_frontal_face_cascade_filename
        from skimage.feature import Cascade
    return Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]
