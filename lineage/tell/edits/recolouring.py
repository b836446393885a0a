"""Was a picture recoloured: its hues turned, its channels exchanged, tinted, toned in one colour, or inverted?

A filter that makes a picture warmer moves all colours a little the same way. Recolouring is told only where they move
further than filters do, or not the same way.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Edit, Floats

ACTION, KIND = "c2pa.adjustedColor", "recoloured"

Plane = npt.NDArray[np.complex64]  # (N,) a* + i b*

_INVERTED = -0.5  # correlation of the lightness
_COLOURED = 12.0  # chroma from which a hue can be told
_LEAST = (0.03, 32)  # share of the pixels, and pixels, that must be coloured
_SWAPPED = (
    0.25,
    0.06,
)  # exchanged channels are nearer than the asset's by this factor, and as near as this
_AS_ONE = 0.8  # length of the mean of all turns, or of all hues, 0..1, from which they are one
_TURNED = 25.0  # degrees; filters that make a picture warmer turn hues by less
_BETTER = 0.8  # a turn about grey leaves this share of what a filter would leave, or less
_GONE = 0.3  # of the asset's colours is left where it was toned
_WARM = np.exp(1j * np.deg2rad(65))  # direction from blue to orange
_TINTED = (45.0, 22.0)  # ΔE that grey has become, along that direction, in which filters move it far, and across
_DEPARTED = 15.0  # ΔE of the median beyond what a filter could explain
_CHANNELS = ("red", "green", "blue")
_NAMES = ((20, "pink"), (50, "red"), (85, "orange"), (115, "yellow"), (165, "green"), (230, "cyan"), (315, "blue"))
"""Hue angles in CIE L*a*b*, degrees, up to which a colour is called that; purple beyond, and pink again."""


def recolouring(before: Floats, after: Floats) -> Edit | None:
    """What was done to the hues, with its size: degrees of a turn, else the median ΔE (CIE 1976); None: nothing.

    Args:
        before, after: (N, 3) RGB, 0..1, of the asset and of the post at the same places
    """
    old, new = (_lab(pixels) for pixels in (before, after))
    departed = np.linalg.norm(new - old, axis=1)
    if _is_inverted(old[:, 0], new[:, 0]):
        return _edit("colours inverted", departed, kind="inverted")
    coloured = np.maximum(_chroma(old), _chroma(new)) > _COLOURED
    if coloured.sum() < max(_LEAST[0] * len(coloured), _LEAST[1]):
        return None
    departed = departed[coloured]
    turned = _turned(before[coloured], after[coloured])
    if swapped := _swapped(before[coloured], after[coloured], turned):
        return _edit(f"{swapped} exchanged", departed)
    planes = [lab[:, 1] + 1j * lab[:, 2] for lab in (old, new)]
    kept, cast = _as_filtered(*planes)
    beyond = np.abs(planes[1] - kept * planes[0] - cast)
    if turned and np.abs(planes[1] - _ratio(*planes) * planes[0]).mean() < _BETTER * beyond.mean():
        return Edit(ACTION, f"recoloured: hue turned by {abs(turned):.0f}°", turned, KIND)
    if toned := _toned(*planes) or _tinted(cast):
        return _edit(toned, departed)
    return _edit("other colours", departed) if np.median(beyond[coloured]) > _DEPARTED else None


def _edit(what: str, departed: Floats, *, kind: str = KIND) -> Edit:
    size = float(np.median(departed))
    return Edit(ACTION, f"recoloured: {what} (ΔE {size:.0f})", size, kind)


def _is_inverted(old: Floats, new: Floats) -> bool:
    spread = float(old.std() * new.std())
    return spread > 0 and float(((old - old.mean()) * (new - new.mean())).mean()) / spread < _INVERTED


def _swapped(before: Floats, after: Floats, turned: float) -> str:
    """Two channels that changed places, `red and blue`; empty: none did, or a turn by these degrees explains it better.

    All three in a ring are a turn by 120°.
    """
    distance = {order: _distance(before[:, order], after) for order in itertools.permutations(range(3))}
    nearest = min(distance, key=lambda order: distance[order])
    stayed = [channel for channel in range(3) if nearest[channel] == channel]
    most = min(_SWAPPED[0] * distance[0, 1, 2], _SWAPPED[1], _distance(_rotated(before, turned), after))
    if len(stayed) != 1 or distance[nearest] > most:
        return ""
    return " and ".join(name for channel, name in enumerate(_CHANNELS) if channel not in stayed)


def _distance(pixels: Floats, others: Floats) -> float:
    return float(np.linalg.norm(pixels - others, axis=1).mean())


def _rotated(rgb: Floats, degrees: float) -> Floats:
    hsv = cv2.cvtColor(rgb[None], cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + degrees) % 360
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0], np.float32)


def _turned(before: Floats, after: Floats) -> float:
    """Degrees, -180..180, on the circle red, yellow, green, cyan, blue, magenta, by which all hues turned; or 0."""
    weights = np.minimum(*(_chroma(_lab(pixels)) for pixels in (before, after)))
    if weights.mean() < _COLOURED / 2:
        return 0.0
    mean = (weights * np.exp(1j * np.deg2rad(_hue(after) - _hue(before)))).sum() / weights.sum()
    turn = float(np.rad2deg(np.angle(mean)))
    return turn if abs(mean) > _AS_ONE and abs(turn) > _TURNED else 0.0


def _ratio(old: Plane, new: Plane) -> complex:
    """The factor c, a turn and a scale, for which c · old is nearest to new."""
    return complex(np.vdot(old, new)) / max(float(np.vdot(old, old).real), 1e-9)


def _as_filtered(old: Plane, new: Plane) -> tuple[float, complex]:
    """How much of the colours a filter kept, at least 0, and the cast that it laid over all of them."""
    kept = max(_ratio(old - old.mean(), new - new.mean()).real, 0.0)
    return kept, complex(new.mean() - kept * old.mean())


def _toned(old: Plane, new: Plane) -> str:
    """One colour instead of many, as sepia is; empty: not so."""
    kept = abs(_ratio(old - old.mean(), new - new.mean()))
    mean, size = new.mean(), float(np.abs(new).mean())
    one = kept < _GONE and size > _COLOURED / 2 and abs(mean) > _AS_ONE * size
    return f"toned {_name(mean)}" if one and np.abs(old - old.mean()).mean() > _COLOURED / 2 else ""


def _tinted(cast: complex) -> str:
    """A colour over all others; empty: none, or what a warm or cool filter does."""
    along, across = (float(part) / most for part, most in zip(_parts(cast), _TINTED, strict=True))
    return f"tinted {_name(cast)}" if np.hypot(along, across) > 1 else ""


def _parts(cast: complex) -> tuple[float, float]:
    turned = cast * np.conj(_WARM)
    return turned.real, turned.imag


def _name(colour: complex) -> str:
    angle = float(np.rad2deg(np.angle(colour))) % 360
    return next((name for limit, name in _NAMES if angle < limit), "purple" if angle < 345 else "pink")


def _lab(rgb: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(rgb[None], cv2.COLOR_RGB2LAB)[0], np.float32)


def _hue(rgb: Floats) -> Floats:
    """(N,) degrees."""
    return np.asarray(cv2.cvtColor(rgb[None], cv2.COLOR_RGB2HSV)[0, :, 0], np.float32)


def _chroma(lab: Floats) -> Floats:
    return np.asarray(np.hypot(lab[:, 1], lab[:, 2]), np.float32)
