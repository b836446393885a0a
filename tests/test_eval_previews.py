"""The previews of an index serve as a library where the files are out of reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.previews import read_index
from lineage.errors import UsageError
from lineage.images import preview
from lineage.records import Location
from lineage.store.memory import MemoryStore
from tests.store_samples import entry, stamp


@pytest.fixture
def store(drawn):
    filled = MemoryStore(stamp())
    for number in range(5):
        one = entry(number)
        places = (*one.asset.locations, Location("/pictures", f"twin/{number}.jpg", 1, 1))
        fingerprint = replace(one.fingerprint, preview=preview(drawn(number)))
        filled.upsert([replace(one, asset=replace(one.asset, locations=places), fingerprint=fingerprint)])
    return filled


def test_assets_keep_their_names_and_show_their_previews(store, tmp_path):
    folder = read_index(store, tmp_path)
    assert [source.asset for source in folder.sources] == [f"spring/{number}.jpg" for number in range(5)]
    assert folder.sources[0].pixels().shape == (240, 320, 3)


def test_other_places_of_an_asset_are_its_twins(store, tmp_path):
    assert read_index(store, tmp_path).twins["twin/3.jpg"] == "spring/3.jpg"


def test_a_sample_is_drawn_by_seed(store, tmp_path):
    first, again, other = ({s.asset for s in read_index(store, tmp_path, limit=2, seed=n).sources} for n in (1, 1, 3))
    assert len(first) == 2
    assert first == again != other


def test_an_index_of_one_asset_is_refused(tmp_path):
    small = MemoryStore(stamp())
    small.upsert([entry(1)])
    with pytest.raises(UsageError, match="an index of 1 assets cannot be evaluated"):
        read_index(small, tmp_path)
