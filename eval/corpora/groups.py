"""Which pictures of a library look alike, as a table or sub-folders say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.corpora.corpus import Source
from eval.corpora.folder import Folder
from lineage.errors import UsageError
from lineage.read.tables import read_rows


def read_groups(table: Path, folder: Folder) -> list[tuple[Source, ...]]:
    """Groups of look-alikes from a CSV with the columns `file` (named as in the library) and `group`.

    Files that a limit left out of the library are left out of their groups.

    Raises:
        UsageError: no such table, other columns, a file that is not in the library, or no group of two
    """
    rows = read_rows(table, needed=("file", "group"))
    sources = {source.asset: source for source in folder.sources}
    named = [(row["group"], folder.twins.get(row["file"], row["file"])) for row in rows]
    if missing := [name for _, name in named if name not in sources and name not in folder.undrawn]:
        count = f"{len(missing)} of {len(rows)} files"
        raise UsageError(f"{table}: {count} are not readable pictures of {folder.root}, first {missing[0]}")
    return _grouped([(group, sources[name]) for group, name in named if name in sources], origin=table)


def folder_groups(folder: Folder) -> list[tuple[Source, ...]]:
    """Groups of look-alikes by sub-folder: pictures that lie in the same one.

    Raises:
        UsageError: no sub-folder holds two
    """
    pairs = [(source.asset.rpartition("/")[0], source) for source in folder.sources if "/" in source.asset]
    return _grouped(pairs, origin=folder.root)


def _grouped(pairs: Sequence[tuple[str, Source]], *, origin: Path) -> list[tuple[Source, ...]]:
    groups: dict[str, list[Source]] = {}
    for name, source in pairs:
        members = groups.setdefault(name, [])
        if source not in members:
            members.append(source)
    if not (found := [tuple(members) for members in groups.values() if len(members) > 1]):
        raise UsageError(f"{origin}: no two pictures share a group; name groups by sub-folders or by --groups CSV")
    return found
