"""What results say about what made them changes with everything that can change them, and with nothing else."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from lineage.machine.provenance import digest, made_by, sources

ROOT = Path(__file__).parent.parent
OURS = ("lineage", "indexer", "eval")
# Records, errors and what merely carries results or opens files: nothing that is computed from a picture depends on it.
CARRIERS = {
    *OURS,
    "lineage.errors",
    "eval.corpora",
    "lineage.protocols",
    *(f"lineage.machine.{name}" for name in ("graphics_card", "processors", "provenance", "require")),
    "eval.scores.predictions",
    "eval.recognisers.recogniser",
    "indexer.files.scan",
}
CARRYING = {"aiohttp", "fsspec", "grpc", "httpx", "platformdirs", "portalocker", "pyarrow", "ray", "threadpoolctl"}


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "recogniser_of_a_test"
    (folder / "weights").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "stage.py").write_text("GAIN = 1\n")
    (folder / "weights" / "net.safetensors").write_bytes(b"1")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def code(*modules):
    return made_by(modules, ())["code"]


@pytest.mark.parametrize(("name", "changes"), [("stage.py", True), ("weights/net.safetensors", True), ("a.pyc", False)])
def test_the_digest_follows_sources_and_weights(package, name, changes):
    before = code(package.name)
    (package / name).write_text("GAIN = 2\n")
    assert (code(package.name) != before) is changes


def test_the_digest_follows_names_of_files(package):
    before = code(package.name)
    (package / "stage.py").rename(package / "stages.py")
    assert code(package.name) != before


def test_a_module_of_a_package_stands_for_itself(package):
    before = code(f"{package.name}.stage")
    (package / "other.py").write_text("")
    assert code(f"{package.name}.stage") == before
    (package / "stage.py").write_text("GAIN = 2\n")
    assert code(f"{package.name}.stage") != before


def test_a_module_that_is_not_there_is_a_mistake():
    with pytest.raises(ModuleNotFoundError, match=r"eval\.nothing"):
        made_by(("eval.nothing",), ())


def test_libraries_stand_with_their_versions_and_absent_ones_as_none(monkeypatch):
    monkeypatch.setattr("lineage.machine.provenance.version", lambda name: "2.0")
    assert made_by((), ("numpy",))["numpy"] == "2.0"
    monkeypatch.undo()
    assert made_by((), ("no-such-distribution",))["no-such-distribution"] == "none"


def test_a_digest_of_facts_does_not_depend_on_their_order():
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"}) != digest({"a": "2", "b": "1"})


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def file_of(module: str) -> Path | None:
    place = ROOT / module.replace(".", "/")
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def reached(modules) -> tuple[set[str], set[str]]:
    """Our modules and the libraries that these modules import, directly or not."""
    ours: set[str] = set()
    libraries: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        file = file_of(module)
        if file is None or module in ours | CARRIERS:
            continue
        ours.add(module)
        names = imported(file)
        waiting += [name for name in names if name.split(".")[0] in OURS]
        libraries |= {name.split(".")[0] for name in names} - {*OURS, *sys.stdlib_module_names}
    return ours, libraries - CARRYING


@pytest.mark.parametrize(
    ("keyed", "makers"),
    [
        ("eval.suites.material", ("eval.suites.material", "eval.suites")),
        ("eval.corpora.corpus", ("eval.corpora.corpus",)),
        ("eval.recognisers.engine", ("eval.recognisers.engine",)),
        ("eval.recognisers.baselines.hashes", ("eval.recognisers.baselines.hashes",)),
        ("eval.recognisers.baselines.rootsift", ("eval.recognisers.baselines.rootsift",)),
        ("lineage.insight.labels.examples", ("lineage.insight.labels.examples", "lineage.backbones.load")),
        ("eval.recognisers.baselines.descriptor", ("eval.recognisers.baselines.descriptor", "lineage.backbones.load")),
    ],
)
def test_no_code_and_no_library_that_takes_part_is_left_out(keyed, makers):
    module = import_module(keyed)
    modules, libraries = reached(makers)
    assert {file_of(name) for name in modules} <= set(sources(module.CODE).values())
    distributions = {packages_distributions()[name][0] for name in libraries}
    assert {name.lower().replace("_", "-") for name in distributions} <= {
        name.lower().replace("_", "-") for name in module.LIBRARIES
    }
