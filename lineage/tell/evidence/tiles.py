"""The pictures on an evidence picture: post and asset with the part they share, and the post laid over the asset."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from lineage.records import DIFFERS, Alignment, Evidence, Floats, Pixels, Point
from lineage.verify.overlay import lay

Size = tuple[int, int]
"""Width and height, px."""

OUTLINE = (233, 30, 99)
DIFFERENT = (255, 23, 68)
_SMALLEST = 16  # px: even a panorama is seen
_FINER = 2  # lines are drawn at twice the size and reduced: Pillow does not smooth them
_INSET = 7  # px: outlines and marks of a part that goes up to the border stay visible
_FINEST = 16  # px of a cell, of which a part may lie beside what is shared
_FADED = 0.65  # how much of the white shines through outside the shared part
_MARKS = ((255, 193, 7), (3, 169, 244), (118, 201, 80), (255, 112, 67), (186, 104, 200), (255, 255, 255))


def fitted_into(pixels: Pixels, room: Size) -> Image.Image:
    """The picture as large as it fits."""
    height, width = pixels.shape[:2]
    scale = min(room[0] / width, room[1] / height)
    size = max(_SMALLEST, round(width * scale)), max(_SMALLEST, round(height * scale))
    return Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)


def outlined(pixels: Pixels, region: tuple[Point, ...], room: Size) -> Image.Image:
    """The picture with a region outlined and the rest faded; equal colours mark equal corners in post and asset."""
    tile = fitted_into(pixels, room)
    fine = tile.width * _FINER, tile.height * _FINER
    points = np.array(region) * fine * max(pixels.shape[:2]) / (pixels.shape[1], pixels.shape[0])
    inset = np.full(2, _INSET * _FINER)
    corners = [(x, y) for x, y in points.clip(inset, fine - inset).tolist()]
    mask = Image.new("L", fine, round(255 * (1 - _FADED)))
    ImageDraw.Draw(mask).polygon([(x, y) for x, y in points.tolist()], fill=255)
    image = Image.composite(tile.resize(fine), Image.new("RGB", fine, "white"), mask)
    pen = ImageDraw.Draw(image)
    pen.line([*corners, *corners[:2]], fill="white", width=5 * _FINER, joint="curve")
    pen.line([*corners, *corners[:2]], fill=OUTLINE, width=3 * _FINER, joint="curve")
    for corner, colour in zip(corners, _MARKS * len(corners), strict=False):
        pen.circle(corner, 5.5 * _FINER, fill=colour, outline=OUTLINE, width=2 * _FINER)
    return image.resize(tile.size, Image.Resampling.LANCZOS)


def overlaid(
    post: Pixels, asset: Pixels, alignment: Alignment, departing: Floats | None, room: Size, *, part: bool = False
) -> Image.Image:
    """The post in the asset's frame, over the asset faded to white; otherwise as `translucent`."""
    image, seen = _overlay(post, asset, alignment, departing, room, part=part)
    return Image.fromarray((image + 255 * (1 - seen)).clip(0, 255).astype(np.uint8))


def translucent(
    post: Pixels, asset: Pixels, alignment: Alignment, departing: Floats | None, room: Size, *, part: bool = False
) -> Image.Image:
    """The post in the asset's frame, over the asset through which the ground is seen; cells that depart, 0..1, tinted
    the more the further.

    With `part` only of the part of the post that shows the asset: what lies beside it there is of another picture.
    """
    image, seen = _overlay(post, asset, alignment, departing, room, part=part)
    return Image.fromarray(np.dstack([image / seen, 255 * seen]).clip(0, 255).astype(np.uint8), "RGBA")


def _overlay(
    post: Pixels, asset: Pixels, alignment: Alignment, departing: Floats | None, room: Size, *, part: bool
) -> tuple[Floats, Floats]:
    """(h, w, 3) colours, 0..255, times how much of each is seen, and that: (h, w, 1), above 0 and up to 1."""
    tile = np.asarray(fitted_into(asset, room))
    size = tile.shape[1], tile.shape[0]
    laid = lay(post, tile, alignment.asset_to_post, side=max(size))
    inside = laid.inside > 0.5
    if part:
        inside = np.logical_and(inside, _shared(alignment, size))
    grey = cv2.cvtColor(cv2.cvtColor(tile, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    seen = np.where(inside[..., None], 1.0, 1 - _FADED)
    image = np.where(inside[..., None], laid.post, grey * seen)
    if departing is not None:
        tint = np.where(departing > 0, 0.35 + 0.25 * departing, 0.0).astype(np.float32)
        weight = cv2.resize(tint, size, interpolation=cv2.INTER_NEAREST)
        weight = (np.where(inside, weight, 0) if part else weight)[..., None]
        image = image * (1 - weight) + np.array(DIFFERENT) * weight
        seen = seen * (1 - weight) + weight
    return image, seen


def _shared(alignment: Alignment, size: Size) -> npt.NDArray[np.uint8]:
    """(h, w), 1 in the part of an asset of this size that a post shows, else 0."""
    region = np.round(np.array(alignment.region_in_asset) * max(size)).astype(np.int32)
    return np.asarray(cv2.fillPoly(np.zeros(size[::-1], np.uint8), [region], 1), np.uint8)


def places(evidence: Evidence, *, part: bool = False) -> int:
    """In how many places a post that is laid over the asset is tinted, see `translucent`."""
    found = departures(evidence)
    if found is None or evidence.alignment is None:
        return 0
    size = found.shape[1] * _FINEST, found.shape[0] * _FINEST
    tinted = cv2.resize((found > 0).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return int(cv2.connectedComponents(tinted * _shared(evidence.alignment, size) if part else tinted)[0]) - 1


def departures(evidence: Evidence) -> Floats | None:
    """(rows, columns) over the asset, 0..1, above 0 where the post departs from it: the edit map of the autoencoder, or
    without one what the aligned residual says; None where nothing can be said.
    """
    if evidence.residual is None:
        return None
    cells = evidence.residual.cells
    found = evidence.restoration.over(cells.shape) if evidence.restoration else DIFFERS - cells
    return np.asarray(np.nan_to_num(found).clip(0, 1), np.float32)
