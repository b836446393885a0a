"""A teacher's vectors of the clean pictures: computed once, then fixed targets and proxies of the whole run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from lineage.machine.whole_file import whole
from lineage.protocols import Embedder
from lineage.read.images import decode
from lineage.records import Floats

BATCH = 16
LONGEST = 512  # px, longer side at which the teacher's pictures are read
SAMPLE = 16  # pictures of which the teacher is asked again before older answers are believed
SAME = 0.9999  # cosine of two answers of one teacher; processors and numbers of threads differ by less


def teacher_vectors(
    files: Sequence[Path], teacher: Embedder, *, cache: Path, progress: Callable[[int], None] = lambda _: None
) -> Floats:
    """(files, dim) float32, L2 norm 1; read from `cache` where the same teacher saw the same files before.

    Whether it is the same is tried on a few of them: a digest of its weights says nothing of the code around them.

    Args:
        files: pictures that can be read
        teacher: any backbone
        cache: folder for the vectors
    """
    stored = cache / f"teacher-{_key(files, teacher)}.npy"
    if stored.exists():
        table = np.asarray(np.load(stored), np.float32)
        if _still_so(table, files, teacher):
            progress(len(files))
            return table
    table = np.concatenate([*_answers(files, teacher, progress)])
    with whole(stored) as part:
        np.save(part, table)
    return table


def turn_to_student(targets: Floats, towards: Floats) -> Floats:
    """The teacher's vectors in the coordinates of a student that has learnt already, as long as the student's.

    Turned by the rotation, with fewer numbers a projection too, that brings them nearest to the student's vectors
    (orthogonal Procrustes, Schönemann 1966): what the student knows counts, and only what it does not is learnt.

    Args:
        targets: (N, D) the teacher's, L2 norm 1
        towards: (N, dim) the student's of the same pictures, L2 norm 1

    Returns:
        (N, dim) float32, L2 norm 1
    """
    left, _, right = np.linalg.svd(targets.T @ towards, full_matrices=False)
    near = targets @ (left @ right)
    return np.asarray(near / np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-12), np.float32)


def _answers(files: Sequence[Path], teacher: Embedder, progress: Callable[[int], None]) -> Iterator[Floats]:
    for first in range(0, len(files), BATCH):
        batch = [decode(file, longest=LONGEST).pixels for file in files[first : first + BATCH]]
        yield teacher.embed(batch)
        progress(len(batch))


def _still_so(table: Floats, files: Sequence[Path], teacher: Embedder) -> bool:
    """Whether the teacher says of pictures from all over the list what the table says."""
    asked = np.unique(np.linspace(0, len(files) - 1, SAMPLE).astype(int))
    again = teacher.embed([decode(files[n], longest=LONGEST).pixels for n in asked])
    return bool(((table[asked] * again).sum(1) >= SAME).all())


def _key(files: Sequence[Path], teacher: Embedder) -> str:
    facts = [str(teacher.spec)]
    facts += [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
