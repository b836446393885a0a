"""Posts that are given, with the truth about them in a table: collected by hand, or made by another tool."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

from eval.corpus import LONGEST, Corpus, Folder, Post, Rendered, read_table
from lineage.errors import UsageError
from lineage.images import decode

COLUMNS = ("post", "track", "asset")


def given_posts(folder: Path, truth: Path, library: Folder) -> Corpus:
    """The posts of a folder, asked of the whole library; the corpus is named after the folder.

    Args:
        folder: of the posts
        truth: CSV with the columns post (file name in the folder), track, asset (name in the library; empty: of none
            of its files) and, if the posts are of several kinds, set
        library: what is indexed

    Raises:
        UsageError: the table names posts or assets that do not exist
    """
    rows = read_table(truth, columns=COLUMNS)
    names = {source.asset for source in library.sources} | set(library.twins)
    if lost := [row["post"] for row in rows if not (folder / row["post"]).is_file()]:
        raise UsageError(f"{truth}: {len(lost)} of {len(rows)} posts are not in {folder}, first {lost[0]}")
    if lost := [row["asset"] for row in rows if row["asset"] and row["asset"] not in names]:
        raise UsageError(
            f"{truth}: {len(lost)} of {len(rows)} assets are not readable pictures of {library.root}, first {lost[0]}"
        )
    return Corpus(folder.name, library.sources, tuple(_post(folder, row, library) for row in rows))


def _post(folder: Path, row: dict[str, str], library: Folder) -> Post:
    path = folder / row["post"]
    return Post(
        name=row["post"],
        track=row["track"],
        strength=None,
        asset=library.twins.get(row["asset"], row["asset"]) or None,
        recipe=hashlib.sha256(path.read_bytes()).hexdigest(),
        render=partial(_render, path),
        part=row.get("set") or "",
    )


def _render(path: Path) -> Rendered:
    return Rendered(decode(path, longest=LONGEST).pixels)
