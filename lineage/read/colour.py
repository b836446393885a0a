"""Pillow images of any mode → 8-bit sRGB. A part of the decoder: see `images` for what becomes of what.

First `to_eight_bit`, which gives a mode that can be resampled; then `to_srgb`, cheaper on the resampled image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import BITSPERSAMPLE, PHOTOMETRIC_INTERPRETATION, TiffImageFile

APART = 16  # grey levels from white, from which artwork shows on it
SHOWING = 0.02  # of artwork that must: a white shirt has its folds, and belongs on white as shops show it
_MODE_OF_SPACE = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}


def to_eight_bit(image: Image.Image) -> Image.Image:
    """→ mode L, RGB, RGBA, CMYK, LAB or YCbCr.

    16 and 12 bit are divided by their range. Float samples within 0..1 and 32-bit samples within 0..65535 are taken to
    use that range; others are stretched from their minimum to their maximum, not-a-number becoming black.
    """
    return eight_bit(image, [(0, image)])(image)


def eight_bit(image: Image.Image, bands: Iterable[tuple[int, Image.Image]]) -> Callable[[Image.Image], Image.Image]:
    """The same for an image that is looked at in bands: what turns each of them to 8 bit.

    Args:
        image: the whole
        bands: all of it, for the range of its samples; not looked at where their mode tells it
    """
    if image.mode.startswith("I") or image.mode == "F":
        black, white = _sample_range(image, bands)
        return lambda band: Image.fromarray(_stretched(np.asarray(band), black, white))
    if image.format == "PSD" and image.mode == "RGBA":
        return lambda band: band.convert("RGB")
    return _coloured


def _coloured(image: Image.Image) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB") if image.mode in ("1", "P") else image


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A mode that `to_eight_bit` gives, and the embedded ICC profile or None → mode RGB, sRGB, alpha over white; white
    artwork, which would be gone there, over black.
    """
    if image.mode == "RGBA":
        ground = "black" if _is_white(image) else "white"
        image = Image.alpha_composite(Image.new("RGBA", image.size, ground), image).convert("RGB")
    try:
        return _through_profile(image, profile)
    except (OSError, ValueError, ImageCms.PyCMSError):
        return _through_profile(image, None)


def _is_white(image: Image.Image) -> bool:
    """Whether hardly anything of a mode RGBA image would show on white, though it is drawn."""
    colours, drawn = np.asarray(image)[..., :3], np.asarray(image)[..., 3] / 255
    showing = (255 - colours.min(axis=2)) * drawn > APART
    return bool(showing.mean() < SHOWING * drawn.mean())


def _sample_range(image: Image.Image, bands: Iterable[tuple[int, Image.Image]]) -> tuple[float, float]:
    """The values of black and white."""
    if image.mode.startswith("I;16"):
        tags = image.tag_v2 if isinstance(image, TiffImageFile) else {}
        white = float(2 ** tags.get(BITSPERSAMPLE, (16,))[0] - 1)
        # Photometric interpretation 0 is WhiteIsZero.
        return (white, 0.0) if tags.get(PHOTOMETRIC_INTERPRETATION) == 0 else (0.0, white)
    found = [extremes for _, band in bands if (extremes := _extremes(np.asarray(band)))]
    low, high = (min(low for low, _ in found), max(high for _, high in found)) if found else (0.0, 0.0)
    usual = 1.0 if image.mode == "F" else 65535.0
    return (0.0, usual) if low >= 0 and high <= usual else (low, high)


def _extremes(samples: npt.NDArray[np.generic]) -> tuple[float, float] | None:
    finite = samples[np.isfinite(samples)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def _stretched(samples: npt.NDArray[np.generic], black: float, white: float) -> npt.NDArray[np.uint8]:
    if black == white:
        return np.zeros(samples.shape, np.uint8)
    scaled = (samples.astype(np.float64) - black) * (255 / (white - black))
    return np.rint(np.clip(np.nan_to_num(scaled, nan=0.0), 0, 255)).astype(np.uint8)


def _through_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile is None and image.mode != "LAB":
        return image.convert("RGB")
    source = ImageCms.ImageCmsProfile(BytesIO(profile) if profile else ImageCms.createProfile("LAB"))
    mode = _MODE_OF_SPACE.get(source.profile.xcolor_space.strip())
    if mode == "RGB" and image.mode in ("L", "YCbCr"):
        image = image.convert("RGB")
    if image.mode != mode:
        raise ValueError(f"a profile for {mode} in a picture of mode {image.mode}")
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if converted is None:
        raise ValueError("no image")
    return converted
