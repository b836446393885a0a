"""What a run that is killed leaves behind: files as they were before, or whole ones, and never half of one."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch
from PIL import Image

from eval.scores.predictions import Header, write
from lineage.backbones.trainable import save_tuned
from lineage.backbones.tuned import Card
from lineage.decide.calibration_file import SHIPPED, load_calibration, save_calibration
from lineage.insight.labels.model import LabelModel, save_model
from lineage.insight.labels.rule import Rule
from lineage.insight.projector.board import write_board
from lineage.insight.projector.points import Points
from lineage.machine.whole_file import whole, write_whole
from lineage.manipulate.lookalikes.catalogue import KINDS
from lineage.manipulate.lookalikes.corpus import CorpusRecipe, write_corpus
from lineage.manipulate.lookalikes.posts import write_posts
from lineage.tell.evidence.page import PAGE, write_page
from lineage.train.backbone.checkpoint import write_checkpoint
from tests.command import call
from tests.conftest import draw
from tests.mounts import own_mounts

ROOT = Path(__file__).parent.parent


def killed(writer, file: Path) -> None:
    """Write in a process that is killed when all that is left to do is to give the file its name."""
    process = os.fork()
    if not process:
        try:
            replace = Path.replace

            def named(part: Path, target: Path) -> Path:
                if target.name == file.name:
                    os.kill(os.getpid(), signal.SIGKILL)
                return replace(part, target)

            with mock.patch.object(Path, "replace", named):
                writer(file)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


def board(file: Path) -> None:
    points = Points(("a.jpg",), ("",), np.zeros((1, 4), np.float32), [np.zeros((8, 8, 3), np.uint8)], 1)
    write_board(points, {}, file.parent)


def weights(file: Path) -> None:
    save_tuned(torch.nn.Linear(2, 2), Card("lite", 2, 8, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), "CC0"), file)


def labels(file: Path) -> None:
    save_model(LabelModel((), (), (), Rule(np.zeros(0), 0.0, 0.0, single=False), np.zeros((0, 2), np.float32)), file)


def corpus(file: Path) -> None:
    rows = [
        *write_corpus(file.parent, [draw(n) for n in range(10)], CorpusRecipe(kinds=[next(iter(KINDS))], layouts=1))
    ]
    [*write_posts(file.parent, rows, count=1, seed=0)]


WRITERS = {
    "tuned.safetensors": weights,
    "labels.safetensors": labels,
    "lookalikes.csv": corpus,
    "posts.csv": corpus,
    "checkpoint.pt": lambda file: write_checkpoint(file.parent, {"progress": 1}),
    "decision.json": lambda file: save_calibration(load_calibration(SHIPPED), file),
    "map.png": lambda file: write_whole(file, b"picture"),
    "sprite.png": board,
    PAGE: lambda file: write_page(file.parent),
    "predictions.jsonl": lambda file: write(file, Header("a", "b", {}, None), []),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_that_is_killed_leaves_what_was_there(name, tmp_path):
    file = tmp_path / name
    file.write_text("before")
    killed(WRITERS[name], file)
    assert file.read_text() == "before"
    WRITERS[name](file)
    assert file.read_bytes() != b"before"
    assert not [*tmp_path.glob(".*")]


def test_a_writer_that_fails_leaves_nothing_else_behind(tmp_path):
    def fails() -> None:
        with whole(tmp_path / "a.json") as part:
            part.write_text("half")
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        fails()
    assert not [*tmp_path.iterdir()]


def test_a_file_of_the_longest_name_is_written(tmp_path):
    write_whole(tmp_path / f"{'a' * 251}.png", b"x")
    assert len([*tmp_path.iterdir()]) == 1


EVIDENCE = """
import os, sys
from pathlib import Path
from lineage import cli
replace = Path.replace
Path.replace = lambda part, file: os.kill(os.getpid(), 9) if file.suffix == ".png" else replace(part, file)
sys.argv = ["lineage", *sys.argv[1:]]
cli.main()
"""


def test_a_query_that_is_killed_leaves_no_half_of_an_evidence_picture(tmp_path, drawn):
    (tmp_path / "library").mkdir()
    Image.fromarray(drawn(1)).save(tmp_path / "library" / "a.png")
    place = ("--store", tmp_path / "index")
    call("index", tmp_path / "library", *place, "--workers", "1")
    asked = ["query", tmp_path / "library", *place, "--evidence", tmp_path / "evidence", "--read-only"]
    done = subprocess.run([sys.executable, "-c", EVIDENCE, *map(str, asked)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not [*(tmp_path / "evidence").glob("[!.]*")]
    call(*asked)
    (picture,) = (tmp_path / "evidence").glob("*.lineage.png")
    Image.open(picture).load()


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """A library of one picture, its index, and a post of an exposure report with its answer."""
    place = tmp_path_factory.mktemp("place")
    (place / "library").mkdir()
    Image.fromarray(drawn(1)).save(place / "library" / "a.png")
    call("index", place / "library", "--store", place / "index", "--workers", "1")
    (place / "posts.csv").write_text(f"post,date\n{place}/library/a.png,2026-03-01\n")
    return place


@pytest.mark.parametrize(
    ("command", "written"),
    [("query {0}/library --evidence", "a.png.*.lineage.png"), ("exposure {0}/posts.csv --output", r"exposure\.csv")],
)
def test_a_full_disk_is_told_with_the_file_and_the_way_out(command, written, place, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    asked = f"{sys.executable} -m lineage.cli {command.format(place)} {full} --store {place}/index"
    script = f"mount -t tmpfs -o size=8k none {full} && head -c 4096 /dev/zero > {full}/other && exec {asked}"
    done = subprocess.run([*own_mounts(), "sh", "-c", script], capture_output=True, text=True, check=False)
    *_, told = done.stderr.splitlines()
    wanted = rf"lineage: {full}/{written}: No space left on device; make room, or name another place; the same command"
    assert re.match(wanted, told), done.stderr
    assert done.returncode == 1


# Stores and their locks have files of their own making; what `eval` makes to measure with is made again by any run.
OTHERWISE = (
    *("lineage/store/", "lineage/machine/whole_file.py", "lineage/machine/held_stderr.py"),
    *("eval/speed/", "eval/suites/", "eval/corpora/"),
)
PARTS = ("part", "buffer", "stream")  # what `whole` has given, memory, and what was opened of either
CHECKED = {
    ("lineage/read/images.py", "file"),
    ("lineage/train/autoencoder/runs.py", "output"),
}  # memory; goes by `whole`


def test_every_file_that_is_written_is_written_whole():
    found = [
        (file.relative_to(ROOT).as_posix(), target)
        for package in ("lineage", "indexer", "eval")
        for file in (ROOT / package).rglob("*.py")
        for target in targets(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert [
        one for one in found if not one[0].startswith(OTHERWISE) and one[1] not in PARTS and one not in CHECKED
    ] == []


WRITES = """
a.write_text("")
b.parent.write_bytes(b"")
image.save(c / "d.png")
torch.save(state, e)
np.savez_compressed(f, x=x)
save_file(tensors, g)
with h.open("w") as stream: pass
with open(i, mode="wb") as stream: pass
with j.open(encoding="utf-8", mode="x") as stream: pass
shutil.copy2(source, k)
cv2.imwrite(l, pixels)
"""


def test_whatever_writes_is_found():
    assert sorted(targets(ast.parse(WRITES))) == ["a", "b.parent", "c / 'd.png'", *"efghijkl"]


def test_what_reads_or_adds_is_no_writing():
    assert [*targets(ast.parse('a.open(); b.open("rb"); open(c); d.open("ab"); e.read_text(); f.copy()'))] == []


FIRST = {"save", "savez", "savez_compressed", "savetxt", "savefig", "imwrite"}  # of these the first says where to
SECOND = {"torch.save", "torch.jit.save", "save_file", "shutil.copy", "shutil.copy2", "shutil.copyfile"}


def targets(tree: ast.AST) -> Iterator[str]:
    """What is written to, of every call that writes a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (target := written_by(node)) is not None:
            yield ast.unparse(target)


def written_by(node: ast.Call) -> ast.expr | None:
    called = ast.unparse(node.func)
    name = called.rpartition(".")[2]
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if name in ("write_text", "write_bytes"):
        return owner
    if called in SECOND and node.args[1:]:
        return node.args[1]
    if name in FIRST and node.args:
        return node.args[0]
    if name == "open":
        given = [*node.args, *(one.value for one in node.keywords if one.arg == "mode")]
        modes = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if any(re.fullmatch(r"[wx][bt+]*", mode) for mode in modes):
            return owner or node.args[0]
    return None
