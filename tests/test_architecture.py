"""Imports point one way. This is the map of the house: a room may import from the rooms above its own line only."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ROOMS = (
    "lineage.__version__ lineage.errors",
    "lineage.machine",
    "lineage.records",
    "lineage.settings lineage.geometry",
    "lineage.protocols",
    "lineage.read lineage.backbones lineage.store",
    "lineage.describe",
    "lineage.find lineage.verify",
    "lineage.feedback lineage.tell lineage.manipulate lineage.audit",
    "lineage.decide lineage.reporting",
    "lineage.engine lineage.insight",
    "lineage.build",
    "lineage.train",
    # the write path
    "indexer indexer.files",
    "indexer.books",
    "indexer.run",
    "indexer.pipeline",
    "indexer.follow indexer.move",
    # what programs and commands open
    "lineage.library",
    # measurement
    "eval eval.corpora",
    "eval.suites eval.scores",
    "eval.recognisers eval.report",
    "eval.speed",
    "eval.run",
    "eval.command",
    "lineage.web",
    "lineage.cli",
    "eval.__main__",
)
FACE = "lineage"  # hands out by name what lies deepest in the house, and imports it when it is asked
AT_THE_TOP = 12  # files of lineage/ that are in no room
OURS = ("lineage", "indexer", "eval")


def room(module: str) -> tuple[int, str]:
    """Line and name of the longest entry that the module is or lies in."""
    entries = [(line, name) for line, names in enumerate(ROOMS) for name in names.split()]
    within = [(len(name), line, name) for line, name in entries if f"{module}.".startswith(f"{name}.")]
    _, line, name = max(within, default=(0, len(ROOMS), "no room"))
    return line, name


def modules() -> Iterator[tuple[str, Path]]:
    for package in OURS:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), file


def imports(file: Path) -> Iterator[str]:
    """All names of ours that a file imports, wherever in it: `lineage.read.images.decode`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in OURS)


@pytest.mark.parametrize(
    ("module", "file"),
    [(module, file) for module, file in modules() if module != FACE],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_imports_point_one_way(module, file):
    line, name = room(module)
    wrong = [imported for imported in imports(file) if room(imported)[0] >= line and room(imported)[1] != name]
    assert not wrong


def test_the_face_loads_nothing_before_it_is_asked():
    code = "import sys; before = set(sys.modules); import lineage; print(*(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in loaded if name.split(".")[0] in OURS} == {FACE}


def test_every_room_is_on_the_map_and_there():
    at_home = {room(module)[1] for module, _ in modules() if module != FACE}
    assert at_home | {"lineage.__version__"} == {name for line in ROOMS for name in line.split()}


def test_no_module_needs_itself():
    files = dict(modules())
    needs: dict[str, set[str]] = {}
    for module, file in files.items():
        longest = {max((n for n in (name, name.rpartition(".")[0]) if n in files), key=len) for name in imports(file)}
        needs[module] = longest - {module, FACE}
    TopologicalSorter(needs).prepare()  # raises CycleError, which shows the circle


@pytest.mark.parametrize("package", OURS)
def test_no_two_classes_of_a_package_have_one_name(package):
    found = Counter(
        node.name
        for module, file in modules()
        if module.split(".")[0] == package
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert not [name for name, count in found.items() if count > 1]


def test_few_files_lie_in_no_room():
    loose = [file.name for file in (ROOT / "lineage").iterdir() if file.is_file()]
    assert len(loose) <= AT_THE_TOP


def test_the_command_line_starts_without_heavy_imports():
    code = "import sys, lineage.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "cv2", "PIL", "numpy", "qdrant_client", "qdrant_edge", "sklearn"} & set(loaded)


def test_no_file_was_put_here_by_chance():
    if not (ROOT / ".git").exists():
        pytest.skip("waits for a checkout, which says what belongs to it")
    held = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in held.rstrip("\0").split("\0")]
    assert [file for file in files if file.is_file() and not file.stat().st_size and file.name != "py.typed"] == []
