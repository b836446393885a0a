"""The pictures of a training run, small enough to stay in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from lineage.read.images import decode
from lineage.records import Pixels

LONGEST = 256  # px: views are 96 … 224 px, and a manipulation's time grows with the area
PARTS = ("train", "train", "train", "train", "train", "train", "train", "train", "valid", "test")


@dataclass(frozen=True, slots=True)
class SplitPart:
    """Pictures of one part of the split.

    Attributes:
        files: where they come from
        pictures: (h, w, 3) uint8 each, longer side at most `LONGEST` px
        groups: number of the sibling group of each; a picture without siblings is a group of its own
    """

    files: tuple[Path, ...]
    pictures: tuple[Pixels, ...]
    groups: tuple[int, ...]


def digest_of(file: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def part_of(digest: str) -> str:
    """`train`, `valid` or `test` by the digest of a file, 80/10/10: equal files fall into the same part."""
    return PARTS[int(digest[:8], 16) % len(PARTS)]


def read_gallery(
    files: Sequence[Path],
    groups: Mapping[Path, str] = MappingProxyType({}),
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> SplitPart:
    """Decode pictures for training.

    Raises:
        ImageError: one of them cannot be read
    """
    names = [groups.get(file, str(file)) for file in files]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    pictures = []
    for file in files:
        pictures.append(np.ascontiguousarray(decode(file, longest=LONGEST).pixels))
        progress(1)
    return SplitPart(tuple(files), tuple(pictures), tuple(numbers[name] for name in names))
