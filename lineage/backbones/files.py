"""Weights files: whether they are there, and which they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lineage.errors import WeightsError


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits.

    Raises:
        WeightsError: it cannot be read
    """
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{file}: weights cannot be read: {error.strerror or error}") from error
