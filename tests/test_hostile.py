"""What somebody may hand over who means ill: names, settings, stamps, files. Nothing is run, shown raw, or hangs."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from indexer.run.workers import Job, read
from lineage.machine.cells import cells, json_line, kept, read_cell
from lineage.machine.one_line import one_line, without_secrets
from lineage.records import Location
from tests.command import call

# Cells and lines


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''=1", "＝1"])
def test_no_cell_is_a_formula_and_each_is_read_as_it_was(name):
    (cell,) = cells([name])
    assert str(cell).startswith("'")
    assert read_cell(str(cell)) == kept(name)


@given(st.text())
@example("'=")
@example("'a")
def test_every_cell_is_read_as_it_was(text):
    (cell,) = cells([text])
    assert read_cell(str(cell)) == kept(text)
    assert not str(cell).startswith(("=", "+", "-", "@"))
    assert kept(kept(text)) == kept(text)


def test_numbers_are_no_formulas():
    assert cells([-0.5, 3]) == [-0.5, 3]


@given(st.text())
def test_every_line_of_json_is_one_line_for_everybody_and_means_the_same(text):
    line = json_line({"query": text})
    assert len(line.splitlines()) == 1
    assert json.loads(line) == {"query": text}
    assert one_line(line[:-1]) == without_secrets(line[:-1])


@pytest.mark.parametrize("mark", "\u202e\u2066\u200f\u061c\u2028\x9b\x1b")
def test_what_steers_or_turns_text_is_shown_as_an_escape(mark):
    assert mark not in one_line(f"a{mark}gpj.exe")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:pass@dam.org/a.jpg", "https://***@dam.org/a.jpg"),
        ("https://token@dam.org/a.jpg", "https://***@dam.org/a.jpg"),
        ("sftp://me:pass@dam.org/a.jpg", "sftp://***@dam.org/a.jpg"),
        ("abfs://box@account.dfs.core.windows.net/a", "abfs://box@account.dfs.core.windows.net/a"),
        ("https://a/b?X-Amz-Signature=12&x=1: no", "https://a/b?X-Amz-Signature=***&x=1: no"),
        ("https://a/b?sv=1&sig=a%2Fb&se=2", "https://a/b?sv=1&sig=***&se=2"),
        ("https://a/b?Key=v&token=t", "https://a/b?Key=***&token=***"),
        ("https://a/b?monkey=v", "https://a/b?monkey=v"),
        ("a=b&key=c", "a=b&key=c"),
    ],
)
def test_secrets_of_addresses_are_not_shown(address, shown):
    assert one_line(address) == shown


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    place = tmp_path_factory.mktemp("place")
    (place / "library").mkdir()
    for seed, name in enumerate(("=1+1.png", "a\u202egpj.png", "b\x1b[31m\u2028.png")):
        Image.fromarray(drawn(seed)).save(place / "library" / name)
    assert call("index", place / "library", "--store", place / "index", "--workers", "1").returncode == 0
    return place


def test_answers_about_hostile_names_are_harmless_in_every_form(place, monkeypatch):
    monkeypatch.chdir(place / "library")
    names = sorted(path.name for path in Path().iterdir())
    asked = ("query", *names, "--store", place / "index", "--read-only")
    rows = list(csv.reader(io.StringIO(call(*asked, "--csv").stdout)))
    assert [row[0] for row in rows[1:]] == ["'=1+1.png", "a\\u202egpj.png", "b\\x1b[31m\\u2028.png"]
    assert rows[1][3] == "'=1+1.png"
    lines = call(*asked, "--json").stdout.splitlines()
    assert [json.loads(line)["query"] for line in lines] == names
    shown = call(*asked).stdout
    assert not set(shown) & set("\x1b\u2028\u202e")


def test_posts_of_hostile_names_are_not_asked_again(place, tmp_path, monkeypatch):
    monkeypatch.chdir(place / "library")
    for output in ("answers.csv", "answers.jsonl"):
        asked = ("query", ".", "--store", place / "index", "--read-only", "--output", tmp_path / output)
        call(*asked)
        assert call(*asked).stderr.endswith("3 of them answered before\n")


# Folders, settings, stamps


def test_folders_however_deep_are_looked_into(place, tmp_path, monkeypatch):
    deep = tmp_path / "deep"
    deep.mkdir()
    monkeypatch.chdir(deep)
    for _ in range(900):
        Path("d").mkdir()
        os.chdir("d")
    Image.open(place / "library" / "=1+1.png").save("a.png")
    done = call("index", deep, "--store", tmp_path / "index", "--workers", "1", "--json")
    assert (done.returncode, json.loads(done.stdout)["added"]) == (0, 1)


@pytest.mark.parametrize("content", ["a = " + "[" * 5000, "a = " + "{b=" * 3000])
def test_settings_that_are_nested_without_end_are_told(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lineage.toml").write_text(content)
    done = call("status")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "lineage.toml: not valid TOML" in done.stderr


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"index": "../../evil"}, "is no id of an index"),
        ({"shard": "../shard"}, "is no name of a shard"),
        ({"shard": 3}, "cannot be read"),
    ],
)
def test_a_stamp_names_nothing_outside_of_its_folder(place, tmp_path, facts, told):
    stamp = json.loads((place / "index" / "stamp.json").read_text())
    (tmp_path / "index").mkdir()
    del stamp["sum"]  # whoever changes it on purpose may leave it out
    (tmp_path / "index" / "stamp.json").write_text(json.dumps(stamp | facts))
    done = call("status", "--store", tmp_path / "index")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert told in done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["index", "lock", "stamp.json"]


def test_an_index_of_a_newer_version_is_called_so_and_not_damaged(place, tmp_path):
    stamp = json.loads((place / "index" / "stamp.json").read_text())
    (tmp_path / "index").mkdir()
    del stamp["sum"]
    facts = stamp | {"schema": 99, "of the future": 1}
    facts["sum"] = crc32(json.dumps(facts, sort_keys=True).encode())
    (tmp_path / "index" / "stamp.json").write_text(json.dumps(facts))
    done = call("status", "--store", tmp_path / "index")
    assert done.returncode == 3
    assert "is stored in form 99 by a newer version of lineage" in done.stderr


def test_a_large_file_that_is_no_picture_is_not_read(tmp_path, place):
    (tmp_path / "library").mkdir()
    with (tmp_path / "library" / "big.jpg").open("wb") as file:
        file.truncate(200 << 30)  # minutes, were it read; no byte of it is on the disk
    began = time.process_time()
    for command in ("index", "query"):
        done = call(command, tmp_path / "library", "--store", place / "index")
        assert done.returncode == 1
        assert "not a picture of a supported format" in done.stderr
    assert time.process_time() - began < 60


def test_a_file_that_becomes_a_pipe_before_it_is_read_fails_alone(place, tmp_path):
    (tmp_path / "library").mkdir()
    Image.open(place / "library" / "=1+1.png").save(tmp_path / "library" / "a.png")
    stat = (tmp_path / "library" / "a.png").stat()
    (tmp_path / "library" / "a.png").unlink()
    os.mkfifo(tmp_path / "library" / "a.png")
    there = Location(str(tmp_path / "library"), "a.png", stat.st_size, stat.st_mtime_ns)
    assert read(Job(there, "", 512, 192, 10**8)).failure == "not a regular file"


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_network_that_is_a_program_is_called_one(tmp_path, caplog):
    import torch

    from lineage.backbones.load import load

    torch.jit.save(torch.jit.trace(torch.nn.Flatten(), torch.zeros(1, 3, 32, 32)), tmp_path / "own.pt")
    load(f"torchscript:32@{tmp_path / 'own.pt'}", device="cpu")
    assert "is TorchScript, which is a program" in caplog.text
