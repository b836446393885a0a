"""A teacher's vectors of the clean pictures: computed once, then fixed targets and proxies of the whole run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lineage.images import decode
from lineage.protocols import Embedder
from lineage.records import Floats

BATCH = 16
LONGEST = 512  # px, longer side at which the teacher's pictures are read


def teacher_vectors(
    files: Sequence[Path], teacher: Embedder, *, cache: Path, progress: Callable[[int], None] = lambda _: None
) -> Floats:
    """(files, dim) float32, L2 norm 1; read from `cache` where the same teacher saw the same files before.

    Args:
        files: pictures that can be read
        teacher: any backbone
        cache: folder for the vectors
    """
    stored = cache / f"teacher-{_key(files, teacher)}.npy"
    if stored.exists():
        progress(len(files))
        return np.asarray(np.load(stored), np.float32)
    vectors = []
    for first in range(0, len(files), BATCH):
        batch = [decode(file, longest=LONGEST).pixels for file in files[first : first + BATCH]]
        vectors.append(teacher.embed(batch))
        progress(len(batch))
    table = np.concatenate(vectors)
    np.save(stored, table)
    return table


def _key(files: Sequence[Path], teacher: Embedder) -> str:
    facts = [teacher.spec.weights, str(teacher.spec.input_size)]
    facts += [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
