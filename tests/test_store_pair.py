"""One contract for an index and the one beside it, in a folder and on a server; and what each place can do wrong."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
from qdrant_client import models

from lineage.errors import StoreError, StoreLocked, StoreMissing
from lineage.records import Stamp
from lineage.store import create_store, open_pair, open_store, room, stamps, store_exists
from tests.qdrant_standin import standin
from tests.store_samples import DIM, asset, entry, stamp, vector
from tests.test_store import LASTING, SERVER, empty_place

OLD, NEW = stamp(backbone="old"), stamp(backbone="new", dim=2 * DIM)


@pytest.fixture(params=LASTING)
def place(request, tmp_path) -> Iterator[str]:
    """An index of one asset."""
    with empty_place(request.param, tmp_path) as where:
        with closing(create_store(where, OLD, server=SERVER)) as store:
            store.upsert([entry(1)])
        yield where


def make_beside(place: str) -> None:
    """Beside it one of two assets."""
    with closing(open_pair(place, server=SERVER)) as pair, closing(pair.make_beside(NEW)) as other:
        other.upsert([entry(2, dim=2 * DIM), entry(3, dim=2 * DIM)])


def switch(place: str) -> None:
    with closing(open_pair(place, server=SERVER)) as pair:
        pair.switch()


def drop(place: str) -> None:
    with closing(open_pair(place, server=SERVER)) as pair:
        pair.drop()


def beside(place: str) -> Stamp | None:
    with closing(open_pair(place, server=SERVER)) as pair:
        return pair.beside()


def count(place: str) -> int:
    with closing(open_store(place, server=SERVER)) as store:
        return store.count()


def test_nothing_lies_beside_a_new_index(place):
    assert beside(place) is None
    with closing(open_pair(place, server=SERVER)) as pair, pytest.raises(StoreError):
        pair.open_beside()
    drop(place)
    assert count(place) == 1


def test_an_index_made_beside_is_of_its_own_and_the_one_that_opens_stays(place):
    with closing(open_pair(place, server=SERVER)) as pair:
        with closing(pair.make_beside(NEW)) as other:
            assert (other.stamp, other.count()) == (NEW, 0)
            other.upsert([entry(number, dim=2 * DIM) for number in range(5)])
            assert (other.count(), pair.current.count()) == (5, 1)
        assert pair.current.search_vectors(vector(1)[None], limit=9)[0][0].id == asset(1).id
    with closing(open_store(place, server=SERVER, expect=OLD)) as store:
        assert store.count() == 1


def test_what_was_written_beside_is_found_again(place):
    make_beside(place)
    assert beside(place) == NEW
    with closing(open_pair(place, server=SERVER)) as pair, closing(pair.open_beside()) as other:
        assert set(other.assets([asset(2).id, asset(1).id])) == {asset(2).id}


def test_there_is_one_index_beside(place):
    make_beside(place)
    with closing(open_pair(place, server=SERVER)) as pair, pytest.raises(StoreError, match="already an index beside"):
        pair.make_beside(stamp(backbone="third"))


def test_after_the_switch_the_other_opens_and_the_first_lies_beside(place):
    make_beside(place)
    switch(place)
    assert beside(place) == OLD
    with closing(open_store(place, server=SERVER, expect=NEW)) as store:
        assert store.stamp == NEW
        assert set(store.assets([asset(number).id for number in range(5)])) == {asset(2).id, asset(3).id}
        store.upsert([entry(4, dim=2 * DIM)])
    assert count(place) == 3


def test_the_switch_goes_back_too(place):
    make_beside(place)
    switch(place)
    switch(place)
    assert (beside(place), count(place)) == (NEW, 1)


def test_what_was_open_before_the_switch_stays_what_it_was(place):
    make_beside(place)
    with closing(open_pair(place, server=SERVER)) as pair:
        pair.switch()
        pair.current.upsert([entry(9)])
        assert (pair.current.stamp, pair.current.count()) == (OLD, 2)
    assert count(place) == 2


def test_without_another_one_there_is_nothing_to_switch_to(place):
    with closing(open_pair(place, server=SERVER)) as pair, pytest.raises(StoreError):
        pair.switch()
    assert count(place) == 1


@pytest.mark.parametrize("switched", [False, True])
def test_what_is_dropped_is_gone_and_the_rest_stays(place, switched):
    make_beside(place)
    if switched:
        switch(place)
    drop(place)
    assert (beside(place), count(place)) == (None, 2 if switched else 1)
    make_beside_again = stamp(backbone="third")
    with closing(open_pair(place, server=SERVER)) as pair, closing(pair.make_beside(make_beside_again)) as other:
        assert other.count() == 0


def test_a_missing_index_has_none_beside(tmp_path):
    with pytest.raises(StoreMissing):
        open_pair(str(tmp_path / "index"))
    with standin() as server, pytest.raises(StoreMissing):
        open_pair(server.url)


# In a folder


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """An index, and another one beside it."""
    place = str(tmp_path / "index")
    with closing(create_store(place, OLD)) as store:
        store.upsert([entry(1)])
    make_beside(place)
    return place


# Forks a child for each step, before anything of the engine runs: it hangs in a child of a process that has used it.
ZYGOTE = """
import os, signal, sys
from tests.test_store_pair import drop, make_beside, switch
CHANGES = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree"}
place, action = sys.argv[1], {"drop": drop, "make_beside": make_beside, "switch": switch}[sys.argv[2]]
for step in map(int, sys.stdin):
    if (pid := os.fork()) == 0:
        left = iter(range(step))
        def count(event, arguments):
            if event in CHANGES and place in str(arguments[0]) and next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(count)
        action(place)
        os._exit(0)
    print(int(os.WIFSIGNALED(os.waitpid(pid, 0)[1])), flush=True)
