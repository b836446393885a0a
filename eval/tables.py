"""Results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from eval.metrics import DEPEND_ON_PRIOR, Figure
from eval.results import PRIOR, Result, by_corpus

LABELS = {
    "uap": "µAP",
    "recall@p90": "recall@p90",
    "recall@p99": "recall@p99",
    "right_file@1": "right file@1",
    "auroc": "AUROC",
    "known_right": "known, right",
    "false_known": "known, false",
    "ece": "calibration error",
    "region_iou": "region IoU",
}
COUNTED = ("ece", "region_iou")  # computed from fewer posts than the heading says


def summary_tables(results: Sequence[Result]) -> list[Table]:
    """One table a corpus: a row a figure with its 95 % interval, a column a recogniser."""
    return [_summary(title, rows) for title, rows in by_corpus(results)]


def track_tables(results: Sequence[Result]) -> list[Table]:
    """One table a corpus: a row a manipulation, a column a recogniser; share of posts whose first answer is right."""
    return [_tracks(title, rows) for title, rows in by_corpus(results) if rows[0].known]


def right_by_track(result: Result) -> dict[str, tuple[float, int]]:
    """Manipulation → share of its known posts whose first answer is right, and how many they are."""
    counts: dict[str, tuple[int, int]] = {}
    for cell in result.cells:
        right, known = counts.get(cell.track, (0, 0))
        counts[cell.track] = right + cell.right, known + cell.known
    return {track: (right / known, known) for track, (right, known) in counts.items() if known}


def lines(rows: Sequence[Result]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The lines of a summary: what it is, and for each recogniser the value and what stands small beside it."""
    shown = [
        (label, [_figure(row.figures.get(name), counted=name in COUNTED) for row in rows])
        for name, label in LABELS.items()
    ]
    for name in DEPEND_ON_PRIOR:
        shown.append((f"{LABELS[name]}, {PRIOR:.0%} known", [_figure(row.at_prior.get(name)) for row in rows]))
    shown.append(("ms a post (p95)", [_milliseconds(row) for row in rows]))
    shown.append(("bytes an asset", [_bytes(row) for row in rows]))
    return [(label, cells) for label, cells in shown if any(value for value, _ in cells)]


def _summary(title: str, rows: Sequence[Result]) -> Table:
    first = rows[0]
    heading = f"{title}: {first.library} assets, {first.known} known and {first.novel} novel posts"
    table = Table(title=heading, title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for row in rows:
        table.add_column(row.recogniser, justify="right", overflow="fold")
    for label, cells in lines(rows):
        table.add_row(label, *(f"{value} [dim]{beside}[/dim]" if beside else value for value, beside in cells))
    return table


def _tracks(title: str, rows: Sequence[Result]) -> Table:
    table = Table(title=f"{title}: right file@1 by manipulation", title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("posts", justify="right")
    for row in rows:
        table.add_column(row.recogniser, justify="right", overflow="fold")
    shares = [right_by_track(row) for row in rows]
    for track, (_, count) in shares[0].items():
        table.add_row(track, str(count), *(f"{share[track][0]:.2f}" for share in shares))
    return table


def _figure(figure: Figure | None, *, counted: bool = False) -> tuple[str, str]:
    if figure is None:
        return "", ""
    posts = f", {figure.posts} posts" if counted else ""
    return _short(figure.value), f"{_short(figure.low)}–{_short(figure.high)}{posts}"


def _short(value: float) -> str:
    """Three digits; nearly all figures are shares, whose leading zero only costs room."""
    return f"{value:.3f}".removeprefix("0")


def _milliseconds(result: Result) -> tuple[str, str]:
    if "total" not in result.milliseconds:
        return "", ""
    median, tail = result.milliseconds["total"]
    return f"{median:.0f}", f"({tail:.0f})"


def _bytes(result: Result) -> tuple[str, str]:
    return ("" if result.bytes_per_asset is None else f"{result.bytes_per_asset:,.0f}", "")
