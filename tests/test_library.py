"""The library face: what a program or a notebook gets, and that the commands say the same."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import lineage
from lineage.feedback import notes
from lineage.machine.child_processes import ChildEnded
from lineage.store.journal import open_journal
from tests.command import call


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """Two folders of pictures, indexed by two threads at once, and posts."""
    place = tmp_path_factory.mktemp("place")
    for folder, seeds in {"spring": (0, 1, 2), "autumn": (3, 4)}.items():
        (place / folder).mkdir()
        for seed in seeds:
            Image.fromarray(drawn(seed)).save(place / folder / f"{seed}.png")
    Image.fromarray(drawn(3)[20:220, 30:300]).save(place / "copy.jpg", quality=80)
    Image.fromarray(drawn(9)).save(place / "stranger.png")
    (place / "text.jpg").write_text("hello")
    with lineage.open(place / "index", workers=1) as index, ThreadPoolExecutor(2) as threads:
        runs = list(threads.map(index.index, (place / "spring", place / "autumn")))
    assert [run.added for run in runs] == [3, 2]
    return place


@pytest.fixture(scope="module")
def closed(place) -> Path:
    """An index of one of the folders, which nobody has open."""
    with lineage.open(place / "closed", workers=1) as index:
        index.index(place / "autumn")
    return place / "closed"


@pytest.fixture(scope="module")
def index(place):
    with lineage.open(place / "index", threads=2) as index:
        yield index


def sources(post: Path) -> dict[str, Any]:
    """A post in every form in which it may be given."""
    image = Image.open(post)
    return {
        "path": post,
        "text": str(post),
        "bytes": post.read_bytes(),
        "image": image,
        "array": np.asarray(image),
        "with alpha": np.asarray(image.convert("RGBA")),
    }


def lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what is of one run only; an index of a comparison is a new one each time."""
    kept = {key: value for key, value in answer.items() if key not in ("run", "time", "seconds")}
    return kept | {"versions": answer["versions"] | {"index": ""}}


def test_an_open_index_catches_up_with_what_people_decide(closed, place):
    with lineage.open(closed) as index:
        assert index.query(place / "copy.jpg").verdict.decision == "known"
        with closing(open_journal(str(closed))) as journal:
            asset = index.query(place / "copy.jpg").verdict.claims[0].asset
            note = notes.quarantine(journal, asset.id, path=asset.path, reason="", who="anna")
            assert index.query(place / "copy.jpg").verdict.decision == "known"
            index.catch_up()
            assert index.query(place / "copy.jpg").verdict.decision == "review"
            notes.undo(journal, [note], who="anna")
            index.catch_up()
        assert index.query(place / "copy.jpg").verdict.decision == "known"


def test_all_public_names_are_exported():
    found = {name: getattr(lineage, name) for name in lineage.__all__}
    own = {name for name, value in vars(lineage).items() if not name.startswith("_") and not inspect.ismodule(value)}
    assert own - {"TYPE_CHECKING", "open"} | {"__version__"} == {*found}
    assert {*found, "open"} <= {*dir(lineage)}


def test_a_star_import_leaves_the_builtin_open():
    names: dict[str, object] = {}
    exec("from lineage import *", names)
    assert "open" not in names
    assert callable(lineage.open)


def test_every_error_is_exported():
    from lineage import errors

    raised = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert raised <= {*lineage.__all__}


def test_the_face_is_imported_without_anything_else():
    code = "import sys; before = {*sys.modules}; import lineage; print(*({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "lineage\n"


def test_a_misspelt_name_is_no_attribute():
    with pytest.raises(AttributeError, match="module 'lineage' has no attribute 'opne'"):
        lineage.opne  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("form", ["path", "text", "bytes", "image", "array", "with alpha"])
def test_a_post_is_known_in_whatever_form_it_is_given(index, place, form):
    report = index.query(sources(place / "copy.jpg")[form])
    assert [match.asset.path for match in report.verdict.claims] == ["3.png"]


def test_a_post_is_called_by_its_path_or_as_it_is_named(index, place):
    post = place / "copy.jpg"
    named = [index.query(post), index.query(post.read_bytes()), index.query(post.read_bytes(), name="tweet 7")]
    assert [report.query for report in named] == [str(post), "picture", "tweet 7"]


def test_bytes_of_an_asset_are_known_as_its_file(index, place):
    assert index.query((place / "spring/1.png").read_bytes()).verdict.rests_on == "bytes"


def test_a_report_is_one_line_in_a_notebook(index, place):
    known, novel = index.query(place / "copy.jpg", name="post"), index.query(place / "stranger.png", name="post")
    assert repr(known) == "<Report post: known, made from 3.png>"
    assert repr(novel) == "<Report post: novel>"


def test_what_holds_no_picture_is_refused(index, place):
    with pytest.raises(lineage.ImageError, match="text"):
        index.query(place / "text.jpg")
    with pytest.raises(lineage.UsageError, match=r"must be \(H, W, 3\) uint8, R G B, not \(4, 4, 3\) float64"):
        index.query(np.zeros((4, 4, 3)))
    with pytest.raises(lineage.UsageError, match="not int"):
        index.query(7)


