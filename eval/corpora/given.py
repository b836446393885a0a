"""Posts that are given, with the truth about them in a table: collected by hand, or made by another tool."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import partial
from pathlib import Path

from eval.corpora.corpus import CODE, LIBRARIES, LONGEST, Corpus, Post, Rendered
from eval.corpora.folder import Folder
from lineage.errors import ImageError, UsageError
from lineage.machine.provenance import digest, made_by
from lineage.read.images import decode
from lineage.read.tables import Row, read_rows

COLUMNS = ("post", "track", "asset")


def given_posts(folder: Path, truth: Path, library: Folder) -> Corpus:
    """The posts of a folder, asked of the whole library; the corpus is named after the folder.

    Args:
        folder: of the posts
        truth: CSV with the columns post (file name in the folder), track, asset (name in the library; empty: of none
            of its files) and, if the posts are of several kinds, set
        library: what is indexed

    Raises:
        UsageError: the table names posts or assets that do not exist, a post twice, or one that cannot be read
    """
    rows = read_rows(truth, needed=COLUMNS)
    if twice := [name for name, count in Counter(row["post"] for row in rows).items() if count > 1]:
        raise UsageError(f"{truth}: {twice[0]} stands in more than one row; a post has one source or none")
    names = {source.asset for source in library.sources} | set(library.twins)
    if lost := [row["post"] for row in rows if not (folder / row["post"]).is_file()]:
        raise UsageError(f"{truth}: {len(lost)} of {len(rows)} posts are not in {folder}, first {lost[0]}")
    if lost := [row["asset"] for row in rows if row["asset"] and row["asset"] not in names]:
        raise UsageError(
            f"{truth}: {len(lost)} of {len(rows)} assets are not readable pictures of {library.root}, first {lost[0]}"
        )
    if broken := [error for row in rows if (error := _unreadable(folder / row["post"]))]:
        raise UsageError(f"{len(broken)} of {len(rows)} posts cannot be read, first {broken[0]}")
    reader = digest(made_by(("eval.corpora.given", *CODE), LIBRARIES))
    posts = tuple(_post(folder, row, library, reader=reader) for row in rows)
    return Corpus(folder.resolve().name, library.sources, posts)


def _post(folder: Path, row: Row, library: Folder, *, reader: str) -> Post:
    path = folder / row["post"]
    return Post(
        name=row["post"],
        track=row["track"],
        strength=None,
        asset=library.twins.get(row["asset"], row["asset"]) or None,
        recipe=f"{hashlib.sha256(path.read_bytes()).hexdigest()} {reader}",
        render=partial(_render, path),
        part=row.get("set") or "",
    )


def _unreadable(path: Path) -> ImageError | None:
    try:
        decode(path, longest=64)
    except ImageError as error:
        return error
    return None


def _render(path: Path) -> Rendered:
    return Rendered(decode(path, longest=LONGEST).pixels)
