"""Long, straight, sharp, axis-parallel edges: the outlines of pasted pictures, tiles and bars.

Everything here speaks of vertical lines; horizontal ones are those of the transposed picture. Line x runs between the
pixel columns x - 1 and x, so a picture of width W has the lines 0..W, and 0 and W are its own border.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Floats, Pixels

Positions = npt.NDArray[np.intp]

SUPPORT = 0.62
"""Least share of edge on a line that outlines something: overlays and places without contrast interrupt real outlines,
texture reaches .4 by chance (two of five columns hold the strongest step within their reach)."""

_SMOOTHING = 9  # px along the line: the steps of a straight edge add up, those of texture average out
_CONTRAST = 5  # of 255: JPEG noise stays below it once smoothed
_REACH = 2  # px to either side within which an edge is the strongest step
_THROUGHOUT = 0.75  # share of edge from which on a line divides the whole post; photographs hardly have such lines
_RIDGE = (-1, 0, 2, 0, -1)  # what lies on a line against what lies on both sides of it
_BESIDE = 4  # px to either side: what changes there too is a ramp of colour and no step
_MOST = 18  # lines kept: a 3 × 3 collage with gutters and margin has 6, a screenshot with its chrome 8


@dataclass(frozen=True, slots=True)
class Lines:
    """The candidate lines of one direction, V of them with the two borders, left to right.

    Attributes:
        positions: (V,) px
        edges: (V, H + 1) edge pixels on the line above each row
    """

    positions: Positions
    edges: npt.NDArray[np.int32]

    def support(self, top: Positions, bottom: Positions) -> Floats:
        """(N,), (N,) rows → (V, N) share of edge on each line between them, 0..1.

        The borders are edge throughout. A line that divides the post from end to end is trusted where it is faint:
        two tiles of a collage may well meet in the same colour.
        """
        share = ((self.edges[:, bottom] - self.edges[:, top]) / (bottom - top)).astype(np.float32)
        whole = self.edges[:, -1:] / np.float32(self.edges.shape[1] - 1)
        share = np.where(whole >= _THROUGHOUT, np.maximum(share, whole), share)
        share[[0, -1]] = 1.0
        return share

    def pairs(self, apart: int) -> tuple[Positions, Positions]:
        """Indices of the first and second of all pairs of lines at least `apart` px from each other."""
        first, second = np.triu_indices(len(self.positions), 1)
        wide = self.positions[second] - self.positions[first] >= apart
        return first[wide], second[wide]

    def crossing(self, support: Floats, low: Positions, high: Positions) -> Floats:
        """(V, N) support, (N,), (N,) px → (N,) support of the best line between low and high, 0 where there is none."""
        between = (self.positions[:, None] >= low) & (self.positions[:, None] <= high)
        best: Floats = np.where(between, support, np.float32(0)).max(axis=0, initial=0)
        return best

    @property
    def last(self) -> int:
        """Index of the far border."""
        return len(self.positions) - 1


def vertical_lines(pixels: Pixels, *, shortest: int) -> Lines:
    """The strongest vertical lines of a (H, W, 3) picture that are edge over about `shortest` px or more."""
    edges = straight_edges(pixels)
    strength = _longest_run(edges)
    strength[[0, -1]] = 0.0
    peaks = strength >= cv2.dilate(strength[None], np.ones((1, 2 * _REACH + 1), np.uint8))[0]
    strength[~peaks | (strength < (1 - SUPPORT) * 0.8 * shortest)] = 0.0
    inner = np.sort(np.argsort(-strength, kind="stable")[: min(_MOST, np.count_nonzero(strength))])
    positions = np.concatenate([[0], inner, [len(strength) - 1]])
    counts = np.zeros((len(positions), len(edges) + 1), np.int32)
    np.cumsum(edges[:, positions].T, axis=1, out=counts[:, 1:])
    return Lines(positions=positions, edges=counts)


def straight_edges(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """(H, W, 3) → (H, W + 1): where a straight vertical edge runs along the line.

    A step that falls inside a column makes one peak of the central difference, a step between two columns two equal
    ones, so a line is edge when either of its neighbours peaks.
    """
    peaks = _peaks(cv2.Sobel(pixels, cv2.CV_16S, 1, 0, ksize=1))
    edges = np.zeros((peaks.shape[0], peaks.shape[1] + 1), np.bool_)
    edges[:, 1:-1] = peaks[:, 1:] | peaks[:, :-1]
    return edges


def thin_lines(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """(H, W, 3) → (H, W): where a straight vertical line runs that is too thin for its two edges to be told apart."""
    return _peaks(cv2.filter2D(pixels, cv2.CV_16S, np.array([_RIDGE], np.float32)))


def _peaks(steps: cv2.typing.MatLike) -> npt.NDArray[np.bool_]:
    """(H, W, 3) differences across the line → (H, W): where they are strongest, and no ramp."""
    red, green, blue = cv2.split(np.abs(cv2.blur(steps, (1, _SMOOTHING))))
    strength = cv2.max(cv2.max(red, green), blue)
    strongest = cv2.dilate(strength, np.ones((1, 2 * _REACH + 1), np.uint8))
    beside = cv2.copyMakeBorder(strength, 0, 0, _BESIDE, _BESIDE, cv2.BORDER_REPLICATE)
    ramp = cv2.min(beside[:, : -2 * _BESIDE], beside[:, 2 * _BESIDE :])
    return np.asarray((strength >= strongest) & (strength - ramp >= _CONTRAST), np.bool_)


def _longest_run(edges: npt.NDArray[np.bool_]) -> Floats:
    """(H, W) → (W,): the most that any stretch of the column gains when edge counts 1 - SUPPORT and a gap -SUPPORT."""
    gain = np.cumsum(edges - np.float32(SUPPORT), axis=0, dtype=np.float32)
    lowest = np.minimum(np.minimum.accumulate(gain, axis=0), 0.0)
    run: Floats = np.maximum((gain[1:] - lowest[:-1]).max(axis=0), 0.0)
    return run
