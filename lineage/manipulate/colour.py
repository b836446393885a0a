"""Brightness, colour and filters; every pixel stays where it is."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.augment import augment
from lineage.manipulate.dose import Dose
from lineage.manipulate.filters import filtered
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import size_of
from lineage.manipulate.result import Step
from lineage.records import Pixels


def mixed(pixels: Pixels, other: Pixels, share: float) -> Pixels:
    """`share` of the other picture, the rest of the first."""
    return np.asarray(cv2.addWeighted(pixels, 1 - share, other, share, 0), np.uint8)


def grey_of(pixels: Pixels) -> Pixels:
    """Luma in all three channels."""
    return np.asarray(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def _brightness(pixels: Pixels, dose: Dose) -> Step:
    factor = dose.ladder(1.06, 2.6) ** dose.sign()
    return Step(augment("ColorJitter", pixels, dose, brightness=(factor, factor), contrast=0, saturation=0, hue=0))


def _contrast(pixels: Pixels, dose: Dose) -> Step:
    factor = dose.ladder(1.08, 4) if dose.chance(0.5) else dose.ladder(0.92, 0.25)
    return Step(augment("ColorJitter", pixels, dose, brightness=0, contrast=(factor, factor), saturation=0, hue=0))


def _saturation(pixels: Pixels, dose: Dose) -> Step:
    factor = dose.between(1.1, 5) if dose.chance(0.5) else dose.between(0.85, 0)
    return Step(augment("ColorJitter", pixels, dose, brightness=0, contrast=0, saturation=(factor, factor), hue=0))


def _gamma(pixels: Pixels, dose: Dose) -> Step:
    percent = 100 * dose.ladder(1.08, 3) ** dose.sign()
    return Step(augment("RandomGamma", pixels, dose, gamma_limit=(percent, percent)))


def _hue(pixels: Pixels, dose: Dose) -> Step:
    turn = dose.sign() * dose.between(4, 90)
    return Step(
        augment("HueSaturationValue", pixels, dose, hue_shift_limit=(turn, turn), sat_shift_limit=0, val_shift_limit=0)
    )


def _temperature(pixels: Pixels, dose: Dose) -> Step:
    # albumentations' PlanckianJitter draws the amount itself; here the strength has to settle it.
    gain = dose.ladder(1.04, 1.7) ** dose.sign()
    levels = np.arange(256)[:, None] * np.array([gain, 1, 1 / gain])
    return Step(np.asarray(cv2.LUT(pixels, np.clip(levels, 0, 255).round().astype(np.uint8)[None]), np.uint8))


def _grey(pixels: Pixels, dose: Dose) -> Step:
    return Step(mixed(pixels, grey_of(pixels), dose.between(0.3, 1)))


def _duotone(pixels: Pixels, dose: Dose) -> Step:
    dark, light = (np.array(dose.colour(neutral=0.2), np.float32) for _ in range(2))
    dark, light = (dark * 0.5, 255 - (255 - light) * 0.5) if dose.chance(0.85) else (light, dark)
    ramp = (np.linspace(0, 1, 256)[:, None] * (light - dark) + dark).round().astype(np.uint8)
    toned = cv2.LUT(grey_of(pixels), ramp.reshape(1, 256, 3))
    return Step(mixed(pixels, np.asarray(toned, np.uint8), dose.between(0.3, 1)))


def _tint(pixels: Pixels, dose: Dose) -> Step:
    return Step(mixed(pixels, np.full_like(pixels, dose.colour(neutral=0.2)), dose.between(0.08, 0.65)))


def _posterize(pixels: Pixels, dose: Dose) -> Step:
    bits = round(dose.between(6, 1.6))
    return Step(augment("Posterize", pixels, dose, num_bits=bits))


def _equalize(pixels: Pixels, dose: Dose) -> Step:
    if dose.chance(0.5):
        return Step(
            mixed(pixels, augment("Equalize", pixels, dose, by_channels=dose.chance(0.5)), dose.between(0.2, 1))
        )
    limit = dose.between(1.2, 10)
    return Step(augment("CLAHE", pixels, dose, clip_limit=(limit, limit), tile_grid_size=(4, 4)))


def _invert(pixels: Pixels, dose: Dose) -> Step:
    if dose.chance(0.5):
        return Step(np.asarray(255 - pixels, np.uint8))
    threshold = dose.between(0.9, 0.35)
    return Step(augment("Solarize", pixels, dose, threshold_range=(threshold, threshold)))


def _channels(pixels: Pixels, dose: Dose) -> Step:
    order = dose.pick(((0, 2, 1), (1, 0, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)))
    return Step(mixed(pixels, np.ascontiguousarray(pixels[..., order]), dose.between(0.25, 1)))


def _vignette(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    fall = np.clip((x - dose.uniform(-0.3, 0.3)) ** 2 + (y - dose.uniform(-0.3, 0.3)) ** 2, 0, 2) / 2
    weight = fall * np.float32(dose.between(0.3, 1))
    edge = np.full_like(pixels, (0, 0, 0) if dose.chance(0.75) else dose.colour())
    return Step(np.asarray(cv2.blendLinear(pixels, edge, 1 - weight, weight), np.uint8))


def _lighting(pixels: Pixels, dose: Dose) -> Step:
    if dose.chance(0.4):
        mode, reach = dose.pick(("linear", "corner", "gaussian")), dose.between(0.05, 0.2)
        return Step(augment("Illumination", pixels, dose, mode=mode, intensity_range=(reach, reach)))
    rough = dose.rng.uniform(0, 1, (dose.whole(2, 5), dose.whole(2, 5))).astype(np.float32)
    cloud = np.clip(cv2.resize(rough, size_of(pixels), interpolation=cv2.INTER_CUBIC), 0, 1) * dose.between(0.15, 0.85)
    over = np.full_like(pixels, (0, 0, 0) if dose.chance(0.6) else (255, 255, 255))
    return Step(np.asarray(cv2.blendLinear(pixels, over, 1 - cloud, cloud), np.uint8))


def _filter(pixels: Pixels, dose: Dose) -> Step:
    return Step(mixed(pixels, filtered(pixels, dose), dose.between(0.35, 1)))


COLOUR = (
    Manipulation("brightness", "colour", "× or ÷ 1.06 … 2.6", _brightness),
    Manipulation("contrast", "colour", "× 1.08 … 4 or × 0.92 … 0.25 about the mean", _contrast),
    Manipulation("saturation", "colour", "× 1.1 … 5 or × 0.85 … 0", _saturation),
    Manipulation("gamma", "colour", "exponent × or ÷ 1.08 … 3", _gamma),
    Manipulation("hue", "colour", "hue turned by ± 8 … 180°", _hue),
    Manipulation("temperature", "colour", "red × and blue ÷ 1.04 … 1.7, or the reverse", _temperature),
    Manipulation("grey", "colour", "30 … 100 % of the colour taken away", _grey),
    Manipulation("duotone", "colour", "30 … 100 % of a ramp between two colours", _duotone),
    Manipulation("tint", "colour", "8 … 65 % of one colour over everything", _tint),
    Manipulation("posterize", "colour", "6 … 2 bits a channel", _posterize),
    Manipulation("equalize", "colour", "20 … 100 % equalised, or CLAHE with clip limit 1.2 … 10", _equalize),
    Manipulation("invert", "colour", "negative, or solarised above 90 … 35 % of full scale", _invert),
    Manipulation("channels", "colour", "25 … 100 % of a picture with exchanged channels", _channels),
    Manipulation("vignette", "colour", "corners darkened or coloured by 30 … 100 %", _vignette),
    Manipulation("lighting", "colour", "gradient of 5 … 20 %, or cloudy shadow or haze of 15 … 85 %", _lighting),
    Manipulation("filter", "colour", "35 … 100 % of one of ten presets", _filter),
)
