"""What a labels file says: which picture shows which classes, and which pictures belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lineage.describe.hashes import perceptual_hashes
from lineage.describe.same_picture import SamePicture
from lineage.errors import UsageError
from lineage.read.images import decode
from lineage.read.tables import Row, find_pictures, read_rows, require_columns

BETWEEN = "|"
"""Stands between the labels of a cell that has several."""
COMPARED = 128  # px, longer side at which files are compared with each other
_YES, _NO = {"1", "true", "yes"}, {"0", "false", "no", ""}

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelsForm:
    """How a labels file is to be read.

    Attributes:
        columns: with labels; one of text, or several of 0 and 1; empty: all but the first and the group's
        group: column of what belongs together (a shoot, a sender): never on both sides of a split; None: each alone
        single: a picture shows one class at most
        other: labels that mean none of the classes
        skip: labels whose pictures are left out, because nobody knows what they show
    """

    columns: tuple[str, ...] = ()
    group: str | None = None
    single: bool = False
    other: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """N pictures and C classes.

    Attributes:
        files: (N) paths
        names: (N) as the labels file has them
        classes: (C) sorted
        marks: (N, C) bool; a row without any shows none of the classes
        groups: (N,) int, equal for pictures that belong together
        single: a picture shows one class at most
    """

    files: tuple[Path, ...]
    names: tuple[str, ...]
    classes: tuple[str, ...]
    marks: Flags
    groups: npt.NDArray[np.int64]
    single: bool

    @property
    def none(self) -> Flags:
        """(N,) whether a picture shows none of the classes."""
        return np.asarray(~self.marks.any(1), np.bool_)


def read_truth(file: Path, form: LabelsForm, *, pictures: Path | None = None) -> Truth:
    """Read a labels file: a header, the picture's path in the first column.

    Args:
        file: CSV
        form: how to read it
        pictures: folder of the pictures; None: that of the file, or `images` in it

    Raises:
        UsageError: the file, a column or a picture is missing, a cell cannot be understood, no picture has a label that
            the form names, or there is nothing to tell apart: no label at all, or one that all pictures have
    """
    rows = read_rows(file)
    first = next(iter(rows[0]))
    columns = form.columns or tuple(c for c in rows[0] if c not in {first, form.group})
    require_columns(file, rows, [*columns, *([form.group] if form.group else [])])
    if not columns:
        raise UsageError(f"{file}: has no column with labels beside {first!r}")
    labels = [_labels(file, number, row, columns) for number, row in enumerate(rows, 2)]
    _require_labels(file, form, set().union(*labels))
    kept = [n for n, found in enumerate(labels) if not found & set(form.skip)]
    shown = [labels[n] - set(form.other) for n in kept]
    classes = tuple(sorted(columns if len(columns) > 1 else set().union(*shown)))
    marks = np.array([[label in found for label in classes] for found in shown], np.bool_).reshape(len(kept), -1)
    _check(file, classes, marks, single=form.single)
    names = [rows[n][first] for n in kept]
    keys = [rows[n][form.group] or f"\0{n}" if form.group else str(n) for n in kept]
    groups = np.unique(keys, return_inverse=True)[1]
    files = find_pictures(file, names, folder=pictures)
    return Truth(tuple(files), tuple(names), classes, marks, groups.astype(np.int64), form.single)


def with_negatives(truth: Truth, files: Sequence[Path]) -> Truth:
    """The same with further pictures that show none of the classes, each belonging to no other."""
    marks = np.vstack([truth.marks, np.zeros((len(files), len(truth.classes)), np.bool_)])
    groups = np.concatenate([truth.groups, truth.groups.max() + 1 + np.arange(len(files))])
    names = (*truth.names, *map(str, files))
    return replace(truth, files=(*truth.files, *files), names=names, marks=marks, groups=groups)


def with_same_together(truth: Truth) -> Truth:
    """The same with files of one picture in one group, so that nothing is tested on what it was fitted to.

    Raises:
        ImageError: a picture cannot be read
    """
    same = SamePicture([perceptual_hashes(decode(file, longest=COMPARED).pixels) for file in truth.files]).groups()
    own = truth.groups.max() + 1
    links = coo_array((np.ones(len(same)), (truth.groups, own + same)), shape=(own + len(same),) * 2)
    return replace(truth, groups=connected_components(links, directed=False)[1][truth.groups].astype(np.int64))


def _labels(file: Path, number: int, row: Row, columns: Sequence[str]) -> set[str]:
    if len(columns) == 1:
        return {label.strip() for label in row[columns[0]].split(BETWEEN)} - {""}
    return {column for column in columns if _flag(file, number, column, row[column])}


def _require_labels(file: Path, form: LabelsForm, there: set[str]) -> None:
    for flag, names in (("--other", form.other), ("--skip", form.skip)):
        if missing := [name for name in names if name not in there]:
            found = ", ".join(sorted(there)) or "none"
            raise UsageError(f"{file}: no picture has the label {missing[0]!r} of {flag}; there are {found}")


def _flag(file: Path, number: int, column: str, value: str) -> bool:
    if value.lower() not in _YES | _NO:
        raise UsageError(
            f"{file}, line {number}: {column} is {value!r}; label columns hold 0 or 1, name them with --labels"
        )
    return value.lower() in _YES


def _check(file: Path, classes: Sequence[str], marks: Flags, *, single: bool) -> None:
    if not marks.any():
        raise UsageError(f"{file}: no picture has a label")
    for label, shown in zip(classes, marks.T, strict=True):
        if not shown.any():
            raise UsageError(f"{file}: no picture has the label {label!r}; leave its column out")
        if shown.all():
            raise UsageError(
                f"{file}: all {len(marks)} pictures have the label {label!r}; pictures without it are needed as well"
            )
    if single and (marks.sum(1) > 1).any():
        raise UsageError(f"{file}: a picture has several labels; leave --single out")
