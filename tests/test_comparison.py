from __future__ import annotations

import pytest

from lineage.records import Asset, Location
from lineage.tell.comparison import statements


def asset(width: int, height: int, size: int = 2_340_000) -> Asset:
    return Asset("A", "0" * 64, width, height, "TIFF", (Location("/dam", "a.tif", size, 1),))


@pytest.mark.parametrize(
    ("post", "own", "said"),
    [
        ((300, 400), (300, 400), ["both have equally many pixels", "both have the same shape, 3:4"]),
        ((300, 400), (1500, 2000), ["the asset has 25 times as many pixels", "both have the same shape, 3:4"]),
        ((900, 1600), (600, 800), ["the post has 3 times as many pixels", "the post is taller, 9:16 instead of 3:4"]),
        (
            (1370, 1000),
            (1000, 1000),
            ["the post has 1.37 times as many pixels", "the post is wider, 1.37:1 instead of 1:1"],
        ),
    ],
)
def test_pixels_and_shapes_of_post_and_asset_are_compared(post, own, said):
    assert statements(post, asset(*own))[:2] == said


@pytest.mark.parametrize(("size", "said"), [(2_340_000, " of 2.34 MB"), (51_200, " of 51.2 kB"), (0, "")])
def test_the_asset_s_file_is_named(size, said):
    assert statements((300, 400), asset(300, 400, size))[2] == f"the asset is a TIFF{said}"