def test_threads_that_ask_at_once_get_what_one_gets(index, place):
    posts = [place / "copy.jpg", place / "stranger.png"] * 3
    with ThreadPoolExecutor(3) as threads:
        decisions = [report.verdict.decision for report in threads.map(index.query, posts)]
    assert decisions == ["known", "novel"] * 3


def test_a_process_that_ends_while_it_compares_fails_this_post_alone(index, place, monkeypatch):
    def ended(*_: object, **__: object) -> None:
        raise ChildEnded("it crashed")

    with monkeypatch.context() as patched:
        patched.setattr(index.engine, "_verify_all", ended)
        with pytest.raises(lineage.ImageError, match=r"copy\.jpg: the process that compared it with assets has ended"):
            index.query(place / "copy.jpg")
    assert index.query(place / "copy.jpg").verdict.decision == "known"


def test_a_report_is_what_the_command_prints(place, closed):
    post = place / "copy.jpg"
    told = call("query", post, "--store", closed, "--read-only", "--json")
    with lineage.open(closed) as index:
        assert lasting(index.query(post).as_json()) == lasting(json.loads(told.stdout))


def test_a_comparison_is_what_the_command_prints_and_needs_no_index(place, tmp_path):
    post, asset = place / "copy.jpg", place / "autumn/3.png"
    told = json.loads(call("compare", post, asset, "--json").stdout)
    with lineage.open(tmp_path / "nothing") as index:
        report = index.compare(str(post), str(asset))
        pixels = index.compare(np.asarray(Image.open(post)), Image.open(asset))
    assert lasting(report.as_json()) == lasting(told)
    assert report.verdict.decision == pixels.verdict.decision == "known"
    assert not (tmp_path / "nothing").exists()


def test_a_status_is_what_the_command_prints(closed):
    told = json.loads(call("status", "--store", closed, "--json").stdout)
    with lineage.open(closed) as index:
        status = index.status()
    assert status.as_json() == told
    assert (status.assets, status.files, status.quarantined) == (2, 2, {})


def test_what_is_indexed_is_found_at_once(place, tmp_path, drawn):
    (tmp_path / "new").mkdir()
    Image.fromarray(drawn(9)).save(tmp_path / "new/9.jpg")
    with lineage.open(tmp_path / "index", workers=1) as index:
        index.index([place / "autumn"])
        before = index.query(place / "stranger.png").verdict.decision
        run = index.index([place / "autumn", tmp_path / "new"])
        after = index.query(place / "stranger.png").verdict.decision
    assert (before, after) == ("novel", "known")
    assert (run.added, run.unchanged) == (1, 2)


def test_where_there_is_no_index_none_is_made_by_asking(place, tmp_path):
    with lineage.open(tmp_path / "index") as index:
        for ask in (index.status, index.count, lambda: index.query(place / "copy.jpg")):
            with pytest.raises(lineage.StoreMissing, match="no index at"):
                ask()
        with pytest.raises(lineage.UsageError, match="no such"):
            index.index(tmp_path / "library")
    assert not (tmp_path / "index").exists()


def test_an_index_in_a_folder_is_free_again_once_it_is_closed(place, tmp_path):
    first, second = lineage.open(tmp_path / "index", workers=1), lineage.open(tmp_path / "index")
    first.index(place / "autumn")
    with pytest.raises(lineage.StoreLocked):
        second.count()
    first.close()
    first.close()
    with second:
        assert second.count() == 2
    with pytest.raises(lineage.StoreError, match="has been closed; open it again"):
        first.query(place / "copy.jpg")


def test_a_setting_that_does_not_exist_is_refused():
    with pytest.raises(lineage.UsageError, match="is candidates meant"):
        lineage.open(candidats=3)


def test_a_script_needs_no_guard_of_its_main_lines(place, closed, tmp_path):
    script = tmp_path / "ask.py"
    script.write_text("import sys, lineage\nprint(lineage.open(sys.argv[1]).query(sys.argv[2]))\n")
    command = [sys.executable, script, closed, place / "copy.jpg"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    assert done.stdout == f"<Report {place / 'copy.jpg'}: known, made from 3.png>\n"


def test_torch_has_as_many_threads_afterwards_as_the_program_gave_it(place, tmp_path):
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with lineage.open(tmp_path / "index", threads=2, workers=1) as index:
            index.index(place / "autumn")
            assert torch.get_num_threads() == 3
            index.query(place / "copy.jpg")
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


POOL = """
import multiprocessing, sys, lineage

def ask(post):
    try:
        lineage.open(sys.argv[1]).query(post)
    except lineage.UsageError as error:
        return str(error)

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(ask, sys.argv[2:]))
"""


def test_a_daemon_that_may_start_no_processes_is_told_what_to_do(place, closed, tmp_path):
    (tmp_path / "pool.py").write_text(POOL)
    command = [sys.executable, tmp_path / "pool.py", closed, place / "copy.jpg"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "may start no processes" in done.stdout
    assert "ProcessPoolExecutor" in done.stdout
