"""Slanted geometry: turns by any angle, perspective, shear and shift, with what then fills the empty corners."""

from __future__ import annotations

import numpy as np

from lineage.manipulate.backdrop import backdrop
from lineage.manipulate.canvas import Canvas
from lineage.manipulate.dose import Dose
from lineage.manipulate.manipulation import Manipulation
from lineage.manipulate.maps import from_corners, shifting, size_of, transform, turning
from lineage.manipulate.result import INPUT, Step
from lineage.records import Map, Pixels


def enclosing(size: tuple[int, int], map_: Map) -> tuple[Map, tuple[int, int]]:
    """The map shifted so that the whole picture lies in the frame, and that frame's (width, height)."""
    width, height = size
    corners = transform(map_, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64))
    low, high = corners.min(0), corners.max(0)
    frame = np.maximum(np.ceil(high - low - 1e-6), 1).astype(int)
    return shifting(*((frame - (high - low)) / 2 - low)) @ map_, (int(frame[0]), int(frame[1]))


def filled(pixels: Pixels, dose: Dose, map_: Map, size: tuple[int, int]) -> Step:
    """The picture where a map sends it, and behind it one colour, its own continuation or something else."""
    kind = dose.pick(("black", "black", "white", "colour", "replicate", "reflect", "scene"))
    if kind == "scene":
        canvas = backdrop(dose, size)
    else:
        plain = {"black": (0, 0, 0), "white": (255, 255, 255)}
        canvas = Canvas(size, plain[kind] if kind in plain else dose.colour())
    if kind == "replicate":
        canvas.underlay(pixels, map_, "replicate")
    if kind == "reflect":
        canvas.underlay(pixels, map_, "reflect")
    canvas.warp(INPUT, pixels, map_)
    return canvas.step()


def _rotate(pixels: Pixels, dose: Dose) -> Step:
    map_, frame = enclosing(size_of(pixels), turning(dose.sign() * dose.between(3, 150)))
    if dose.chance(0.25):  # the frame stays as it was, so that the corners are lost
        size = size_of(pixels)
        return filled(pixels, dose, shifting((size[0] - frame[0]) / 2, (size[1] - frame[1]) / 2) @ map_, size)
    return filled(pixels, dose, map_, frame)


def _tilt(pixels: Pixels, dose: Dose) -> Step:
    """Straightened in an editor: turned, and cut to the largest upright box of the same shape that holds no fill."""
    width, height = size_of(pixels)
    degrees = dose.ladder(1, 20)
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    size = max(1, int(width * share)), max(1, int(height * share))
    about = shifting(size[0] / 2, size[1] / 2) @ turning(dose.sign() * degrees) @ shifting(-width / 2, -height / 2)
    canvas = Canvas(size)
    canvas.warp(INPUT, pixels, about)
    return canvas.step()


def _perspective(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    reach = dose.between(0.03, 0.3) * np.array([width, height])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    zoomed_in = dose.chance(0.3)  # no fill: corners move outward, the frame stays
    moved = corners + (-inward if zoomed_in else inward) * dose.rng.uniform(0, 1, (4, 2)) * reach
    map_ = from_corners((width, height), moved)
    if zoomed_in or dose.chance(0.4):
        return filled(pixels, dose, map_, (width, height))
    return filled(pixels, dose, *enclosing((width, height), map_))


def _shear(pixels: Pixels, dose: Dose) -> Step:
    slope = dose.sign() * np.tan(np.deg2rad(dose.between(2, 30)))
    map_ = np.eye(3)
    map_[(0, 1) if dose.chance(0.6) else (1, 0)] = slope
    return filled(pixels, dose, *enclosing(size_of(pixels), map_))


def _shift(pixels: Pixels, dose: Dose) -> Step:
    width, height = size_of(pixels)
    share, angle = dose.between(0.04, 0.5), dose.uniform(0, 2 * np.pi)
    return filled(
        pixels, dose, shifting(width * share * np.cos(angle), height * share * np.sin(angle)), (width, height)
    )


SLANTED = (
    Manipulation("tilt", "geometry", "± 1 … 20°, cut so that no corner is empty", _tilt),
    Manipulation("rotate", "geometry", "± 3 … 150°, corners filled", _rotate),
    Manipulation("perspective", "geometry", "corners moved by up to 3 … 30 % of the side", _perspective),
    Manipulation("shear", "geometry", "± 2 … 30°, corners filled", _shear),
    Manipulation("shift", "geometry", "moved out of the frame by 4 … 50 % of the side, filled", _shift),
)
