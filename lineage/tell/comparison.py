"""Statements that compare the files of a post and of an asset, as one looks from one to the other."""

from __future__ import annotations

from lineage.records import Asset

Size = tuple[int, int]

_NEARLY = 0.02  # relative: rounding to whole pixels
_SHAPES = {f"{a}:{b}": a / b for a, b in ((1, 1), (4, 5), (3, 4), (2, 3), (9, 16), (5, 4), (4, 3), (3, 2), (16, 9))}


def statements(post: Size, asset: Asset) -> list[str]:
    """What differs between a post of this width and height, px, and an asset."""
    own = (asset.width, asset.height)
    return [_pixels(post, own), _shape(post, own), _file(asset)]


def _pixels(post: Size, asset: Size) -> str:
    factor = (asset[0] * asset[1]) / (post[0] * post[1])
    if abs(factor - 1) < _NEARLY:
        return "both have equally many pixels"
    larger, times = ("asset", factor) if factor > 1 else ("post", 1 / factor)
    return f"the {larger} has {times:,.3g} times as many pixels"


def _shape(post: Size, asset: Size) -> str:
    wide, other = post[0] / post[1], asset[0] / asset[1]
    if abs(wide / other - 1) < _NEARLY:
        return f"both have the same shape, {_named(wide)}"
    return f"the post is {'wider' if wide > other else 'taller'}, {_named(wide)} instead of {_named(other)}"


def _named(aspect: float) -> str:
    """`3:4`, or `1.37 wide` where that has no name."""
    name = min(_SHAPES, key=lambda one: abs(_SHAPES[one] - aspect))
    return name if abs(_SHAPES[name] / aspect - 1) < _NEARLY else f"{aspect:.2f}:1"


def _file(asset: Asset) -> str:
    size = asset.locations[0].size
    if not size:
        return f"the asset is a {asset.format}"
    unit, name = (1e6, "MB") if size >= 1e6 else (1e3, "kB")
    return f"the asset is a {asset.format} of {size / unit:.3g} {name}"
