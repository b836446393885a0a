"""Posts with what is known about them: a CSV with date, channel, account and engagement, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from lineage.errors import UsageError
from lineage.read.tables import Row, find_pictures, read_rows

COLUMNS = ("post", "date")
"""Columns that a table must have; channel, account and engagement may be missing."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post.

    Attributes:
        name: as the table has it, or the path below the folder
        file: its picture
        day: of publication
        channel, account: where and by whom; empty where nobody says
        engagement: likes, shares, clicks …: whatever the table counts, at least 0; 0 where nobody says
        line: of the table; equal rows are posts of their own; 0 of a folder
    """

    name: str
    file: Path
    day: date
    channel: str
    account: str
    engagement: float
    line: int = 0


def read_posts(file: Path, *, pictures: Path | None = None) -> list[Post]:
    """Posts of a CSV with the columns post and date, and if wanted channel, account and engagement.

    Raises:
        UsageError: the file, a column or a picture is missing, a date is no date, or an engagement no number
    """
    rows = read_rows(file, needed=COLUMNS)
    files = find_pictures(file, [row["post"] for row in rows], folder=pictures)
    return [_post(file, number, row, found) for number, (row, found) in enumerate(zip(rows, files, strict=True), 2)]


def posts_of_folder(folder: Path, files: Sequence[Path]) -> list[Post]:
    """Pictures as posts: the day is that of the file's last change, the channel its folder below the given one."""
    return [_from_file(folder, file) for file in files]


def repeated_lines(posts: Sequence[Post]) -> list[int]:
    """The lines of the table that say what a line above has said."""
    seen: dict[Post, int] = {}
    return [post.line for post in posts if seen.setdefault(replace(post, line=0), post.line) != post.line]


def _from_file(folder: Path, file: Path) -> Post:
    below = file.relative_to(folder)
    day = datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    return Post(below.as_posix(), file, day, below.parts[0] if len(below.parts) > 1 else "", "", 0.0)


def _post(file: Path, number: int, row: Row, found: Path) -> Post:
    engagement = _engagement(file, number, row.get("engagement", ""))
    day = _day(file, number, row["date"])
    return Post(row["post"], found, day, row.get("channel", ""), row.get("account", ""), engagement, number)


def _day(file: Path, number: int, text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise UsageError(f"{file}, line {number}: {text!r} is no date; write dates like 2026-05-31") from error


def _engagement(file: Path, number: int, text: str) -> float:
    try:
        value = float(text or 0)
    except ValueError as error:
        raise UsageError(f"{file}, line {number}: engagement {text!r} is no number") from error
    if not 0 <= value < float("inf"):
        raise UsageError(f"{file}, line {number}: engagement {text!r} is no number of at least 0")
    return value
