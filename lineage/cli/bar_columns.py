"""What a progress bar shows: what is done, the bar, how far, how fast, how long still."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
from rich.text import Text

from lineage.cli.pace import Pace

_BESIDE = 36  # columns of a terminal that what stands beside the bar needs
_LONGEST = 40  # columns


def columns(pace: Pace, *, room: int) -> Sequence[ProgressColumn]:
    """Left to right.

    Args:
        pace: tells rate and time left
        room: columns of the terminal that are left beside the description
    """
    return (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=max(4, min(_LONGEST, room - _BESIDE))),
        MofNCompleteColumn(),
        _Rate(pace),
        _Left(pace),
    )


class _Rate(ProgressColumn):
    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def render(self, task: Task) -> Text:
        return Text(f"{rate:.1f}/s" if (rate := self._pace.rate) else "", style="dim")


class _Left(ProgressColumn):
    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def render(self, task: Task) -> Text:
        rate = self._pace.rate
        if rate is None or task.remaining is None:
            return Text("")
        return Text(f"{timedelta(seconds=round(task.remaining / rate))} left", style="dim")