"""


def kills(action: str, place: str) -> Iterator[int]:
    """Do something in a child that kills itself before its first change of a file, its second …, till it is done."""
    with subprocess.Popen(
        [sys.executable, "-c", ZYGOTE, place, action], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as zygote:
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        for step in itertools.count():
            print(step, file=zygote.stdin, flush=True)
            if zygote.stdout.readline() != "1\n":
                break
            yield step
        zygote.stdin.close()


@pytest.mark.slow
@pytest.mark.parametrize("change", ["switch", "drop"])
def test_a_kill_at_any_step_leaves_an_index_that_opens(folder, change):
    steps = 0
    for _ in kills(change, folder):
        steps += 1
        with closing(open_store(folder)) as store:
            assert (store.stamp, store.count()) in {(OLD, 1), (NEW, 2)}
        assert beside(folder) in {OLD, NEW, None}
    assert steps > 5


@pytest.mark.slow
def test_a_kill_while_another_one_is_made_leaves_nothing_behind(tmp_path):
    place = tmp_path / "index"
    create_store(str(place), OLD).close()
    attempts = (beside(str(place)) for _ in kills("make_beside", str(place)))
    assert any(attempts)
    drop(str(place))
    assert [path.name for path in place.glob("shard*") if path.is_dir()] == ["shard"]


def test_another_index_is_not_begun_where_the_disk_has_no_room_for_it(tmp_path, monkeypatch):
    place = str(tmp_path / "index")
    with closing(create_store(place, OLD)) as store:
        store.upsert([entry(number, preview=100_000) for number in range(100)])
    left = room.TO_WRITE + 5 * 2**20  # enough to write, and not enough for another 10 MB of previews
    with closing(open_pair(place)) as pair:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, left))
        with pytest.raises(StoreError, match=r"nearly full: 261 MB are left and 2\d\d MB needed"):
            pair.make_beside(NEW)
        assert pair.beside() is None


def test_the_pair_holds_the_folder(folder):
    with closing(open_pair(folder)), pytest.raises(StoreLocked):
        open_store(folder)
    open_store(folder).close()


def test_a_stamp_file_that_names_no_shard_means_the_one_that_was_always_there(folder):
    file = Path(folder) / stamps.CURRENT
    facts = json.loads(file.read_text())
    file.write_text(json.dumps({name: value for name, value in facts.items() if name not in ("shard", "sum")}))
    assert count(folder) == 1


# On a server


def test_both_aliases_change_in_one_request():
    with standin() as server:
        create_store(server.url, OLD).close()
        make_beside(server.url)
        with closing(open_pair(server.url)) as pair:
            server.requests.clear()
            pair.switch()
        assert [path for method, path, _ in server.requests if method != "GET"] == ["/collections/aliases"]


def test_the_one_beside_can_be_asked_by_its_name():
    with standin() as server:
        create_store(f"{server.url}/posters", OLD).close()
        make_beside(f"{server.url}/posters")
        assert count(f"{server.url}/posters.beside") == 2
        drop(f"{server.url}/posters")
        assert not store_exists(f"{server.url}/posters.beside")
        assert [made.name for made in server.local.get_collections().collections] == [f"posters-{OLD.index}"]


def test_a_collection_that_was_begun_and_never_named_is_completed():
    with standin() as server:
        size = models.VectorParams(size=DIM, distance=models.Distance.COSINE)
        create_store(f"{server.url}/a", OLD).close()
        server.local.delete_collection(f"a-{OLD.index}")
        assert not store_exists(f"{server.url}/a")
        server.local.create_collection(f"a-{OLD.index}", {"global": size}, metadata={"lineage": asdict(OLD)})
        with closing(create_store(f"{server.url}/a", OLD)) as store:
            assert store.stamp == OLD


def test_a_collection_that_bears_the_name_itself_opens_and_is_not_switched():
    with standin() as server:
        size = models.VectorParams(size=DIM, distance=models.Distance.COSINE)
        server.local.create_collection("plain", {"global": size}, metadata={"lineage": asdict(OLD)})
        assert count(f"{server.url}/plain") == 0
        with pytest.raises(StoreError, match="is no alias, so no other can take its place"):
            open_pair(f"{server.url}/plain")
