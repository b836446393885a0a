"""The asset's own picture: by its digest, never by its path alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lineage.errors import ImageError
from lineage.read.images import preview as small
from lineage.read.originals import from_files, original, preview
from lineage.records import Asset, Entry, Fingerprint, Hashes, Keypoints, Location, Words


@pytest.fixture
def kept(tmp_path, drawn) -> Entry:
    """An asset of two equal files, `one.png` and `two.png`, 320 × 240, with a preview."""
    for name in ("one.png", "two.png"):
        Image.fromarray(drawn(1)).save(tmp_path / name)
    digest = hashlib.sha256((tmp_path / "one.png").read_bytes()).hexdigest()
    locations = tuple(Location(str(tmp_path), name, 1, 1) for name in ("one.png", "two.png"))
    none = np.zeros((0,), np.float32)
    features = Keypoints(none.reshape(0, 2), none, none, np.zeros((0, 32), np.uint8))
    words = Words(none.astype(np.uint32), none)
    fingerprint = Fingerprint(none, Hashes("0" * 16, "0" * 64, 0), features, words, small(drawn(1)[::2, ::2]))
    return Entry(Asset("id", digest, 320, 240, "PNG", locations), fingerprint)


def replaced(file: Path, picture: np.ndarray) -> None:
    Image.fromarray(picture).save(file)


def test_it_comes_from_the_file_as_large_as_asked_for(kept, drawn):
    assert np.array_equal(original(kept, longest=1000), drawn(1))
    assert original(kept, longest=100).shape == (75, 100, 3)


def test_a_file_that_was_replaced_is_not_taken_but_the_next_one(kept, tmp_path, drawn):
    replaced(tmp_path / "one.png", drawn(2))
    assert np.array_equal(original(kept, longest=1000), drawn(1))


@pytest.mark.parametrize("what", ["gone", "replaced", "too large"])
def test_the_preview_serves_where_no_file_holds_it(kept, tmp_path, drawn, what):
    for name in ("one.png", "two.png"):
        if what == "gone":
            (tmp_path / name).unlink()
        elif what == "replaced":
            replaced(tmp_path / name, drawn(2))
    limit = 320 * 240 - 1 if what == "too large" else 10**6
    assert from_files(kept, longest=1000, pixel_limit=limit) is None
    assert np.array_equal(original(kept, longest=1000, pixel_limit=limit), preview(kept))
    assert preview(kept).shape == (120, 160, 3)


def test_a_damaged_preview_is_told_with_the_assets_name(kept):
    broken = replace(kept, fingerprint=replace(kept.fingerprint, preview=b"RIFF"))
    with pytest.raises(ImageError, match=r"preview of one\.png"):
        preview(broken)
