"""Results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.markup import escape as escape_markup
from rich.table import Table

from eval.corpora.corpus import TIMED
from eval.scores.judged import SOMETHING
from eval.scores.metrics import DEPEND_ON_PRIOR, Figure
from eval.scores.results import PRIOR, Result, side_by_side
from lineage.machine.one_line import one_line

LABELS = {
    "uap": "µAP",
    "recall@p90": "recall@p90",
    "recall@p99": "recall@p99",
    "right_file@1": "right file@1",
    "right_file@1_shown": "right file@1, if shown",
    "proposed": "among candidates",
    "named": "sources named",
    "auroc": "AUROC",
    "known_right": "known, right",
    "known_right_shown": "known, right, if shown",
    "false_known": "known, false",
    "ece": "calibration error",
    "region_iou": "region IoU",
}
MEANINGS = {
    "uap": "how well right claims rank above wrong ones, all posts in one list; 1 is best",
    "recall@p90": "share of the known posts that are found while 90 % of the claims are right",
    "recall@p99": "share of the known posts that are found while 99 % of the claims are right",
    "right_file@1": "share of the known posts whose first answer is the right file",
    "right_file@1_shown": f"the same of posts that still show {SOMETHING:.0%} of their source's structure",
    "proposed": "share of the known posts whose file the search found, before anything was verified",
    "named": "share of the sources of posts with several that the answer names",
    "auroc": "how often a known post scores above a novel one; 0.5 is chance",
    "known_right": "share of the known posts that are called known, with the right file",
    "known_right_shown": f"the same of posts that still show {SOMETHING:.0%} of their source's structure",
    "false_known": "share of the novel posts that are called known; lower is better",
    "ece": "how far probabilities lie from how often they come true; lower is better",
    "region_iou": "how well the region found covers the true one; 1 is best",
}
"""Each figure in words."""
POSTS = "known posts were made from a picture of the library, novel ones were not"
ABLATED = ("proposed", "uap", "recall@p90", "right_file@1", "named", "known_right", "false_known")
COUNTED = (
    "ece",
    "region_iou",
    "named",
    "right_file@1_shown",
    "known_right_shown",
)  # computed from fewer posts than the heading says


def escape(text: str) -> str:
    """A name as a cell or a heading of one line, instead of taking it for markup; consoles leave emoji codes alone."""
    return escape_markup(one_line(text))


def summary_tables(results: Sequence[Result]) -> list[Table]:
    """One table a corpus: a row a figure with its 95 % interval, a column a recogniser, or of `scale` a library."""
    return [_summary(title, rows) for title, rows in side_by_side(_whole(results))]


def meanings(results: Sequence[Result]) -> dict[str, str]:
    """What the figures of these results mean, by the label that they have in the tables."""
    meant = {LABELS[name]: MEANINGS[name] for name in LABELS if any(name in row.figures for row in results)}
    if any(row.at_prior for row in results):
        meant[f"…, {PRIOR:.0%} known"] = f"the same if {PRIOR:.0%} of the posts were made from the library"
    if any(row.milliseconds for row in results):
        meant["ms a post (p95)"] = "milliseconds that half of the posts take at most, and 95 of 100"
    return meant


def legend(results: Sequence[Result]) -> str:
    """The same as lines below the tables."""
    meant = meanings(results)
    width = max(map(len, meant), default=0)
    told = [f"{label:<{width}}  {meaning}" for label, meaning in meant.items()]
    return "\n".join([f"{POSTS}; beside a figure its 95 % interval", *told]) if told else ""


def track_tables(results: Sequence[Result]) -> list[Table]:
    """Likewise a row a manipulation: share of its posts whose first answer is right."""
    return [
        _tracks(title, rows)
        for title, rows in side_by_side(_whole(results))
        if rows[0].known and rows[0].corpus != TIMED
    ]


def ablation_tables(results: Sequence[Result]) -> list[Table]:
    """One table a corpus in which parts of the product were left out: a row a part, a column a figure."""
    return [_ablation(title, rows) for title, rows in side_by_side(results) if any(row.left_out for row in rows)]


def right_by_track(result: Result) -> dict[str, tuple[float, int]]:
    """Manipulation → share of its known posts whose first answer is right, and how many they are."""
    counts: dict[str, tuple[int, int]] = {}
    for cell in result.cells:
        right, known = counts.get(cell.track, (0, 0))
        counts[cell.track] = right + cell.right, known + cell.known
    return {track: (right / known, known) for track, (right, known) in counts.items() if known}


def lines(rows: Sequence[Result]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The lines of a summary: what it is, and for each recogniser the value and what stands small beside it.

    Of the suite `speed` each stage is a line.
    """
    shown = [(label, [shown_figure(name, row.figures) for row in rows]) for name, label in LABELS.items()]
    for name in DEPEND_ON_PRIOR:
        shown.append((f"{LABELS[name]}, {PRIOR:.0%} known", [shown_figure(name, row.at_prior) for row in rows]))
    shown.append(("ms a post (p95)", [shown_milliseconds(row, "total") for row in rows]))
    if rows[0].corpus == TIMED:
        stages = dict.fromkeys(stage for row in rows for stage in row.milliseconds if stage != "total")
        shown += [(f"  {stage}", [shown_milliseconds(row, stage) for row in rows]) for stage in stages]
    shown.append(("bytes an asset", [_bytes(row) for row in rows]))
    return [(label, cells) for label, cells in shown if any(value for value, _ in cells)]


