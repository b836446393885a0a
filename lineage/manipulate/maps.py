"""Homographies between pixel frames, and pictures warped by them."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from lineage.manipulate.result import Mask
from lineage.records import Map, Pixels

Border = Literal["constant", "replicate", "reflect"]
_BORDERS = {"constant": cv2.BORDER_CONSTANT, "replicate": cv2.BORDER_REPLICATE, "reflect": cv2.BORDER_REFLECT}
_CENTRE = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
_CORNER = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])


def size_of(picture: Pixels | Mask) -> tuple[int, int]:
    """(width, height) in px."""
    return picture.shape[1], picture.shape[0]


def shifting(x: float, y: float) -> Map:
    """Moves by (x, y)."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def scaling(x: float, y: float) -> Map:
    """Scales about the origin."""
    return np.diag([x, y, 1.0])


def stretching(source: tuple[int, int], result: tuple[int, int]) -> Map:
    """Takes a frame of one (width, height) to a frame of another, edge to edge."""
    return scaling(result[0] / source[0], result[1] / source[1])


def turning(degrees: float) -> Map:
    """Turns clockwise (y points down) about the origin."""
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])


def from_corners(size: tuple[int, int], corners: np.ndarray) -> Map:
    """The homography that takes the corners of a picture, clockwise from the upper left, to the (4, 2) given points."""
    width, height = size
    rectangle = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(rectangle, corners.astype(np.float32)), np.float64)


def transform(map_: Map, points: np.ndarray) -> np.ndarray:
    """(N, 2) points → (N, 2) points."""
    moved = np.column_stack([points, np.ones(len(points))]) @ map_.T
    return np.asarray(moved[:, :2] / moved[:, 2:])


def to_unit(map_: Map, source: tuple[int, int], result: tuple[int, int]) -> Map:
    """A map between pixel frames as a map between unit frames; normalised so that its last element is 1."""
    unit = scaling(1 / max(result), 1 / max(result)) @ map_ @ scaling(max(source), max(source))
    return np.asarray(unit / unit[2, 2])


def for_opencv(map_: Map) -> Map:
    """The same map for OpenCV, where the centre of the upper left pixel is the origin."""
    return np.asarray(_CORNER @ map_ @ _CENTRE)


def warp(picture: Pixels, map_: Map, size: tuple[int, int], *, border: Border = "constant") -> Pixels:
    """The picture (or mask) moved by a map into a (width, height) frame; anti-aliased where it shrinks."""
    shrink = min(1.0, float(np.sqrt(abs(np.linalg.det(map_[:2, :2] / map_[2, 2])))))
    if shrink < 0.7:
        width, height = size_of(picture)
        smaller = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        picture = resized(picture, smaller)
        map_ = map_ @ scaling(width / smaller[0], height / smaller[1])
    warped = cv2.warpPerspective(picture, for_opencv(map_), size, flags=cv2.INTER_LINEAR, borderMode=_BORDERS[border])
    return np.asarray(warped, np.uint8)


def resized(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """The picture at another (width, height): averaged where it shrinks, bicubic where it grows."""
    if size == size_of(picture):
        return picture
    shrinks = size[0] * size[1] < picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def seen_pixels(shows: Mask | None, map_: Map, source: tuple[int, int], result: tuple[int, int]) -> Mask:
    """Which pixels of a source have their centre in the result frame, at a place where `shows` is true."""
    over = np.ones(result[::-1], np.uint8) if shows is None else shows.astype(np.uint8)
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(over, for_opencv(map_), source, flags=flags), np.bool_)
