"""A screen photographed with a phone: keystone, moiré, exposure, glare, a dark bezel."""

from __future__ import annotations

import cv2
import numpy as np

from lineage.manipulate.backdrop import draw_surface
from lineage.manipulate.canvas import Canvas
from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import from_corners, size_of
from lineage.manipulate.result import INPUT, Step
from lineage.records import Pixels


def _moire(dose: Dose, size: tuple[int, int]) -> np.ndarray:
    """Beats of the screen's grid and the sensor's: (H, W, 3) float32 in -1..1, another phase in every channel."""
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    total = np.zeros((size[1], size[0], 3), np.float32)
    for _ in range(2):
        period, angle = dose.uniform(0.012, 0.12) * max(size) + 2, dose.uniform(0, np.pi)
        bend = dose.uniform(-1, 1) / max(size)
        phase = (
            (x * np.cos(angle) + y * np.sin(angle) + bend * (x - size[0] / 2) * (y - size[1] / 2) / 6)
            * 2
            * np.pi
            / period
        )
        sine, cosine = np.sin(phase), np.cos(phase)
        for channel, lag in enumerate(dose.rng.uniform(0, 1.5, 3).tolist()):  # sin(phase + lag)
            total[..., channel] += sine * np.float32(np.cos(lag)) + cosine * np.float32(np.sin(lag))
    return total / 2


def _glare(dose: Dose, size: tuple[int, int]) -> np.ndarray:
    """A soft patch of light, (H, W, 1) float32 in 0..1."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0], dtype=np.float32), np.linspace(0, 1, size[1], dtype=np.float32))
    wide = dose.uniform(0.08, 0.35)
    spot = np.exp(-((x - dose.uniform(0, 1)) ** 2 + (y - dose.uniform(0, 1)) ** 2) / (2 * wide**2))
    return np.asarray(spot, np.float32)[..., None]


def photographed(pixels: Pixels, dose: Dose) -> Step:
    """The picture on a screen, photographed; the frame keeps its shape."""
    size = size_of(pixels)
    side, keystone = np.array(size), dose.between(0.01, 0.12)
    bezel, room = dose.uniform(0.01, 0.05), dose.uniform(-0.02, 0.1)
    canvas = Canvas(size)
    canvas.pixels[:] = draw_surface(dose, size)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) + dose.rng.uniform(-1, 1, (4, 2)) * keystone
    outer = (0.5 + (corners - 0.5) * (1 - 2 * room)) * side
    inner = (0.5 + (corners - 0.5) * (1 - 2 * room - 2 * bezel)) * side
    canvas.paint(
        np.full((32, 32, 3), dose.pick(((8, 8, 10), (30, 30, 32), (200, 200, 204))), np.uint8),
        from_corners((32, 32), outer),
    )
    canvas.warp(INPUT, pixels, from_corners(size, inner))
    light = canvas.pixels.astype(np.float32) / 255
    light *= 1 + dose.between(0.02, 0.18) * _moire(dose, size)
    light *= dose.between(1.04, 1.45) ** dose.sign() * dose.rng.uniform(0.92, 1.08, 3).astype(np.float32)
    light += dose.between(0.05, 0.45) * _glare(dose, size) + dose.between(0, 0.06)
    noise = dose.rng.standard_normal((*size[::-1], 1), np.float32) * np.float32(dose.between(0.005, 0.04))
    soft = cv2.GaussianBlur(light + noise, (0, 0), max(0.4, max(size) * dose.between(0.001, 0.004)))
    step = canvas.step()
    return Step((np.clip(soft, 0, 1) * 255).astype(np.uint8), step.map, step.shows)
