"""Imports point one way. This is the map of the house: a module may import from the levels above its own line only."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FACE = ROOT / "lineage/__init__.py"

LEVELS = (
    "lineage.__version__ lineage.code lineage.errors lineage.formats lineage.heap lineage.processors",
    "lineage.records lineage.settings lineage.backbones.catalog",
    "lineage.protocols lineage.places lineage.colour lineage.geometry lineage.overlay lineage.conformal "
    "lineage.stopwatch lineage.one_line lineage.tables lineage.child_processes",
    "lineage.shape lineage.forest lineage.familiar",
    "lineage.features",
    # the stages, none of which imports another
    "lineage.images lineage.views lineage.hashes lineage.keypoints lineage.align lineage.residual lineage.restore "
    "lineage.refine lineage.changes lineage.decide lineage.versions lineage.reasons lineage.sameness lineage.wording "
    "lineage.backbones lineage.store lineage.manipulate",
    "lineage.read lineage.fingerprint lineage.search lineage.feedback lineage.edits",
    "lineage.verify",
    "lineage.twins",
    "lineage.engine lineage.report lineage.rows lineage.evidence",
    "lineage.build lineage.train lineage.insight",
    "indexer",
    "lineage.library",
    "eval",
    "lineage.cli",
    "eval.__main__",
)


def house(module: str) -> tuple[int, str]:
    """Level and name of the longest entry that the module is or lies in."""
    entries = [(level, name) for level, line in enumerate(LEVELS) for name in line.split()]
    within = [(len(name), level, name) for level, name in entries if f"{module}.".startswith(f"{name}.")]
    _, level, name = max(within)
    return level, name


def modules() -> Iterator[tuple[str, Path]]:
    """All but the face, `lineage/__init__.py`, which names for others what lies on any level."""
    for package in ("lineage", "indexer", "eval"):
        for file in sorted({*(ROOT / package).rglob("*.py")} - {FACE}):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), file


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize(("module", "file"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_imports_point_one_way(module, file):
    level, name = house(module)
    ours = [imported for imported in imports(file) if imported.split(".")[0] in ("lineage", "indexer", "eval")]
    wrong = [imported for imported in ours if house(imported)[0] >= level and house(imported)[1] != name]
    assert not wrong


def test_every_module_has_its_level():
    at_home = {house(module)[1] for module, _ in modules()}
    assert at_home | {"lineage.__version__"} == {name for line in LEVELS for name in line.split()}


def test_the_command_line_starts_without_heavy_imports():
    code = "import sys, lineage.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "cv2", "PIL", "numpy", "qdrant_client", "qdrant_edge", "sklearn"} & set(loaded)
