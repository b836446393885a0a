"""Where a camera sees a flat thing: the homography of a view from the side, and which way it leans."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import from_corners, size_of
from lineage.records import Map, Pixels

STEEPEST = 60
"""Degrees between the camera's axis and the normal of what it looks at, at full strength."""


def view(pixels: Pixels, dose: Dose, frame: tuple[int, int], share: float) -> Map:
    """The picture as a plane in space, seen by a camera: pixel frame → pixel frame.

    It is leant by up to 8 … 60° about any axis, turned by any angle (most often by little, or by a quarter), and as
    large as `share` of what would fit into the frame.
    """
    width, height = size_of(pixels)
    side = float(max(width, height))
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / (2 * side)
    spun = corners @ _spin(np.deg2rad(_turn(dose))).T
    seen = _projected(dose, spun)
    low, high = seen.min(0), seen.max(0)
    scale = share * min(frame[0] / (high[0] - low[0]), frame[1] / (high[1] - low[1]))
    room = np.array(frame) - scale * (high - low)
    at = room * dose.rng.uniform(0.1, 0.9, 2) if dose.chance(0.85) else room * dose.rng.uniform(-0.4, 1.4, 2)
    return from_corners((width, height), (seen - low) * scale + at)


def _turn(dose: Dose) -> float:
    """Degrees."""
    kind = dose.uniform(0, 1)
    if kind < 0.6:
        return dose.uniform(-1, 1) * dose.between(4, 25)
    return dose.pick((90, 180, 270)) + dose.uniform(-8, 8) if kind < 0.75 else dose.uniform(0, 360)


def _spin(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _projected(dose: Dose, flat: np.ndarray) -> np.ndarray:
    """(4, 2) corners of a thing of side 1 as a pinhole sees them when it leans."""
    lean = np.deg2rad(dose.between(8, STEEPEST) * np.sqrt(dose.uniform(0.05, 1)))
    axis = _spin(dose.uniform(0, 2 * np.pi))
    along, across = (flat @ axis).T
    distance = dose.uniform(1.1, 2.5)  # in sides: phones are held this far off, and what is near is seen steeper
    depth = distance + across * np.sin(lean)
    return np.asarray(np.column_stack([along / depth, across * np.cos(lean) / depth]) @ axis.T)
