"""The lock files: what stands in them is what pyproject.toml asks for, and every byte of it is known."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {"requirements.lock": ("web", "remote", "formats", "reports"), "requirements-all.lock": ("all",)}
PINNED = re.compile(r"^(\S+)==(\S+?)(?: ; [^\\]*)? \\$", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def asked_for(extras: tuple[str, ...]) -> Iterator[Requirement]:
    """What the core and these extras take, those that an extra names included."""
    for text in PROJECT["dependencies"]:
        yield Requirement(text)
    for extra in extras:
        for text in PROJECT["optional-dependencies"][extra]:
            one = Requirement(text)
            if one.name == PROJECT["name"]:
                yield from asked_for(tuple(sorted(one.extras)))
            else:
                yield one


@pytest.fixture(params=LOCKS)
def lock(request) -> tuple[str, str]:
    return request.param, (ROOT / request.param).read_text(encoding="utf-8")


def test_what_is_locked_is_what_is_asked_for(lock):
    name, text = lock
    locked = [(canonicalize_name(package.partition("[")[0]), version) for package, version in PINNED.findall(text)]
    for wanted in asked_for(LOCKS[name]):
        versions = [version for package, version in locked if package == canonicalize_name(wanted.name)]
        assert versions, f"{wanted.name} is not locked: scripts/lock"
        assert all(version in wanted.specifier for version in versions), f"{wanted}, and locked is {versions}"


def test_every_package_that_is_locked_has_hashes_and_no_address(lock):
    _, text = lock
    packages = [part for part in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:] if part.strip()]
    assert len(packages) == len(PINNED.findall(text)) > 50
    assert all(HASH.search(part) for part in packages)
    assert "://" not in text
    assert "--index" not in text


def test_the_small_lock_takes_no_torch_and_names_no_other_version_than_the_large_one():
    small, large = ({*PINNED.findall((ROOT / name).read_text(encoding="utf-8"))} for name in LOCKS)
    assert "torch" not in {package for package, _ in small}
    assert small <= large
