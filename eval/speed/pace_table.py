"""A pace as a table for a terminal, and as the one that is published."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from eval.report.markdown import cell
from eval.report.tables import escape
from eval.speed.pace import Milliseconds, Pace

WAITING = "waiting"


def pace_table(pace: Pace) -> Table:
    """A line a figure."""
    table = Table(title="speed of this machine", title_justify="left", box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    for name, value in lines(pace):
        table.add_row(escape(name), escape(value))
    return table


def markdown(pace: Pace) -> str:
    """The same lines."""
    return "\n".join(("| | |", "|---|---|", *(f"| {cell(name)} | {value} |" for name, value in lines(pace)), ""))


def lines(pace: Pace) -> Iterator[tuple[str, str]]:
    """What was measured, and how much it was."""
    yield f"index, {pace.pictures:,} pictures", f"{pace.rate:.1f}/s"
    for part, stages in pace.seconds.items():
        for stage, seconds in stages.items():
            if stage != WAITING:
                yield f"  {part}: {stage}", f"{1000 * seconds / max(pace.pictures, 1):.1f} ms a picture"
        yield f"  {part}: {WAITING}", f"{stages[WAITING] / max(sum(stages.values()), 1e-9):.0%} of the time"
    if pace.memory:
        yield "  memory", f"{pace.memory / 1e6:,.0f} MB"
    for name, rate in pace.alone.items():
        yield f"{name} alone, embedding only", f"{rate:.1f}/s"
    yield "lineage --help", f"{pace.help:.2f} s"
    yield "start of lineage query", f"{pace.start:.2f} s"
    yield "a post, p50 (p95)", _milliseconds(pace.posts)
    yield "a plain re-upload, p50 (p95)", _milliseconds(pace.reuploads)


def _milliseconds(times: Milliseconds) -> str:
    return f"{times.p50:.0f} ({times.p95:.0f}) ms"
