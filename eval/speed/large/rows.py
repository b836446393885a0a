"""One row a size, kept on disk, and the table of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.speed.large.measure import Asked, Searched, Times

ROWS = "rows.jsonl"

HEAD = (
    "assets",
    "written/s",
    "bytes an asset",
    "open s",
    "memory MB, private · resident",
    "vector ms, p50 · p95",
    "words ms",
    "hashes ms",
    "recall@10",
    "search stage ms",
    "whole query ms",
    "source first",
    "memory of it MB",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured at one size.

    Attributes:
        size: assets in the index
        rate: assets a second that the store took, packing included
        bytes_per_asset: on disk
        searched: the store alone
        asked: whole posts; None for vectors only
    """

    size: int
    rate: float
    bytes_per_asset: float
    searched: Searched
    asked: Asked | None


def keep(row: Row, folder: Path) -> None:
    """Add a row to the folder's list."""
    with (folder / ROWS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(row)) + "\n")


def earlier_rows(folder: Path) -> list[Row]:
    """The rows of earlier runs, in the order of sizes."""
    file = folder / ROWS
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return sorted(map(_row, lines), key=lambda row: row.size)


def markdown(rows: Sequence[Row]) -> str:
    """The table, and how much slower the largest is than the smallest."""
    lines = [HEAD, ("---",) * len(HEAD), *map(_cells, rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{table}\n\n{_growth(rows)}" if len(rows) > 1 else table


LEGEND = (
    "written/s: assets that the store takes a second. Memory: after the searches; private is the store's own, resident "
    "counts what is read of its files too. ms: half of the questions take at most the first number (p50), 95 of 100 at "
    "most the second (p95). recall@10: share of the ten nearest assets that are among the first ten answers. Source "
    "first: share of the posts whose first answer is the asset they were made from. Memory of it: resident, network "
    "included, after whole posts were asked."
)


def _cells(row: Row) -> tuple[str, ...]:
    found, asked = row.searched, row.asked
    return (
        f"{row.size:,}",
        f"{row.rate:,.0f}",
        f"{row.bytes_per_asset:,.0f}",
        f"{found.open_seconds:.2f}",
        f"{found.private:,.0f} · {found.resident:,.0f}",
        *(_times(times) for times in (found.vectors, found.words, found.hashes)),
        f"{found.recall:.3f}",
        _times(asked.search if asked else None),
        _times(asked.whole if asked else None),
        f"{asked.found:.2f}" if asked else "–",
        f"{asked.resident:,.0f}" if asked else "–",
    )


def _times(times: Times | None) -> str:
    return f"{times.p50:,.1f} · {times.p95:,.1f}" if times else "–"


def _growth(rows: Sequence[Row]) -> str:
    """Ratio of the medians of the largest and the smallest size."""
    first, last = rows[0], rows[-1]
    words = []
    if first.searched.vectors and last.searched.vectors:
        words.append(f"vector search {last.searched.vectors.p50 / first.searched.vectors.p50:.1f} ×")
    if first.asked and last.asked:
        words.append(f"whole query {last.asked.whole.p50 / first.asked.whole.p50:.1f} ×")
    return f"From {first.size:,} to {last.size:,}: {', '.join(words)}."


def _row(line: str) -> Row:
    facts = json.loads(line)
    searched, asked = facts.pop("searched"), facts.pop("asked")
    times = {name: Times(**searched[name]) if searched[name] else None for name in ("vectors", "words", "hashes")}
    whole = asked and Asked(**{**asked, "whole": Times(**asked["whole"]), "search": Times(**asked["search"])})
    return Row(**facts, searched=Searched(**{**searched, **times}), asked=whole)
