"""The Ray engine on a cluster of this machine with two processors: two actors with one reading process each."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from indexer.run.cluster import Share, divide
from lineage.records import Entry
from lineage.store import open_store
from tests.command import call
from tests.outage import Outage
from tests.qdrant_standin import QdrantStandin, standin

COUNT = 40
OPEN = {"RAY_AUTH_MODE": "disabled"}  # else every process needs the token that the user's folder happens to hold
NAMES = sorted([*(f"{seed:03}.png" for seed in range(COUNT)), "copy.png"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def cluster():
    """The address of a cluster; each run on it has actors of its own."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", "--num-cpus", "2"]
    options = ["--port", str(port), "--node-ip-address", "127.0.0.1", "--include-dashboard", "false"]
    process = subprocess.Popen(
        [*command, *options, "--disable-usage-stats"],
        env={**os.environ, **OPEN},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not answers(port):
        time.sleep(0.1)
    assert process.poll() is None, "Ray could not be started"
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
def environment(cluster, tmp_path) -> dict[str, str]:
    """Of a run on the cluster; ledgers of servers lie in the user's folder."""
    return {**os.environ, **OPEN, "RAY_ADDRESS": cluster, "XDG_DATA_HOME": str(tmp_path / "user")}


def command(folder: Path, place: str | Path) -> list[str]:
    options = ("--store", str(place), "--engine", "ray", "--workers", "1", "--json")
    return [sys.executable, "-m", "lineage.cli", "index", str(folder), *options]


def run(folder: Path, place: str | Path, environment: dict[str, str], *, code: int) -> dict[str, Any]:
    done = subprocess.run(command(folder, place), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout or "null") or {"said": done.stderr}


@pytest.fixture
def many(tmp_path, drawn) -> Path:
    """40 pictures, a copy of one of them and a broken file."""
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(COUNT):
        Image.fromarray(drawn(seed, width=160, height=120)).save(folder / f"{seed:03}.png")
    (folder / "copy.png").write_bytes((folder / "007.png").read_bytes())
    (folder / "broken.png").write_bytes(b"not a picture")
    return folder


def entries(place: str | Path) -> dict[str, Entry]:
    with closing(open_store(str(place))) as store:
        return {entry.asset.id: entry for batch in store.scroll() for entry in batch}


def places(found: dict[str, Entry]) -> list[str]:
    return sorted(place.path for entry in found.values() for place in entry.asset.locations)


def written(server: QdrantStandin) -> bool:
    return any(method == "PUT" and path.endswith("/points") for method, path, _ in list(server.requests))


# The division of a cluster


def node(**resources: float) -> dict[str, object]:
    return {"Alive": True, "Resources": {"CPU": 0.0, **resources}}


def test_two_processors_with_one_reader_each_are_two_actors():
    assert divide([node(CPU=2)], readers=1) == Share(actors=2, readers=1, gpus=0)


def test_no_actor_spans_two_machines():
    assert divide([node(CPU=4), node(CPU=6)], readers=4) == Share(actors=2, readers=4, gpus=0)


def test_a_machine_smaller_than_the_others_makes_the_actors_smaller():
    assert divide([node(CPU=16), node(CPU=2)], readers=8) == Share(actors=9, readers=2, gpus=0)


def test_each_graphics_card_has_an_actor_with_its_share_of_the_processors():
    assert divide([node(CPU=32, GPU=4), node(CPU=16)], readers=1) == Share(actors=4, readers=8, gpus=1)


def test_a_machine_that_is_gone_does_not_count():
    assert divide([node(CPU=2), {**node(CPU=64), "Alive": False}], readers=2).actors == 1


def test_without_ray_a_sentence_names_the_command_that_installs_it(library, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = call("index", library, "--store", tmp_path / "index", "--engine", "ray")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "pip install 'asset-lineage[ray]'" in done.stderr
    assert not (tmp_path / "index").exists()


def test_a_cluster_that_does_not_answer_is_told_in_a_sentence(library, tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{free_port()}")
    done = call("index", library, "--store", tmp_path / "index", "--engine", "ray")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "does not answer; is it running?" in done.stderr


# Runs


def assert_alike(found: dict[str, Entry], alone: dict[str, Entry]) -> None:
    """The same is stored as by one machine alone."""
    assert places(found) == NAMES
    assert found.keys() == alone.keys()
    for key, entry in found.items():
        assert set(entry.asset.locations) == set(alone[key].asset.locations)
        assert entry.fingerprint.hashes == alone[key].fingerprint.hashes
        assert float(entry.fingerprint.vector @ alone[key].fingerprint.vector) > 0.999
        assert np.array_equal(entry.fingerprint.words.indices, alone[key].fingerprint.words.indices)


@pytest.fixture
def alone(many, tmp_path) -> dict[str, Entry]:
    call("index", many, "--store", tmp_path / "here", "--workers", "1")
    return entries(tmp_path / "here")


@pytest.mark.slow
def test_a_folder_gets_what_one_machine_would_have_stored(many, alone, environment, tmp_path):
    summary = run(many, tmp_path / "there", environment, code=1)
    assert (summary["added"], summary["located"], len(summary["failed"])) == (COUNT, 1, 1)
    assert_alike(entries(tmp_path / "there"), alone)


@pytest.mark.slow
def test_what_a_run_left_undone_on_a_server_the_next_does_and_nothing_is_doubled(many, alone, environment):
    with standin() as server:
        server.faults = Outage(server, writes=1)
        assert "cannot be reached" in run(many, server.url, environment, code=3)["said"]
        server.faults = deque()
        server.requests.clear()
        killed = subprocess.Popen(
            command(many, server.url), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while killed.poll() is None and not written(server):
            time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert run(many, server.url, environment, code=1)["assets"] == COUNT
        assert_alike(entries(server.url), alone)
