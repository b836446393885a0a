"""Pictures of assets as a service reads them for its pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import lineage
from lineage.read.images import PIXEL_LIMIT
from lineage.records import Entry
from lineage.web.originals import Originals


@pytest.fixture
def file(tmp_path, drawn) -> Path:
    file = tmp_path / "library" / "large.png"
    file.parent.mkdir()
    Image.fromarray(drawn(1)).resize((960, 720)).save(file)
    return file


@pytest.fixture
def entry(file, tmp_path) -> Entry:
    with lineage.open(tmp_path / "index", workers=1) as index:
        index.index(file.parent)
        ((entry,),) = index.engine.store.scroll()
    return entry


def test_a_file_is_read_as_large_as_it_is_asked_for_and_once(entry, file):
    originals = Originals(pixel_limit=PIXEL_LIMIT)
    first = originals.picture(entry, longest=480)
    assert first.shape == (360, 480, 3)
    file.unlink()
    assert originals.picture(entry, longest=480) is first


def test_a_file_above_the_limit_is_not_read(entry):
    assert max(Originals(pixel_limit=10**5).picture(entry, longest=960).shape) == 320


def test_a_preview_gives_way_to_the_file_once_that_is_there_again(entry, file):
    originals, content = Originals(pixel_limit=PIXEL_LIMIT), file.read_bytes()
    file.unlink()
    assert max(originals.picture(entry, longest=960).shape) == 320
    file.write_bytes(content)
    assert max(originals.picture(entry, longest=960).shape) == 960
