"""`lineage` in a process of its own on a pseudo-terminal, and what a person then sees on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "lineage.cli")
_CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")


@dataclass(frozen=True)
class Seen:
    """How a command ended.

    Attributes:
        code: exit code
        raw: all that was sent to the terminal
        out: what went to stdout, where that was no terminal
    """

    code: int
    raw: str
    out: str = ""

    @property
    def lines(self) -> list[str]:
        """What stands on the screen in the end."""
        return screen(self.raw)


def watch(
    *arguments: str | Path, columns: int = 80, piped: bool = False, interrupt: Callable[[str], bool] | None = None
) -> Seen:
    """Run `lineage ARGUMENTS` with stderr, and stdout unless `piped`, on a terminal.

    Args:
        arguments: of the command
        columns: width of the terminal
        piped: whether stdout is a pipe
        interrupt: says of what was sent so far whether Ctrl-C is pressed now
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    for name in ("COLUMNS", "NO_COLOR", "CI"):
        environment.pop(name, None)
    out = subprocess.PIPE if piped else theirs
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=out,
        stderr=theirs,
        env=environment,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509, no threads run where this is called
    )
    os.close(theirs)
    sent = b""
    while part := _read(ours):
        sent += part
        if interrupt and interrupt(sent.decode(errors="replace")):
            process.send_signal(signal.SIGINT)
            interrupt = None
    os.close(ours)
    given, _ = process.communicate(timeout=60)
    return Seen(process.returncode, sent.decode(errors="replace"), (given or b"").decode())


def _heed_interrupts() -> None:
    """A shell that started the tests in the background has interrupts ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end was closed
        return b""


def screen(sent: str) -> list[str]:
    """The lines that a terminal shows once all of this was sent: text, line ends and the few orders that Rich gives."""
    lines, row, column = [""], 0, 0
    for order, text in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z]|\r|\n)|([^\x1b\r\n]+)", sent):
        if order == "\r":
            column = 0
        elif order == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif order:
            amount, what = _CONTROL.fullmatch(order).groups()  # type: ignore[union-attr]
            if what == "A":
                row = max(0, row - int(amount or 1))
            elif what == "K":
                lines[row] = "" if amount == "2" else lines[row][:column]
        else:
            line = lines[row].ljust(column)
            lines[row] = line[:column] + text + line[column + len(text) :]
            column += len(text)
    return [line.rstrip() for line in lines]
