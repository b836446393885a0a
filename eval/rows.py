"""CSV files in which people write down the truth."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from lineage.errors import UsageError


def read_rows(table: Path, *, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has at least these columns.

    Raises:
        UsageError: no such file, not a CSV, a column is missing, or no row
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            rows = list(reader)
    except OSError as error:
        raise UsageError(f"{table}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{table}: this is not a CSV file in UTF-8") from error
    if lacking := [column for column in columns if column not in (reader.fieldnames or ())]:
        raise UsageError(f"{table}: there is no column {lacking[0]!r}; needed are {', '.join(columns)}")
    if not rows:
        raise UsageError(f"{table}: the table has no rows")
    if short := [n for n, row in enumerate(rows, 1) if None in (row[column] for column in columns)]:
        raise UsageError(f"{table}: row {short[0]} has too few cells; needed are {', '.join(columns)}")
    return rows
