"""Copy the decision that was fitted to an index to its copy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from lineage.machine.whole_file import whole

Became = Literal["copied", "present", "own", "none"]
"""What became of it: written; written by an earlier copy; one that is younger was fitted in the copy, and is kept;
there is no decision of the index's own, nor of the copy's."""


def copy_decision(source: Path, target: Path) -> Became:
    """Copy a decision, with the time it was fitted at, unless the copy has a younger one of its own.

    A copy holds the same vectors of the same backbone, so that the decision promises the same of it.
    """
    if target.is_file() and not (source.is_file() and _age(source) > _age(target)):
        return "present" if source.is_file() and _age(source) == _age(target) else "own"
    if not source.is_file():
        return "none"
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole(target) as part:
        shutil.copy2(source, part)
    return "copied"


def _age(file: Path) -> int:
    return file.stat().st_mtime_ns
