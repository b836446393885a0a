"""The previews of an index serve as a library where the files are out of reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.corpora.previews import read_index
from lineage.errors import UsageError
from lineage.read.images import preview
from lineage.records import Entry, Location
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


def test_assets_that_look_the_same_are_one_source(store, tmp_path, drawn):
    again = entry(7)
    store.upsert([replace(again, fingerprint=replace(again.fingerprint, preview=preview(drawn(3))))])
    folder = read_index(store, tmp_path)
    assert len(folder.sources) == 5
    assert len({folder.by_content[entry(n).asset.sha256] for n in (3, 7)}) == 1
    assert {"spring/3.jpg", "spring/7.jpg"} & set(folder.twins)


def test_equal_paths_below_two_roots_have_two_names(store, tmp_path, drawn):
    other = entry(8)
    asset = replace(other.asset, locations=(Location("/autumn", "spring/2.jpg", 1, 1),))
    store.upsert([Entry(asset, replace(other.fingerprint, preview=preview(drawn(8))))])
    names = {source.asset for source in read_index(store, tmp_path).sources}
    assert {"pictures/spring/2.jpg", "autumn/spring/2.jpg"} <= names


def test_what_a_sample_left_out_is_known_by_name(store, tmp_path):
    folder = read_index(store, tmp_path, limit=2)
    assert len(folder.undrawn) == 2 * 3
    assert not folder.undrawn & {source.asset for source in folder.sources}


def test_a_sample_is_drawn_by_seed(store, tmp_path):
    first, again, other = ({s.asset for s in read_index(store, tmp_path, limit=2, seed=n).sources} for n in (1, 1, 3))
    assert len(first) == 2
    assert first == again != other


def test_an_index_of_one_asset_is_refused(tmp_path):
    small = MemoryStore(stamp())
    small.upsert([entry(1)])
    with pytest.raises(UsageError, match="1 different pictures in the index; an evaluation needs at least two"):
        read_index(small, tmp_path)
