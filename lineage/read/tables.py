"""CSV files that people hand over: rows as dicts, and one clear sentence for everything that can be wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lineage.errors import UsageError

Row = Mapping[str, str]


def read_rows(file: Path, *, needed: Sequence[str] = ()) -> list[Row]:
    """The rows of a CSV file with a header, every value stripped, missing values empty.

    Raises:
        UsageError: there is no such file, it is not UTF-8 text, it has no rows, or lacks one of the needed columns,
            which every row must reach
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            read = list(csv.DictReader(lines))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file}: not a CSV file in UTF-8") from error
    rows = [_stripped(row) for row in read]
    if not rows:
        raise UsageError(f"{file}: has no rows below its header")
    require_columns(file, rows, needed)
    if short := [number for number, row in enumerate(read, 2) if None in (row[column] for column in needed)]:
        raise UsageError(f"{file}, line {short[0]}: has too few cells; needed are {', '.join(needed)}")
    return rows


def require_columns(file: Path, rows: Sequence[Row], wanted: Iterable[str]) -> None:
    """`UsageError` with the columns that there are, unless all wanted ones are among them."""
    missing = [column for column in wanted if column not in rows[0]]
    if missing:
        raise UsageError(f"{file}: has no column {missing[0]!r}; there are {', '.join(rows[0])}")


def unmatched_entries(table: Iterable[str], names: Iterable[str]) -> list[str]:
    """The entries of a table that none of the names is, in the order of the table."""
    left = dict.fromkeys(table)
    for name in names:
        left.pop(name, None)
    return list(left)


def find_pictures(file: Path, names: Iterable[str], *, folder: Path | None) -> list[Path]:
    """Where the pictures lie that a table names, relative to `folder`, else to its own folder or `images` in it.

    Raises:
        UsageError: a picture is not there
    """
    bases = [folder] if folder else [file.parent, file.parent / "images"]
    return [_find(file, name, bases) for name in names]


def _find(file: Path, name: str, bases: Sequence[Path]) -> Path:
    for base in bases:
        if name and (base / name).is_file():
            return base / name
    raise UsageError(
        f"{file}: there is no picture {name!r} in {bases[0].absolute()}; name the folder of pictures with --pictures"
    )


def _stripped(row: Mapping[str | None, object]) -> Row:
    """What stands beyond the last column has no name and is dropped; what is missing is empty."""
    return {name: str(value or "").strip() for name, value in row.items() if name is not None}
