"""The progress bar: how far, how fast, how long still; and a way past it for answers that share its terminal."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lineage.cli.pace import Pace

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

Advance = Callable[[int], None]

PARTS = 1000  # of a bar that is told which share is done

_drawn: list[Progress] = []


@contextmanager
def bar(what: str, total: int | None, *, console: Console) -> Iterator[Advance]:
    """A bar on a terminal, silent elsewhere; yields what advances it.

    Args:
        what: is done
        total: to do; None: nobody knows
        console: that draws it
    """
    if not console.file.isatty():
        yield lambda _: None
        return
    from rich.progress import Progress

    from lineage.cli.bar_columns import columns

    pace = Pace()
    # Rich would print what goes to stdout on its own console, which is stderr.
    shown = Progress(
        *columns(pace, room=console.width - len(what)), console=console, transient=True, redirect_stdout=False
    )
    task = shown.add_task(what, total=total)

    def advance(done: int) -> None:
        pace.add(done)
        shown.advance(task, done)

    _drawn.append(shown)
    try:
        _draw(shown)
        yield advance
    finally:
        _lift(shown)
        _drawn.remove(shown)


def in_parts(advance: Advance) -> Callable[[float, float], None]:
    """What advances a bar of `PARTS` by the share of a training that is done, whatever its loss."""
    told = 0

    def report(done: float, _loss: float) -> None:
        nonlocal told
        advance(int(PARTS * done) - told)
        told = int(PARTS * done)

    return report


@contextmanager
def past_bar() -> Iterator[None]:
    """Lift the bar while an answer is written, if both share a terminal."""
    lifted = _drawn[-1:] if sys.stdout.isatty() else []
    for shown in lifted:
        _lift(shown)
    yield
    sys.stdout.flush()
    for shown in lifted:  # not after an error, which ends the command
        _draw(shown)


def _draw(shown: Progress) -> None:
    with _without_interrupts():
        shown.start()


def _lift(shown: Progress) -> None:
    with _without_interrupts():
        shown.stop()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C waits until this is over: Rich cannot take away a bar that is half drawn."""
    heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not heeded or threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in pressed[:1]:
            signal.raise_signal(number)
