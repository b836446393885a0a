"""Results as Markdown, in the form in which a README publishes them: every figure with its 95 % interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from eval.report.tables import shown_figure, shown_milliseconds
from eval.scores.results import PRIOR, Result
from lineage.machine.one_line import one_line

FIGURES = {
    "uap": "µAP",
    "recall@p90": "R@P90",
    "recall@p99": "R@P99",
    "right_file@1": "R1",
    "right_file@1_shown": "R1, if shown",
    "proposed": "among candidates",
    "named": "sources named",
    "known_right": "known, right",
    "known_right_shown": "known, right, if shown",
    "false_known": "known, false",
    "ece": "ECE",
    "region_iou": "region IoU",
}
AT_PRIOR = ("uap", "recall@p90", "recall@p99")
COMPARED = ("uap", "recall@p90", "right_file@1")
ABLATED = ("proposed", *COMPARED)


def markdown(results: Sequence[Result]) -> str:
    """For each suite a table of each recogniser that gives verdicts, a line a part, and one that compares all.

    Where parts of the product were left out, a table more with a line for each of them.
    """
    suites = groupby(results, key=lambda row: row.corpus.partition("/")[0])
    return "\n".join(line for suite, rows in suites for line in _suite(suite, list(rows)))


def _suite(suite: str, results: Sequence[Result]) -> Iterator[str]:
    yield f"## {one_line(suite)}: {results[0].posts}\n"
    ordered = sorted(results, key=lambda row: not row.part)  # the whole last, as sums stand
    rows_of = {name: [row for row in ordered if row.recogniser == name] for name in _names(results)}
    recognisers = {name: rows for name, rows in rows_of.items() if not rows[0].left_out}
    weighed = [f"{FIGURES[figure]}, {PRIOR:.0%} known" for figure in AT_PRIOR]
    heads = [*FIGURES.values(), *weighed, "ms a post, p50 (p95)"]
    for name, rows in recognisers.items():
        if any(row.verdicts for row in rows):
            yield from _table([name, *heads], [_line(row) for row in rows])
    if len(recognisers) > 1:
        yield from _comparison(recognisers, COMPARED)
    if any(row.left_out for row in ordered):
        yield from _comparison(rows_of, ABLATED)


def _comparison(recognisers: Mapping[str, Sequence[Result]], figures: Sequence[str]) -> Iterator[str]:
    parts = [_part(row) for row in next(iter(recognisers.values()))]
    lines = [[name, *(_compared(row, figures) for row in rows)] for name, rows in recognisers.items()]
    yield from _table([" · ".join(FIGURES[figure] for figure in figures), *parts], lines)


def _names(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(row.recogniser for row in results))


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns in which nobody has a value are left out."""
    filled = [n for n in range(len(heads)) if any(line[n] for line in lines)]
    for line in (heads, ["---"] * len(heads), *lines):
        yield f"| {' | '.join(cell(line[n]) for n in filled)} |"
    yield ""


def cell(text: str) -> str:
    """A name as a cell of a Markdown table."""
    return one_line(text).replace("|", r"\|")


def _line(row: Result) -> list[str]:
    plain = [_with_interval(*shown_figure(name, row.figures)) for name in FIGURES]
    weighed = [_with_interval(*shown_figure(name, row.at_prior)) for name in AT_PRIOR]
    return [_part(row), *plain, *weighed, " ".join(shown_milliseconds(row, "total"))]


def _part(row: Result) -> str:
    return row.head if row.scaled else f"{row.part or 'all'} ({row.known + row.novel:,} posts)"


def _compared(row: Result, names: Sequence[str]) -> str:
    if not row.known:
        return ""
    values, intervals = zip(*(shown_figure(name, row.figures) for name in names), strict=True)
    return f"{' · '.join(values)}<br><sub>{' · '.join(intervals)}</sub>"


def _with_interval(value: str, interval: str) -> str:
    return f"{value} ({interval})" if value else ""
