"""Which code made something: a developer forgets to raise version numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

_SUFFIXES = (".py", ".safetensors", ".npz", ".json")


def code_digest(folder: Path, *, more: Sequence[Path] = ()) -> str:
    """SHA-256 over the sources and weights below a folder and over further files, 64 hex digits."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
    each = (hashlib.sha256(file.read_bytes()).digest() for file in (*files, *more))
    return hashlib.sha256(b"".join(each)).hexdigest()
