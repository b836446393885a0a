"""Loss of detail: blur, coarse pixels, noise, few colours."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from lineage.manipulate.augment import augment
from lineage.manipulate.dose import Dose
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import size_of
from lineage.manipulate.result import Step
from lineage.records import Pixels


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """Gaussian blur, sigma in px; wide ones are done on a smaller picture, where they look the same and cost less."""
    width, height = size_of(pixels)
    shrink = max(1, int(sigma / 3))
    if shrink == 1:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)
    size = max(1, width // shrink), max(1, height // shrink)
    small = cv2.GaussianBlur(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _blur(pixels: Pixels, dose: Dose) -> Step:
    sigma = max(size_of(pixels)) * dose.ladder(0.0025, 0.03)
    if dose.chance(0.6):
        return Step(blurred(pixels, sigma))
    # A disc or box of the same standard deviation: out of focus, or a cheap scaler.
    side = 2 * round(sigma * 1.7) + 1
    if dose.chance(0.5):
        return Step(np.asarray(cv2.blur(pixels, (side, side)), np.uint8))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.float32)
    return Step(np.asarray(cv2.filter2D(pixels, -1, disc / disc.sum()), np.uint8))


def _motion_blur(pixels: Pixels, dose: Dose) -> Step:
    length = max(3, 2 * round(max(size_of(pixels)) * dose.ladder(0.01, 0.08) / 2) + 1)
    # Neither shifted nor lopsided: what is smeared stays centred where it was.
    return Step(
        augment("MotionBlur", pixels, dose, blur_limit=(length, length), allow_shifted=False, direction_range=(0, 0))
    )


def _pixelate(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    cells = dose.ladder(160, 24) / max(width, height)
    size = max(1, min(width, round(width * cells))), max(1, min(height, round(height * cells)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if dose.chance(0.7) else cv2.INTER_NEAREST)
    return Step(np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8))


def _noise(pixels: Pixels, dose: Dose) -> Step:
    deviation, (width, height) = dose.ladder(0.02, 0.3), size_of(pixels)
    kind = dose.pick(("gauss", "iso", "grain", "salt"))
    if kind == "gauss":
        return Step(augment("GaussNoise", pixels, dose, std_range=(deviation, deviation)))
    if kind == "iso":
        hue, level = dose.between(0.02, 0.2), dose.between(0.1, 1)
        return Step(augment("ISONoise", pixels, dose, color_shift=(hue, hue), intensity=(level, level)))
    if kind == "salt":
        share = dose.ladder(0.003, 0.2)
        return Step(augment("SaltAndPepper", pixels, dose, amount=(share, share)))
    coarse = dose.uniform(1, 3)
    shape = max(1, round(height / coarse)), max(1, round(width / coarse))
    grain = dose.rng.standard_normal(shape, np.float32) * np.float32(255 * deviation)
    fine = np.asarray(cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR))
    return Step(np.clip(pixels + fine[..., None], 0, 255).astype(np.uint8))


def _few_colours(pixels: Pixels, dose: Dose) -> Step:
    colours = round(dose.ladder(64, 4))
    dither = Image.Dither.FLOYDSTEINBERG if dose.chance(0.6) else Image.Dither.NONE
    picture = Image.fromarray(pixels)
    # A thumbnail has the same palette, found in a twentieth of the time.
    palette = picture.resize((48, 48)).quantize(colours, method=Image.Quantize.MEDIANCUT)
    return Step(np.array(picture.quantize(palette=palette, dither=dither).convert("RGB")))


def _sharpen(pixels: Pixels, dose: Dose) -> Step:
    sigma, amount = max(0.6, max(size_of(pixels)) * dose.uniform(0.002, 0.01)), dose.between(0.4, 5)
    return Step(np.asarray(cv2.addWeighted(pixels, 1 + amount, blurred(pixels, sigma), -amount, 0), np.uint8))


DEGRADE = (
    Manipulation("blur", "degrade", "standard deviation 0.25 … 3 % of the longer side", _blur),
    Manipulation("motion_blur", "degrade", "smeared over 1 … 8 % of the longer side", _motion_blur),
    Manipulation("pixelate", "degrade", "160 … 24 cells along the longer side", _pixelate),
    Manipulation("noise", "degrade", "standard deviation 2 … 30 % of full scale, or 0.3 … 20 % of the pixels", _noise),
    Manipulation("few_colours", "degrade", "palette of 64 … 4 colours, dithered or not", _few_colours),
    Manipulation("sharpen", "degrade", "unsharp mask of amount 0.4 … 5", _sharpen),
)
