"""What only a folder can do: be locked, be killed, be forked away from, be something else."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from lineage.errors import StoreError, StoreLocked, StoreMissing
from lineage.store import create_store, open_store, store_exists
from lineage.store.memory import MemoryStore
from tests.mounts import own_mounts
from tests.store_samples import asset, entry, stamp, vector

BATCH = 8
WRITE_FOR_EVER = f"""
import itertools, sys
from lineage.store import open_store
from tests.store_samples import entry
store = open_store(sys.argv[1])
for batch in itertools.count():
    store.upsert([entry({BATCH} * batch + offset) for offset in range({BATCH})])
    print(batch, flush=True)
"""
HOLD = """
import sys
from lineage.store import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
store.close()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty index."""
    create_store(str(tmp_path / "index"), stamp()).close()
    return tmp_path / "index"


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


# Killed


@pytest.mark.parametrize("acknowledged", [1, 5, 25])
def test_everything_acknowledged_survives_a_kill(folder, acknowledged):
    with child(WRITE_FOR_EVER, folder) as writer:
        for _ in range(acknowledged):
            line(writer)
        writer.send_signal(signal.SIGKILL)
    expected = {asset(number).id for number in range(acknowledged * BATCH)}
    with closing(open_store(str(folder))) as store:
        assert expected <= set(store.entries(sorted(expected)))
        assert store.count() >= len(expected)
        store.upsert([entry(number) for number in range(300)])
        assert store.search_vectors(vector(299)[None], limit=1)[0][0].id == asset(299).id


# Packed

PACK_OFTEN = """
from lineage.store import edge, embedded
edge._LOOSE, embedded._PACK_POINTS = 1, 40
"""


@pytest.fixture
def often(monkeypatch) -> None:
    """The engine packs what lies loose every forty points."""
    monkeypatch.setattr("lineage.store.edge._LOOSE", 1)
    monkeypatch.setattr("lineage.store.embedded._PACK_POINTS", 40)


@pytest.fixture
def room(monkeypatch) -> Callable[..., None]:
    """`room(enough=False)`: from now on there is, or is not, room for packing."""

    def change(*, enough: bool) -> None:
        monkeypatch.setattr("lineage.store.room.TO_PACK", 0 if enough else 2**60)
        monkeypatch.setattr("lineage.store.room.bytes_on_disk", lambda folder: 2**60)

    return change


@pytest.mark.usefixtures("often")
def test_what_is_packed_is_kept_on_disk_and_answers_as_before(folder):
    kept = [entry(number) for number in range(200)]
    oracle = MemoryStore(stamp())
    oracle.upsert(kept)
    with closing(open_store(str(folder))) as store:
        store.upsert(kept)
        assert list(folder.rglob("inverted_index.dat"))
        marks = [one.fingerprint for one in kept[::20]]
        vectors = np.array([mark.vector for mark in marks])
        for ask, questions in (
            ("search_vectors", vectors),
            ("search_words", [mark.words for mark in marks]),
            ("search_hashes", [mark.hashes for mark in marks]),
        ):
            found, expected = (getattr(one, ask)(questions, limit=1) for one in (store, oracle))
            assert [hits[0].id for hits in found] == [hits[0].id for hits in expected]


@pytest.mark.usefixtures("often")
def test_what_is_packed_can_be_changed_moved_and_deleted(folder):
    with closing(open_store(str(folder))) as store:
        store.upsert([entry(number) for number in range(100)])
        store.upsert([replace(entry(1), fingerprint=entry(500).fingerprint)])
        store.relocate([moved := replace(asset(2), locations=asset(3).locations)])
        store.delete([asset(4).id])
        assert store.count() == 99
        assert store.search_vectors(vector(500)[None], limit=1)[0][0].id == asset(1).id
        assert store.assets([asset(2).id]) == {asset(2).id: moved}
        assert asset(4).id not in {hit.id for hit in store.search_vectors(vector(4)[None], limit=100)[0]}


@pytest.mark.usefixtures("often")
def test_without_room_for_packing_everything_stays_loose_and_answers(folder, room):
    room(enough=False)
    with closing(open_store(str(folder))) as store:
        store.upsert([entry(number) for number in range(100)])
    with closing(open_store(str(folder))) as store:
        assert not list(folder.rglob("inverted_index.dat"))
        assert store.search_vectors(vector(99)[None], limit=1)[0][0].id == asset(99).id


@pytest.mark.usefixtures("often")
def test_that_there_is_no_room_for_packing_is_said_once(folder, room, caplog):
    room(enough=False)
    with closing(open_store(str(folder))) as store:
        for start in range(0, 200, 20):
            store.upsert([entry(number) for number in range(start, start + 20)])
    (said,) = caplog.messages
    assert said.startswith(f"the disk under the index at {folder} has no room for packing")
    assert "\n" not in said


@pytest.mark.usefixtures("often")
def test_a_few_assets_that_stay_loose_are_nothing_to_speak_of(folder, room, caplog):
    room(enough=False)
    with closing(open_store(str(folder))) as store:
        store.upsert([entry(number) for number in range(20)])
    assert caplog.messages == []


@pytest.mark.usefixtures("often")
def test_what_would_fill_the_memory_is_refused_until_there_is_room(folder, room, monkeypatch):
    monkeypatch.setattr("lineage.store.embedded._MOST_LOOSE", 80)
    room(enough=False)
    with closing(open_store(str(folder))) as store:
        store.upsert([entry(number) for number in range(100)])
        with pytest.raises(StoreError, match=r"100 assets .*; make room and run again"):
            store.upsert([entry(100)])
        with pytest.raises(StoreError, match="make room and run again"):
            store.relocate([asset(1)])
        assert store.count() == 100
        room(enough=True)
        store.upsert([entry(100)])
        assert store.count() == 101
        assert list(folder.rglob("inverted_index.dat"))


@pytest.mark.slow
@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("acknowledged", [5, 9, 14])
def test_a_kill_while_the_engine_packs_loses_nothing(folder, acknowledged):
    with child(PACK_OFTEN + WRITE_FOR_EVER, folder) as writer:
        for _ in range(acknowledged):
            line(writer)
        time.sleep(0.02)
        writer.send_signal(signal.SIGKILL)
    expected = {asset(number).id for number in range(acknowledged * BATCH)}
    with closing(open_store(str(folder))) as store:
        assert expected <= set(store.entries(sorted(expected)))
        last = acknowledged * BATCH - 1
        assert store.search_vectors(vector(last)[None], limit=1)[0][0].id == asset(last).id


# Locked


def test_a_second_process_is_told_who_holds_the_index(folder):
    with child(HOLD, folder) as first:
        assert line(first) == "open\n"
        with pytest.raises(StoreLocked, match=rf"in use by process {first.pid} \(.*\); wait until it ends") as refused:
            open_store(str(folder))
        assert "\n" not in str(refused.value)
        first.communicate()
    open_store(str(folder)).close()


def test_opening_twice_in_one_process_is_refused_too(folder):
    with closing(open_store(str(folder))), pytest.raises(StoreLocked, match=f"this very process \\({os.getpid()}\\)"):
        open_store(str(folder))


def test_a_refused_second_process_leaves_the_writes_of_the_first_alone(folder):
    with closing(open_store(str(folder))) as store:
        for start in range(0, 400, 100):
            store.upsert([entry(number) for number in range(start, start + 100)])
            with pytest.raises(StoreLocked):
                open_store(str(folder))
            store.flush()
    with closing(open_store(str(folder))) as store:
        assert store.count() == 400


def test_an_index_whose_disk_cannot_be_read_is_let_go_of(folder, monkeypatch):
    def unreadable(place):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(shutil, "disk_usage", unreadable)
        with pytest.raises(StoreError, match=r"the disk under the index at .* cannot be looked at: Input/output error"):
            open_store(str(folder))
    open_store(str(folder)).close()


def test_an_index_that_goes_while_it_is_open_is_told(folder):
    store = open_store(str(folder))
    store.upsert([entry(1)])
    folder.rename(folder.parent / "away")
    with pytest.raises(StoreError, match="cannot be looked at: No such file"):
        store.upsert([entry(2)])
    with pytest.raises(StoreError):
        store.close()


@pytest.mark.parametrize("note", ['{"pid": 4194999, "command": "long gone"}', "{", '{"pid": "x"}', "[]"])
def test_a_stale_or_broken_note_of_a_holder_is_not_believed(folder, note):
    with child(HOLD, folder) as first:
        line(first)
        (folder / "holder.json").write_text(note)
        with pytest.raises(StoreLocked, match="in use by another process"):
            open_store(str(folder))
        first.communicate()


def test_a_note_left_by_a_killed_holder_does_not_lock(folder):
    (folder / "holder.json").write_text(json.dumps({"pid": os.getpid(), "command": "killed"}))
    open_store(str(folder)).close()
    assert not (folder / "holder.json").exists()


# Forked


def in_a_fork(action) -> str:
    """What `action` says in a forked child; a child that hangs is killed by the alarm and says nothing."""
    reader, writer = os.pipe()
    if (pid := os.fork()) == 0:
        signal.alarm(10)
        try:
            action()
            os.write(writer, b"done")
        except StoreError as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    os.waitpid(pid, 0)
    return said


def test_a_forked_child_is_refused_and_does_not_hang(folder):
    with closing(open_store(str(folder))) as store:
        store.upsert([entry(1)])
        assert "before this process was forked" in in_a_fork(lambda: store.search_vectors(vector(1)[None], limit=1))
        assert "before this process was forked" in in_a_fork(lambda: store.upsert([entry(2)]))


def test_closing_in_a_forked_child_leaves_the_index_to_the_parent(folder):
    with closing(open_store(str(folder))) as store:
        assert in_a_fork(store.close) == "done"
        store.upsert([entry(1)])
        assert store.count() == 1
        assert (folder / "holder.json").exists()


# Something else


def test_a_file_is_no_index(tmp_path):
    (tmp_path / "notes.txt").write_text("not an index")
    for action in (open_store, lambda place: create_store(place, stamp())):
        with pytest.raises(StoreError, match="is a file and not an index"):
            action(str(tmp_path / "notes.txt"))


def test_a_folder_that_cannot_be_written_is_told_why_it_must_be(tmp_path):
    create_store(str(tmp_path / "index"), stamp()).close()
    mounted = "mount --bind {0} {0} && mount -o remount,ro,bind {0} && exec {1} -m lineage.cli status --store {0}"
    script = mounted.format(tmp_path / "index", sys.executable)
    done = subprocess.run([*own_mounts(), "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.endswith(": Read-only file system; even reading locks it, so its folder must be writable\n")


def test_a_folder_with_other_things_is_neither_opened_nor_filled(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"")
    ways = {
        open_store: "the folder of an index",
        lambda place: create_store(place, stamp()): "an empty or a new folder",
    }
    for action, way in ways.items():
        with pytest.raises(StoreError, match=rf"something else than an index \(holiday.jpg\); name {way}"):
            action(str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.jpg"]


def test_an_empty_folder_becomes_an_index(tmp_path):
    with pytest.raises(StoreMissing):
        open_store(str(tmp_path))
    create_store(str(tmp_path), stamp()).close()
    assert store_exists(str(tmp_path))


def test_parents_are_made_and_nothing_else_is_left_behind(tmp_path):
    create_store(str(tmp_path / "deep" / "er" / "index"), stamp()).close()
    assert [file.name for file in (tmp_path / "deep" / "er").iterdir()] == ["index"]


def test_a_place_that_cannot_be_seen_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be looked into: File name too long"):
        open_store(str(tmp_path / ("x" * 300)))


MAKE = """
import sys
from lineage.store import create_store, open_store
from tests.store_samples import stamp
create_store(sys.argv[1], stamp()).close()
open_store(sys.argv[1]).close()
"""


def test_an_index_is_made_in_a_volume_that_is_mounted_for_it(tmp_path):
    unshare = own_mounts()
    make = shlex.join([sys.executable, "-c", MAKE, str(tmp_path)])
    mount = f"mount -t tmpfs -o size=600m none {tmp_path} && exec {make}"
    done = subprocess.run([*unshare, "sh", "-c", mount], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_was_left_behind_in_making_an_index_is_in_nobodys_way(tmp_path):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with mock.patch("lineage.store.stamps.write", killed), pytest.raises(KeyboardInterrupt):
        create_store(str(tmp_path), stamp())
    assert not store_exists(str(tmp_path))
    create_store(str(tmp_path), stamp()).close()
    assert store_exists(str(tmp_path))


def test_a_place_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="no index can be made at"):
        create_store(str(tmp_path / "file" / "index"), stamp())


@pytest.mark.parametrize("content", ["", "{", "[]", '{"index": "1"}'])
def test_a_damaged_stamp_is_told(folder, content):
    (folder / "stamp.json").write_text(content)
    with pytest.raises(StoreError, match=r"damaged: stamp.json"):
        open_store(str(folder))


def test_an_index_without_its_shard_is_told(folder):
    shutil.rmtree(folder / "shard")
    with pytest.raises(
        StoreError, match=r"is damaged: .* is missing or cut short; mend it with: lineage check --repair"
    ):
        open_store(str(folder))


def test_a_panic_of_the_engine_is_told_in_one_sentence(folder, capfd):
    (status,) = folder.rglob("vector_storage-global/deleted/status.dat")
    status.write_bytes(b"")
    (folder / "shard.seal").unlink()  # it would be noticed before
    with pytest.raises(StoreError, match=r"is damaged .*; mend it with") as told:
        open_store(str(folder))
    assert "\n" not in str(told.value)
    assert capfd.readouterr().err == ""


# The rest


def test_a_closed_index_says_so(folder):
    store = open_store(str(folder))
    store.close()
    with pytest.raises(StoreError, match="has been closed"):
        store.count()


def test_a_nearly_full_disk_stops_writing_before_the_engine_crashes(folder, monkeypatch):
    with closing(open_store(str(folder))) as store:
        store.upsert([entry(1)])
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 5 * 2**20))
        with pytest.raises(StoreError, match="nearly full: 5 MB are left"):
            store.upsert([entry(2)])
        assert store.count() == 1


def test_an_empty_index_takes_less_than_a_megabyte(folder):
    blocks = sum(file.stat().st_blocks for file in folder.rglob("*") if file.is_file())
    assert blocks * 512 < 2**20


def test_the_embedded_index_needs_no_client_of_the_server():
    code = "import sys, lineage.store.folder; print('qdrant_client' in sys.modules, 'httpx' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False False\n"
    )
