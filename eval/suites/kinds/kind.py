"""One kind of pictures that are no photographs: how an asset of it is made, and what posts of it show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from lineage.manipulate.dose import Dose
from lineage.records import Pixels


@dataclass(frozen=True, slots=True)
class Drawn:
    """An asset, and what is seen of it in the wild.

    Attributes:
        file: bytes of the asset
        views: (H, W, 3) uint8 each, what posts show: parts of it, or the whole
        others: likewise, pictures that look like the asset and are none of the library
    """

    file: bytes
    views: tuple[Pixels, ...]
    others: tuple[Pixels, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue of kinds.

    Attributes:
        name: unique
        suffix: of its files
        draw: pictures of the user's library and dice → an asset; it makes the same of the same
        takes: number of pictures that one asset is made of
        kept: sides of a view that a post keeps at least, 0..1
        indexed: whether there are such assets; if not, posts are novel all the same
        siblings: whether what an asset is drawn with has `others`
    """

    name: str
    suffix: str
    draw: Callable[[Sequence[Pixels], Dose], Drawn]
    takes: int = 0
    kept: float = 0.9
    indexed: bool = True
    siblings: bool = False


def coded(pixels: Pixels, kind: str, *more: Pixels) -> bytes:
    """A file of one picture, (H, W, 3 or 4) uint8, or of several frames."""
    file = BytesIO()
    first, *others = (Image.fromarray(one) for one in (pixels, *more))
    frames = {"save_all": True, "append_images": others} if others else {}
    first.save(file, kind, **{"JPEG": {"quality": 92}}.get(kind, {}), **frames)
    return file.getvalue()


def fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """The middle of a picture, in this shape and size."""
    share = min(pixels.shape[1] / width, pixels.shape[0] / height)
    wide, high = round(width * share), round(height * share)
    left, top = (pixels.shape[1] - wide) // 2, (pixels.shape[0] - high) // 2
    middle = Image.fromarray(pixels[top : top + high, left : left + wide])
    return np.asarray(middle.resize((width, height), Image.Resampling.LANCZOS))
