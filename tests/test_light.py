"""What a light install can do: ask, index and compare without what only extras bring, and say what else would take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from lineage.errors import MissingExtra
from lineage.machine.require import EXTRAS, extra, require
from tests.conftest import SAMPLES

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
POST, ASSET = SAMPLES / "posts" / "post-02.jpg", SAMPLES / "library" / "shirts" / "00255.jpg"
LARGEST = 700e6  # bytes
BLINDFOLD = f"""
import sys

class Blindfold:
    def find_spec(self, name, path=None, target=None):
        if name in {[*{module for packages in EXTRAS.values() for module in packages}]}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blindfold())
"""


def name_of(requirement: str) -> str:
    return requirement.partition(";")[0].split("[")[0].split(">")[0].strip().lower()


def brought(name: str) -> set[str]:
    """The packages of an extra, those of extras inside it too."""
    listed = PROJECT["optional-dependencies"][name]
    inner = [one[len("asset-lineage[") : -1].split(",") for one in listed if one.startswith("asset-lineage[")]
    own = {name_of(one) for one in listed if not one.startswith("asset-lineage[")}
    return own.union(*(brought(one) for names in inner for one in names))


@pytest.mark.parametrize("name", EXTRAS)
def test_an_extra_brings_what_is_said_of_it(name):
    assert {package.lower() for package in EXTRAS[name].values()} - {"pyarrow"} <= brought(name)  # Ray brings that one


def test_what_the_core_needs_is_in_no_extra():
    core = {name_of(one) for one in PROJECT["dependencies"]}
    assert not core & {package.lower() for packages in EXTRAS.values() for package in packages.values()}


def test_a_missing_package_is_told_with_the_extra_that_was_meant():
    with (
        pytest.raises(MissingExtra, match=r"^scikit-learn is not installed; .*'asset-lineage\[insight\]'$"),
        extra("insight"),
    ):
        raise ModuleNotFoundError(name="sklearn.linear_model")
    with pytest.raises(MissingExtra, match=r"'asset-lineage\[train\]'$"), extra("insight"):
        raise ModuleNotFoundError(name="torch")


def test_a_module_that_no_extra_brings_is_an_error_of_ours():
    with pytest.raises(ModuleNotFoundError, match="nothing"), extra():
        import lineage.nothing  # type: ignore[import-not-found]  # noqa: F401


def test_what_is_imported_late_is_missed_early(monkeypatch):
    require("albumentations")
    monkeypatch.setitem(sys.modules, "albumentations", None)
    with pytest.raises(MissingExtra, match="albumentations is not installed"):
        require("albumentations")


@pytest.fixture(scope="module")
def light(tmp_path_factory):
    """The command in processes that find nothing of what only extras bring; and its index of the sample library."""
    folder = tmp_path_factory.mktemp("light")
    (folder / "sitecustomize.py").write_text(BLINDFOLD, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "LINEAGE_STORE": str(folder / "index")}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lineage.cli", *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    done = run("index", SAMPLES / "library" / "shirts", SAMPLES / "library" / "hats")
    assert done.returncode == 0, done.stderr
    return run


def test_posts_are_asked_about(light):
    done = light("query", POST, "--json")
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "known", done.stderr


def test_two_files_are_compared(light):
    done = light("compare", POST, ASSET)
    assert done.stdout.startswith("KNOWN"), done.stderr


def test_an_index_is_looked_into_and_kept_in_step(light):
    assert "backbone lite" in light("status").stdout
    assert light("sync", SAMPLES / "library" / "shirts").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "package", "extra"),
    [
        (("query", POST, "--backbone", "lite0"), "torch", "train"),
        (("train", "backbone", SAMPLES / "library", "--output", "ours.safetensors"), "torch", "train"),
        (("train", "autoencoder", SAMPLES / "library", "--output", "ours.safetensors"), "scipy", "train"),
        (("train", "decision"), "scikit-learn", "measure"),
        (("serve",), "fastapi", "web"),
        (("reindex", "--backbone", "sscd"), "albumentations", "measure"),
        (("explain", POST, ASSET, "--output", "why"), "torch", "train"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_takes_more_says_so_in_one_sentence(light, tmp_path, arguments, package, extra):
    done = light(*(tmp_path / one if one in {"ours.safetensors", "why"} else one for one in arguments))
    assert done.returncode == MissingExtra.exit_code
    assert done.stderr.splitlines()[-1].endswith(
        f"{package} is not installed; install it with: pip install 'asset-lineage[{extra}]'"
    )
    assert "Traceback" not in done.stderr


def test_files_that_an_extra_would_read_are_told_with_it(light, tmp_path):
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7")
    done = light("query", tmp_path)
    assert "1 .pdf; the extra 'formats' reads .pdf" in " ".join(done.stderr.split())


def test_a_post_that_an_extra_would_read_is_refused_with_it(light, tmp_path):
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7")
    done = light("query", tmp_path / "page.pdf")
    assert "a PDF, which the extra 'formats' reads" in " ".join(done.stderr.split())


@pytest.mark.slow
def test_the_core_alone_is_small_and_answers(tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    # With what this very run has of each package, and without a second copy of it in a cache.
    held = "".join(f"{name}=={version}\n" for name, version in installed())
    (tmp_path / "held.txt").write_text(held, encoding="utf-8")
    install = [python, "-m", "pip", "install", "--quiet", "--no-input", "--constraint", tmp_path / "held.txt", ROOT]
    subprocess.run(install, check=True, capture_output=True)
    packages = next((tmp_path / "venv" / "lib").glob("python*")) / "site-packages"
    size = sum(file.lstat().st_size for file in packages.rglob("*") if file.is_file())
    assert size < LARGEST
    assert not [name for name in ("torch", "scipy", "sklearn", "ray") if (packages / name).exists()]
    environment = {**os.environ, "PYTHONPATH": "", "LINEAGE_STORE": str(tmp_path / "index")}

    def run(*arguments: str | Path) -> str:
        command = [python.with_name("lineage"), *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    run("index", SAMPLES / "library" / "shirts")
    assert run("query", POST).startswith("KNOWN")
    assert run("compare", POST, ASSET).startswith("KNOWN")


def installed() -> list[tuple[str, str]]:
    from importlib.metadata import version

    names = {name for several in packages_distributions().values() for name in several} - {"asset-lineage"}
    return sorted((name, version(name)) for name in names)