def _summary(title: str, rows: Sequence[Result]) -> Table:
    table = Table(title=escape(f"{title}: {rows[0].posts}"), title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for row in rows:
        table.add_column(escape(row.head), justify="right", overflow="fold")
    for label, cells in lines(rows):
        table.add_row(label, *(f"{value} [dim]{beside}[/dim]" if beside else value for value, beside in cells))
    return table


def _ablation(title: str, rows: Sequence[Result]) -> Table:
    table = Table(title=escape(f"{title}: one part left out"), title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    shown = [name for name in ABLATED if any(name in row.figures for row in rows)]
    for name in (*(LABELS[name] for name in shown), "ms"):
        table.add_column(name, justify="right")
    for row in rows:
        values = [shown_figure(name, row.figures)[0] for name in shown]
        table.add_row(escape(row.recogniser), *values, shown_milliseconds(row, "total")[0])
    return table


def _whole(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if not result.left_out]


def _tracks(title: str, rows: Sequence[Result]) -> Table:
    heading = f"{title}: right file@1 by manipulation"
    table = Table(title=escape(heading), title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("posts", justify="right")
    for row in rows:
        table.add_column(escape(row.head), justify="right", overflow="fold")
    shares = [right_by_track(row) for row in rows]
    for track, (_, count) in shares[0].items():
        table.add_row(escape(track), str(count), *(f"{share[track][0]:.2f}" for share in shares))
    return table


def shown_figure(name: str, figures: Mapping[str, Figure]) -> tuple[str, str]:
    """Value, and its interval to stand small beside it; empty where there is no such figure."""
    if name not in figures:
        return "", ""
    figure = figures[name]
    posts = f", n {figure.posts:,}" if name in COUNTED else ""
    return _short(figure.value), f"{_short(figure.low)}–{_short(figure.high)}{posts}"


def shown_milliseconds(result: Result, stage: str) -> tuple[str, str]:
    """Median and, in brackets, 95th percentile of a stage or of the `total`."""
    if stage not in result.milliseconds:
        return "", ""
    median, tail = result.milliseconds[stage]
    return f"{median:.0f}", f"({tail:.0f})"


def _short(value: float) -> str:
    """Three digits; nearly all figures are shares, whose leading zero only costs room."""
    return f"{value:.3f}".removeprefix("0")


def _bytes(result: Result) -> tuple[str, str]:
    return ("" if result.bytes_per_asset is None else f"{result.bytes_per_asset:,.0f}", "")
