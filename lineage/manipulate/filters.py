"""Filter presets in the manner of photo apps: tone curves, colour casts and faded blacks."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from lineage.manipulate.augment import augment
from lineage.manipulate.dose import Dose
from lineage.records import Pixels

Preset = Callable[[Pixels, Dose], Pixels]


def _toned(*channels: tuple[tuple[float, ...], tuple[float, ...]], saturation: float = 1.0) -> Preset:
    """A preset from a tone curve a channel, each (levels, their new levels) in 0..1, after a change of saturation."""
    levels = np.linspace(0, 1, 256)
    curves = [np.interp(levels, *channel) * 255 for channel in channels]
    table = np.stack(curves, axis=1).round().astype(np.uint8).reshape(1, 256, 3)

    def preset(pixels: Pixels, dose: Dose) -> Pixels:
        luma = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        toned = cv2.addWeighted(pixels, saturation, luma, 1 - saturation, 0)
        return np.asarray(cv2.LUT(toned, table), np.uint8)

    return preset


def _sepia(pixels: Pixels, dose: Dose) -> Pixels:
    return augment("ToSepia", pixels, dose)


def _any_curve(pixels: Pixels, dose: Dose) -> Pixels:
    return augment("RandomToneCurve", pixels, dose, scale=0.4, per_channel=True)


def _sharp(pixels: Pixels, dose: Dose) -> Pixels:
    return augment("Sharpen", pixels, dose, alpha=(0.7, 0.7), lightness=(0.9, 0.9))


_FULL, _THREE, _FIVE = (0.0, 1.0), (0.0, 0.5, 1.0), (0.0, 0.25, 0.5, 0.75, 1.0)
_PRESETS: tuple[Preset, ...] = (
    _sepia,
    _any_curve,
    _any_curve,
    _sharp,
    # faded print, cool evening, warm noon, cross process, noir, candy, washed-out green
    _toned((_FULL, (0.18, 0.9)), (_FULL, (0.16, 0.85)), (_FULL, (0.22, 0.78)), saturation=0.6),
    _toned((_THREE, (0.0, 0.38, 0.9)), (_THREE, (0.02, 0.48, 0.95)), (_THREE, (0.12, 0.62, 1.0)), saturation=0.85),
    _toned((_THREE, (0.05, 0.64, 1.0)), (_THREE, (0.02, 0.52, 0.97)), (_THREE, (0.0, 0.38, 0.82)), saturation=1.2),
    _toned((_FIVE, (0.0, 0.12, 0.5, 0.88, 1.0)), (_FIVE, (0.0, 0.18, 0.55, 0.85, 1.0)), (_FULL, (0.25, 0.75))),
    _toned(*((_FIVE, (0.0, 0.08, 0.45, 0.88, 1.0)),) * 3, saturation=0.0),
    _toned((_THREE, (0.1, 0.6, 1.0)), (_THREE, (0.0, 0.45, 0.95)), (_THREE, (0.15, 0.6, 1.0)), saturation=1.6),
    _toned((_FULL, (0.1, 0.8)), (_FULL, (0.18, 0.95)), (_FULL, (0.1, 0.75)), saturation=0.5),
)


def filtered(pixels: Pixels, dose: Dose) -> Pixels:
    """The picture through any one of the presets."""
    return dose.pick(_PRESETS)(pixels, dose)
