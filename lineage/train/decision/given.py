"""Posts with known truth that were given: collected by hand, photographed, or made by another tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from lineage.errors import UsageError
from lineage.protocols import Store
from lineage.read.images import decode
from lineage.read.tables import Row, read_rows
from lineage.train.decision.table import Trial

COLUMNS = ("post", "asset")
FIRST_PICTURE = 1 << 40  # numbers of pictures that no library reaches: those of drawn posts count from 0


def given_trials(folder: Path, truth: Path, store: Store, *, longest: int) -> Iterator[Trial]:
    """The posts of a table. Half of them are held back, chosen by a check sum of what they belong to.

    Args:
        folder: of the posts
        truth: CSV with the columns post (file name in the folder) and asset (path in the library; empty: of none of
            its files) and, if several posts belong together, as fillings of one layout do, group: they are fitted to or
            held back together, and back a level as one
        store: the index
        longest: px, longer side at which a post is read

    Raises:
        UsageError: the table names posts or assets that do not exist
    """
    rows = _rows(folder, truth)
    assets = (entry.asset for batch in store.scroll() for entry in batch)
    ids = {place.path: asset.id for asset in assets for place in asset.locations}
    if lost := [row["asset"] for row in rows if row["asset"] and row["asset"] not in ids]:
        raise UsageError(f"{truth}: {len(lost)} of {len(rows)} assets are not in the index, first {lost[0]}")
    groups = {name: number for number, name in enumerate(dict.fromkeys(map(_group, rows)))}
    for row in rows:
        source, group = ids.get(row["asset"], ""), _group(row)
        yield Trial(
            decode(folder / row["post"], longest=longest).pixels,
            source,
            frozenset() if source else frozenset({""}),
            held_back=sha256(group.encode()).digest()[0] % 2 == 1,
            picture=FIRST_PICTURE + groups[group],
        )


def given_posts(folder: Path, truth: Path) -> tuple[int, str]:
    """How many posts a table names, and the SHA-256 of it and of them: other posts of the same names are others.

    Raises:
        UsageError: the table names posts that do not exist
    """
    rows, digest = _rows(folder, truth), sha256(truth.read_bytes())
    for row in rows:
        digest.update(sha256((folder / row["post"]).read_bytes()).digest())
    return len(rows), digest.hexdigest()


def _rows(folder: Path, truth: Path) -> Sequence[Row]:
    rows = read_rows(truth, needed=COLUMNS)
    if lost := [row["post"] for row in rows if not (folder / row["post"]).is_file()]:
        raise UsageError(f"{truth}: {len(lost)} of {len(rows)} posts are not in {folder}, first {lost[0]}")
    return rows


def _group(row: Row) -> str:
    return row.get("group") or row["asset"] or row["post"]
