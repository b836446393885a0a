"""Assets that are parts of one photograph, which no fit may take for look-alikes of each other."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from lineage.describe.fingerprint import prepare
from lineage.records import Entry, Fingerprint, Pixels
from lineage.store.memory import MemoryStore
from lineage.train.decision.crops import crops_of
from tests.conftest import SAMPLES
from tests.store_samples import asset, stamp, vector


def read(name: str) -> Pixels:
    with Image.open(SAMPLES / "library/shirts" / name) as image:
        return np.asarray(image.convert("RGB"))


WHOLE = read("00142.jpg")  # 270 × 360 px


def entry(number: int, pixels: Pixels) -> Entry:
    """Kept as the index keeps it; vectors of all numbers below ten are near each other."""
    half = prepare(pixels, input_size=64)
    return Entry(asset(number), Fingerprint(vector(number), half.hashes, half.keypoints, half.words, half.preview))


def moved(pixels: Pixels) -> Pixels:
    """The next frame of a shoot: what stands in the middle has moved before the same ground."""
    other = pixels.copy()
    other[60:250, 60:210] = pixels[60:250, 68:218]
    return other


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (WHOLE[40:-30, 30:-20], True),
        (WHOLE[:-80], True),
        (moved(WHOLE), False),
        (WHOLE[..., ::-1], False),
        (read("00255.jpg"), False),
    ],
    ids=["closer cropped", "cut off", "next frame", "other colours", "another picture"],
)
def test_a_photograph_and_its_crops_are_told_from_what_looks_like_it(other, same):
    with closing(MemoryStore(stamp())) as store:
        entries = [entry(0, WHOLE), entry(1, np.ascontiguousarray(other))]
        store.upsert(entries)
        assert crops_of(store, entries[0]) == ({entries[1].asset.id} if same else frozenset())
