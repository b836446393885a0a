"""What happens to an index run when the world goes wrong: really done, through the command."""

from __future__ import annotations

import json
import os
import random
import resource
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from lineage.records import Asset
from lineage.store import folder, open_store
from lineage.store.link import PAUSES
from tests.command import call
from tests.mounts import own_mounts
from tests.outage import Outage
from tests.qdrant_standin import standin

LINEAGE = [sys.executable, "-m", "lineage.cli"]


def fill(folder: Path, drawn, count: int, *, start: int = 0) -> Path:
    folder.mkdir()
    for seed in range(start, start + count):
        Image.fromarray(drawn(seed, width=160, height=120)).save(folder / f"{seed:03}.png")
    return folder


def assets(place: str) -> list[Asset]:
    with closing(open_store(place)) as store:
        return [entry.asset for batch in store.scroll() for entry in batch]


def assert_whole(place: str, names: list[str]) -> None:
    """Every file is an asset, once."""
    found = [location.path for asset in assets(place) for location in asset.locations]
    assert sorted(found) == names


@pytest.fixture
def user_folder(tmp_path, monkeypatch) -> Path:
    """Ledgers of servers lie in the user's folder."""
    monkeypatch.setattr("indexer.books.opening.user_data_path", lambda name: tmp_path / "user" / name)
    return tmp_path / "user"


# The server goes away


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """The pauses between attempts, noted instead of waited for."""
    made: list[float] = []
    monkeypatch.setattr("lineage.store.link.time", SimpleNamespace(sleep=made.append))
    monkeypatch.setattr("indexer.run.here.BATCH", 4)
    return made


@pytest.mark.usefixtures("user_folder")
def test_a_run_that_loses_its_server_stops_and_the_next_completes_it(tmp_path, drawn, pauses):
    library = fill(tmp_path / "library", drawn, 10)
    with standin() as server:
        command = ("index", library, "--store", server.url, "--workers", "1", "--json")
        server.faults = Outage(server, writes=1)
        broken = call(*command)
        server.faults = deque()
        assert (broken.returncode, broken.stderr.count("\n")) == (3, 1)
        assert "cannot be reached" in broken.stderr
        assert len(assets(server.url)) == 4
        summary = json.loads(call(*command).stdout)
        assert (summary["added"], summary["unchanged"], summary["assets"]) == (6, 4, 10)
        assert_whole(server.url, [f"{seed:03}.png" for seed in range(10)])
    assert len(pauses) == len(PAUSES)
    assert all(pause > 1.2 * before for before, pause in pairwise(pauses))


@pytest.mark.usefixtures("user_folder")
def test_a_server_that_is_soon_back_stops_nobody(tmp_path, drawn, pauses):
    library = fill(tmp_path / "library", drawn, 10)
    with standin() as server:
        server.faults.extend([*[0.0] * 16, "hang up", 503, "hang up"])
        done = call("index", library, "--store", server.url, "--workers", "1", "--json")
        assert (done.returncode, json.loads(done.stdout)["added"]) == (0, 10)
        assert len(pauses) == 3
        assert_whole(server.url, [f"{seed:03}.png" for seed in range(10)])


# The disk fills up


