"""Which pictures belong to which profile: each sub-folder is one, a table of posts has one an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lineage.errors import UsageError
from lineage.read.tables import find_pictures, read_rows


def read_profiles(file: Path, *, pictures: Path | None = None) -> Mapping[str, list[Path]]:
    """Pictures by account, from a CSV with the columns post and account.

    Raises:
        UsageError: the file, a column or a picture is missing, or no post has an account
    """
    rows = read_rows(file, needed=("post", "account"))
    profiles: dict[str, list[Path]] = {}
    for row, picture in zip(rows, find_pictures(file, [row["post"] for row in rows], folder=pictures), strict=True):
        if row["account"]:
            profiles.setdefault(row["account"], []).append(picture)
    if not profiles:
        raise UsageError(f"{file}: no post has an account")
    return profiles


def profiles_of_folder(folder: Path, files: Sequence[Path]) -> Mapping[str, list[Path]]:
    """Pictures by the sub-folder that they lie in; those right in the folder are a profile of its own name."""
    own = folder.resolve().name
    profiles: dict[str, list[Path]] = {}
    for file in files:
        below = file.relative_to(folder).parts
        profiles.setdefault(below[0] if len(below) > 1 else "", []).append(file)
    unique = own if own not in profiles else f"{own} itself"
    return {name or unique: pictures for name, pictures in profiles.items()}
