from __future__ import annotations

import json
import os
from collections import deque
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.books.ledger import Ledger, Record
from indexer.move import copying
from indexer.move.copying import copy
from lineage.build import own_calibration
from lineage.decide.calibration_file import load_calibration, save_calibration
from lineage.errors import StoreError
from lineage.records import Fingerprint
from lineage.settings import Settings
from lineage.store import create_store, open_store
from lineage.store.memory import MemoryStore
from tests.command import call
from tests.outage import Outage
from tests.qdrant_standin import standin
from tests.store_samples import asset, entry, stamp

COUNT = 30


@pytest.fixture(autouse=True)
def user_folder(tmp_path, monkeypatch):
    """Ledgers and decisions of servers lie in the user's folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))


@contextmanager
def places(tmp_path, kind: str):
    """(original, copy): a folder and a server, or the other way round."""
    with standin() as server:
        folder, address = str(tmp_path / "index"), f"{server.url}/pictures"
        yield (folder, address) if kind == "embedded to server" else (address, folder)


@pytest.fixture(params=["embedded to server", "server to embedded"])
def pair(request, tmp_path):
    with places(tmp_path, request.param) as pair:
        with closing(create_store(pair[0], stamp())) as store:
            store.upsert([entry(number) for number in range(COUNT)])
        yield pair


def ids(place: str) -> set[str]:
    with closing(open_store(place)) as store:
        return {entry.asset.id for batch in store.scroll() for entry in batch}


def test_a_copy_holds_what_the_original_holds(pair):
    done = call("copy", *pair, "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["copied"], answer["present"], answer["alike"]) == (0, COUNT, 0, 1.0)
    assert ids(pair[1]) == ids(pair[0]) == {asset(number).id for number in range(COUNT)}


def test_a_copy_is_an_index_of_its_own(pair):
    call("copy", *pair)
    with closing(open_store(pair[0])) as original, closing(open_store(pair[1])) as made:
        assert made.stamp.index != original.stamp.index
        assert made.stamp.weights == original.stamp.weights


def test_a_second_copy_writes_what_is_missing_only(pair):
    call("copy", *pair)
    with closing(open_store(pair[0])) as store:
        store.upsert([entry(COUNT)])
    answer = json.loads(call("copy", *pair, "--json").stdout)
    assert (answer["copied"], answer["present"]) == (1, COUNT)


def test_a_copy_that_lost_its_server_is_completed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(copying, "BATCH", 8)
    with places(tmp_path, "embedded to server") as (original, _), standin() as server:
        with closing(create_store(original, stamp())) as store:
            store.upsert([entry(number) for number in range(COUNT)])
        target = f"{server.url}/pictures"
        server.faults = Outage(server, writes=2)
        broken = call("copy", original, target)
        server.faults = deque()
        answer = json.loads(call("copy", original, target, "--json").stdout)
        assert (broken.returncode, broken.stderr.count("\n"), "cannot be reached" in broken.stderr) == (3, 1, True)
        assert (answer["copied"], answer["present"]) == (COUNT - 16, 16)
        assert ids(target) == ids(original)


def test_another_index_at_the_place_is_left_alone(pair):
    with closing(create_store(pair[1], stamp())) as other:
        other.upsert([entry(99)])
    done = call("copy", *pair)
    assert (done.returncode, "is no copy of" in done.stderr) == (3, True)
    assert ids(pair[1]) == {asset(99).id}


def test_an_index_of_another_backbone_at_the_place_is_left_alone(pair):
    create_store(pair[1], stamp(backbone="other")).close()
    done = call("copy", *pair)
    assert (done.returncode, "backbone" in done.stderr) == (3, True)


def test_copying_an_index_onto_itself_is_wrong_usage(tmp_path):
    create_store(str(tmp_path / "index"), stamp()).close()
    done = call("copy", tmp_path / "index", tmp_path / "other" / ".." / "index")
    assert (done.returncode, "name another place" in done.stderr) == (2, True)


def test_copying_an_index_that_is_not_there_is_told(tmp_path):
    done = call("copy", tmp_path / "nowhere", tmp_path / "copy")
    assert (done.returncode, "no index at" in done.stderr) == (3, True)
    assert not (tmp_path / "copy").exists()


def test_a_copy_knows_which_files_it_has(tmp_path, library):
    call("index", library, "--store", tmp_path / "index")
    call("copy", tmp_path / "index", tmp_path / "copy")
    again = json.loads(call("index", library, "--store", tmp_path / "copy", "--json").stdout)
    assert (again["unchanged"], again["added"], again["located"]) == (3, 0, 0)


def test_a_copy_knows_of_a_run_on_its_original_that_was_cut_off(tmp_path, library):
    call("index", library, "--store", tmp_path / "index")
    (file,) = (tmp_path / "index").glob("ledger-*.sqlite")
    with Ledger(file) as ledger:
        ledger.begin([str(library)])
    call("copy", tmp_path / "index", tmp_path / "copy")
    (file,) = (tmp_path / "copy").glob("ledger-*.sqlite")
    with Ledger(file) as ledger:
        assert ledger.begun() == {str(library)}


def decision_of(place: str) -> Path:
    with closing(open_store(place)) as store:
        return own_calibration(Settings(store=place), store.stamp)


def fitted(place: str, name: str, *, age: int) -> Path:
    """A decision of the index at that place, by its name, fitted so many seconds ago."""
    file = decision_of(place)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_calibration(replace(load_calibration(), name=name), file)
    os.utime(file, ns=(0, file.stat().st_mtime_ns - age * 10**9))
    return file


def test_the_decision_that_was_fitted_to_an_index_goes_along(pair):
    file = fitted(pair[0], "own", age=1000)
    told = [json.loads(call("copy", *pair, "--json").stdout)["calibration"] for _ in range(2)]
    assert told == ["copied", "present"]
    status = json.loads(call("status", "--store", pair[1], "--json").stdout)["calibration"]
    assert (status["file"], status["of"]) == (str(decision_of(pair[1])), "index")
    assert status["since"] == json.loads(call("status", "--store", pair[0], "--json").stdout)["calibration"]["since"]
    assert decision_of(pair[1]).read_bytes() == file.read_bytes()


def test_of_two_decisions_the_younger_holds_in_a_copy(pair):
    call("copy", *pair)
    fitted(pair[0], "original", age=1000)
    fitted(pair[1], "copy", age=500)
    assert "fitted to the copy later is kept" in call("copy", *pair).stdout
    assert load_calibration(decision_of(pair[1])).name == "copy"
    fitted(pair[0], "original", age=100)
    assert "fitted to the index is copied too" in call("copy", *pair).stdout
    assert load_calibration(decision_of(pair[1])).name == "original"


def test_a_copy_of_an_index_without_a_decision_of_its_own_has_none(pair):
    assert call("copy", *pair).stdout.endswith(
        "no decision was fitted to the index; the copy decides by the shipped one too\n"
    )
    assert not decision_of(pair[1]).exists()


def test_a_copy_answers_as_its_original_does(tmp_path, library, drawn):
    Image.fromarray(drawn(1)[20:220, 30:300]).save(tmp_path / "post.jpg", quality=60)
    call("index", library, "--store", tmp_path / "index")
    call("copy", tmp_path / "index", tmp_path / "copy")
    answers = [
        json.loads(call("query", tmp_path / "post.jpg", "--store", tmp_path / place, "--json").stdout)
        for place in ("index", "copy")
    ]
    assert answers[0]["matches"] == answers[1]["matches"]
    assert answers[0]["verdict"] == "known"


def test_a_copy_with_too_much_in_it_is_told():
    source, target = MemoryStore(stamp()), MemoryStore(stamp())
    source.upsert([entry(1)])
    target.upsert([entry(2)])
    with pytest.raises(StoreError, match="the copy holds 2 assets and the original 1"):
        copy(source, target)


def with_keypoints(mark: Fingerprint, **columns: np.ndarray) -> Fingerprint:
    return replace(mark, keypoints=replace(mark.keypoints, **columns))


DAMAGES = {
    "another fingerprint": lambda mark: entry(99).fingerprint,
    "moved key points": lambda mark: with_keypoints(mark, positions=mark.keypoints.positions[::-1]),
    "scaled key points": lambda mark: with_keypoints(mark, scales=mark.keypoints.scales / 2),
    "turned key points": lambda mark: with_keypoints(mark, angles=(mark.keypoints.angles + 90) % 360),
    "other descriptors": lambda mark: with_keypoints(mark, descriptors=~mark.keypoints.descriptors),
    "words of other weights": lambda mark: replace(mark, words=replace(mark.words, values=mark.words.values * 2)),
    "a cut preview": lambda mark: replace(mark, preview=mark.preview[:-1]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_copy_is_told(damage):
    class Lossy(MemoryStore):
        def upsert(self, entries):
            super().upsert([replace(whole, fingerprint=damage(whole.fingerprint)) for whole in entries])

    source = MemoryStore(stamp())
    source.upsert([entry(1)])
    with pytest.raises(StoreError, match=r"1\.jpg: the copy of this asset differs"):
        copy(source, Lossy(stamp()))


def test_a_copy_that_answers_otherwise_is_told():
    class Deaf(MemoryStore):
        def search_words(self, words, *, limit):
            return [[] for _ in words]

    source = MemoryStore(stamp())
    source.upsert([entry(number) for number in range(COUNT)])
    with pytest.raises(StoreError, match="of the same answers"):
        copy(source, Deaf(stamp()))


def test_a_tie_at_the_end_of_the_answers_is_no_difference():
    """Of twenty assets with equal hashes each store may name any ten."""

    class Backwards(MemoryStore):
        def search_hashes(self, hashes, *, limit):
            return [hits[::-1][:limit] for hits in super().search_hashes(hashes, limit=100)]

    source = MemoryStore(stamp())
    same = entry(0).fingerprint.hashes
    different = [entry(number) for number in range(20)]
    source.upsert([replace(one, fingerprint=replace(one.fingerprint, hashes=same)) for one in different])
    assert copy(source, Backwards(stamp())).alike == 1.0


def test_what_the_ledger_of_an_earlier_index_at_the_place_says_is_not_believed(tmp_path):
    with places(tmp_path, "embedded to server") as pair:
        create_store(pair[0], stamp()).close()
        call("copy", *pair)
        with closing(open_store(pair[1])) as store:
            file = tmp_path / "user" / "lineage" / "ledgers" / f"ledger-{store.stamp.index}.sqlite"
        with Ledger(file) as ledger:
            ledger.write([Record(asset(1).locations[0], "ff", asset(1).id)])
        call("copy", *pair)
        with Ledger(file) as ledger:
            assert list(ledger.records()) == []