def limited(bytes_a_file: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process that can make no larger files: what a quota does."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file))

    return subprocess.run(
        [*LINEAGE, *map(str, arguments)], preexec_fn=limit, capture_output=True, text=True, check=False
    )


def test_a_run_whose_ledger_cannot_grow_stops_with_a_sentence_and_the_next_completes_it(tmp_path, drawn):
    library, store = fill(tmp_path / "library", drawn, 3), tmp_path / "index"
    call("index", library, "--store", store, "--workers", "1")
    more = fill(tmp_path / "more", drawn, 3, start=3)
    broken = limited(4096, "index", more, "--store", store, "--workers", "1")
    assert (broken.returncode, broken.stderr.count("\n")) == (3, 1)
    assert f"the ledger {store}" in broken.stderr
    assert json.loads(call("index", more, "--store", store, "--workers", "1", "--json").stdout)["assets"] == 6
    assert_whole(str(store), [f"{seed:03}.png" for seed in range(6)])


FULL_DISK = """
mount -t tmpfs -o size=400m none {disk}
{lineage} index {library} --store {disk}/index --workers 1 --json || exit 100
free() {{ df -m --output=avail {disk} | tail -1; }}
fill() {{ dd if=/dev/zero bs=1M count=$(($(free) - $1)) >> {disk}/filler 2>/dev/null; }}
fill 200
{lineage} index {more} --store {disk}/index --workers 1 --json; echo "$?"
{lineage} status --store {disk}/index --json
fill 5
{lineage} status --store {disk}/index --json; echo "$?"
{lineage} index {more} --store {disk}/index2 --workers 1 --json; echo "$?"
rm {disk}/filler
{lineage} index {more} --store {disk}/index --workers 1 --json
"""


@pytest.mark.slow
def test_a_full_disk_is_told_and_harms_nothing(tmp_path, drawn):
    unshare = own_mounts()
    (tmp_path / "disk").mkdir()
    places = {"disk": tmp_path / "disk", "library": fill(tmp_path / "library", drawn, 2)}
    places["more"] = fill(tmp_path / "more", drawn, 2, start=2)
    script = FULL_DISK.format(lineage=shlex.join(LINEAGE), **places)
    done = subprocess.run([*unshare, "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, nearly, opened, full, new, last = done.stdout.splitlines()
    assert json.loads(first)["assets"] == 2
    assert (nearly, json.loads(opened)["assets"]) == ("3", 2)
    assert (full, new) == ("3", "3")
    assert json.loads(last)["assets"] == 4
    assert ["is nearly full" in line for line in done.stderr.splitlines()] == [True] * 3


# A command that is killed in the middle of what belongs together


KILLED = """
import os, signal, sys
from lineage import cli
from lineage.store.embedded import EmbeddedStore

def dies(self, *_):
    if moment == "after":
        delete(self, *_)
        self.flush()
    os.kill(os.getpid(), signal.SIGKILL)

delete, EmbeddedStore.delete = EmbeddedStore.delete, dies
moment, sys.argv = sys.argv[1], ["lineage", *sys.argv[2:]]
cli.main()
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_asset_that_was_being_forgotten_when_the_run_was_killed_is_there_or_not(tmp_path, drawn, moment):
    library, place = fill(tmp_path / "library", drawn, 2), ("--store", tmp_path / "index")
    call("index", library, *place, "--workers", "1")
    killed = subprocess.run([sys.executable, "-c", KILLED, moment, "forget", "000.png", *map(str, place)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(assets(str(tmp_path / "index"))) == (2 if moment == "before" else 1)
    if moment == "before":
        assert call("forget", "000.png", *place).stdout == "dropped 000.png; 1 asset left\n"
    assert json.loads(call("index", library, *place, "--workers", "1", "--json").stdout)["assets"] == 2
    assert_whole(str(tmp_path / "index"), ["000.png", "001.png"])


def test_an_asset_that_the_ledger_does_not_know_is_forgotten_by_its_path(tmp_path, drawn):
    library, place = fill(tmp_path / "library", drawn, 2), ("--store", tmp_path / "index")
    call("index", library, *place, "--workers", "1")
    for file in (tmp_path / "index").glob("ledger-*"):
        file.unlink()
    assert call("forget", "000.png", *place).stdout == "dropped 000.png; 1 asset left\n"


# Two processes, one index


HOLD = """
import sys
from lineage.store import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def test_a_disk_without_room_for_packing_is_told_in_one_line_and_the_run_completes(library, tmp_path, monkeypatch):
    monkeypatch.setattr("lineage.store.room.bytes_on_disk", lambda folder: 2**60)
    monkeypatch.setattr("lineage.store.room.TO_PACK", 2**60)
    monkeypatch.setattr("lineage.store.embedded._PACK_POINTS", 2)
    done = call("index", library, "--store", tmp_path / "index", "--workers", "1")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith(f"lineage: the disk under the index at {tmp_path / 'index'} has no room for packing")


def test_a_second_run_on_an_embedded_index_is_told_who_is_at_it(tmp_path, drawn):
    library, store = fill(tmp_path / "library", drawn, 1), tmp_path / "index"
    call("index", library, "--store", store, "--workers", "1")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        second = call("index", library, "--store", store)
        first.communicate()
    assert (second.returncode, second.stderr.count("\n")) == (3, 1)
    assert f"in use by process {first.pid}" in second.stderr


MAKE = """
import sys
from lineage.store import create_store
from tests.store_samples import stamp
store = create_store(sys.argv[1], stamp())
print("open", flush=True)
sys.stdin.read()
store.close()
"""


def test_of_two_first_runs_at_once_the_second_is_told_who_is_at_it(tmp_path, drawn, monkeypatch):
    library, store = fill(tmp_path / "library", drawn, 1), tmp_path / "index"
    build = folder.build_shard
    with ExitStack() as stack:
        first: list[subprocess.Popen[str]] = []

        def overtaken(shard: Path, *, dim: int) -> None:
            build(shard, dim=dim)
            command = [sys.executable, "-c", MAKE, str(store)]
            faster = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            first.append(stack.enter_context(faster))
            assert faster.stdout is not None
            assert faster.stdout.readline() == "open\n"

        monkeypatch.setattr(folder, "build_shard", overtaken)
        second = call("index", library, "--store", store)
    assert (second.returncode, second.stderr.count("\n")) == (3, 1)
    assert f"the index at {store} is in use by process {first[0].pid} " in second.stderr


def test_of_two_first_runs_at_once_in_a_folder_that_is_there_the_second_is_told(tmp_path, drawn, monkeypatch):
    library, store = fill(tmp_path / "library", drawn, 1), tmp_path / "index"
    store.mkdir()
    build, refused = folder.build_shard, list[subprocess.CompletedProcess[str]]()

    def disturbed(shard: Path, *, dim: int) -> None:
        monkeypatch.setattr(folder, "build_shard", build)
        build(shard, dim=dim)
        refused.append(call("index", library, "--store", store))

    monkeypatch.setattr(folder, "build_shard", disturbed)
    first = call("index", library, "--store", store, "--workers", "1")
    assert (first.returncode, refused[0].returncode) == (0, 3)
    assert f"the index at {store} is in use by this very process ({os.getpid()})" in refused[0].stderr


@contextmanager
def stopped_in_the_middle(command: list[str], user: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run that stands still from the moment on that its ledger says it has begun, and goes on afterwards."""
    with subprocess.Popen(command, env={**os.environ, "XDG_DATA_HOME": str(user)}, stdout=subprocess.DEVNULL) as run:
        while run.poll() is None and rows(user, of="runs") == 0:
            time.sleep(0.02)
        run.send_signal(signal.SIGSTOP)
        try:
            yield run
        finally:
            run.send_signal(signal.SIGCONT)


def test_a_second_run_on_an_index_of_a_server_is_told_who_is_at_it(tmp_path, drawn, monkeypatch):
    library, user = fill(tmp_path / "library", drawn, 3), tmp_path / "user"
    monkeypatch.setenv("XDG_DATA_HOME", str(user))
    with standin() as server:
        place = ("--store", server.url)
        first_run = [*LINEAGE, "index", str(library), *place, "--workers", "1"]
        with stopped_in_the_middle(first_run, user) as first:
            second = [("index", library), ("sync", library), ("forget", "000.png"), ("reindex",)]
            refused = [call(*command, *place) for command in second]
            refused.append(call("reindex", "--drop-old", *place))
            asked = call("status", *place)
        assert (first.returncode, asked.returncode) == (0, 0)
        assert_whole(server.url, [f"{seed:03}.png" for seed in range(3)])
        assert call("index", library, *place).returncode == 0
    assert [(done.returncode, done.stderr.count("\n")) for done in refused] == [(3, 1)] * 5
    assert all(f"the index at {server.url} is in use by process {first.pid} (" in done.stderr for done in refused)


# Killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["embedded", "stand-in"])
def test_kills_at_random_moments_lose_nothing_and_double_nothing(tmp_path, drawn, monkeypatch, kind):
    count, moments = 120, random.Random(7)
    library = fill(tmp_path / "library", drawn, count)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    with standin() if kind == "stand-in" else nullcontext() as server:
        place = server.url if server else str(tmp_path / "index")
        command = ["index", str(library), "--store", place, "--workers", "2", "--json"]
        ledgers = tmp_path / "user" if server else tmp_path / "index"
        for _ in range(3):
            kill([*LINEAGE, *command], ledgers, wait=moments.uniform(0, 1.5))
            if server is None:
                open_store(place).close()
        done, again = call(*command), call(*command)
        assert json.loads(done.stdout)["assets"] == json.loads(again.stdout)["unchanged"] == count
        assert_whole(place, [f"{seed:03}.png" for seed in range(count)])


def kill(command: list[str], ledgers: Path, *, wait: float) -> None:
    """Kill a run a moment after it has begun to read files, or let it end if it is done by then."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before = rows(ledgers)
    while process.poll() is None and rows(ledgers) == before:
        time.sleep(0.02)
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()


def rows(folder: Path, *, of: str = "files") -> int:
    """Files, or runs, that the ledger below a folder remembers."""
    count = 0
    # os.walk passes over folders that the killed process is just removing.
    files = [Path(base, name) for base, _, names in os.walk(folder) for name in names]
    for file in (one for one in files if one.match("ledger-*.sqlite")):
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
                count += int(database.execute(f"SELECT count(*) FROM {of}").fetchone()[0])
        except sqlite3.OperationalError:  # not made yet
            continue
    return count
