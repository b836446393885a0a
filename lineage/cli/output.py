"""Answers on stdout, everything else on stderr; the same output options on every command."""

from __future__ import annotations

import csv
import errno
import io
import logging
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.bar import Advance, bar, past_bar
from lineage.errors import LineageError, UsageError
from lineage.machine.cells import cells, json_line
from lineage.machine.one_line import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        "-s",
        metavar="PLACE",
        help="Folder of the index, or URL of a Qdrant server; else LINEAGE_STORE, lineage.toml, or one in your home "
        "folder.",
        show_default=False,
    ),
]
_ROOM = "make room, or name another place; the same command goes on"
BACKBONES = "lite, lite0, sscd, or a file of your own (`lineage backbone list`)"
BackboneOption = Annotated[
    str | None,
    typer.Option(
        "--backbone",
        "-b",
        metavar="NAME",
        help=f"Network that describes pictures: {BACKBONES}; else that of the index, or lite.",
        show_default=False,
    ),
]
OwnBackboneOption = Annotated[
    str | None,
    typer.Option(
        "--backbone",
        "-b",
        metavar="NAME",
        help=f"Network that describes pictures: {BACKBONES}; else that of the settings, or lite.",
        show_default=False,
    ),
]
"""Where no index has one."""
FalseKnownOption = Annotated[
    float | None,
    typer.Option(
        help="Share of novel posts that may be called known, 0.0001 to 0.5; else what the decision was fitted for."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", "-j", help="Answer in JSON, a line for each answer.")]

REFUSED_EXIT_CODE = 5
"""All was read and measured, and a check says no: the new backbone finds less, a figure fell."""


def escape_unwritable() -> None:
    """Write as escapes what a stream cannot encode: file names that are not UTF-8, anything on an ASCII terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(what: str) -> None:
    """One sentence on stderr."""
    _beside(f"lineage: {what}")


def remark(what: str) -> None:
    """One line on stderr that is no complaint: what a run came to."""
    _beside(what)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """A training of which an interrupt leaves nothing: who interrupts it is told, and how to end one early instead."""
    try:
        yield
    except KeyboardInterrupt:
        complain("nothing of this training is kept; --minutes ends one early and keeps what it has learned")
        raise


def _beside(line: str) -> None:
    line = one_line(line)
    if on_terminal():
        from rich.text import Text

        from lineage.cli.lines import break_lines

        line = break_lines(Text(line), errors().width).plain
    print(line, file=sys.stderr)


class Complaints(logging.Handler):
    """What the parts of lineage say while they work, as sentences on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        complain(record.getMessage())


def sentence(error: LineageError | OSError) -> str:
    """An error as one sentence for a person; one of the system names its file, if it has one."""
    if not isinstance(error, OSError):
        return str(error)
    told = ": ".join(filter(None, (error.filename and str(error.filename), error.strerror or str(error))))
    return f"{told}; {_ROOM}" if error.errno in (errno.ENOSPC, errno.EDQUOT) else told


def in_number(number: int, one: str, several: str = "") -> str:
    """`1 asset`, `2 assets`; `several` where an s does not do."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def some(names: Sequence[str], *, most: int = 3) -> str:
    """The first few of many, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def print_json(record: Mapping[str, object]) -> None:
    """One JSON line on stdout, at once, so that a pipe sees it as it is made."""
    unicode = sys.stdout.encoding.lower() == "utf-8"
    write(json_line(record, unicode=unicode))


def print_row(values: Iterable[object]) -> None:
    """One CSV row on stdout, at once."""
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(cells(values))
    write(row.getvalue())


def write(text: str) -> None:
    """Text on stdout as it is, at once."""
    with past_bar():
        sys.stdout.write(text)


def require_writable(folder: Path) -> None:
    """Make a folder where it is missing; `UsageError` where no file can be written into it."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: no such folder can be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{folder}: no permission to write into this folder")


def require_file(file: Path, *, suffixes: Collection[str] = ()) -> None:
    """Refuse, before the work, a file to be written that could not be: a folder, or another kind than one of these.

    Raises:
        UsageError: nothing of that name can be written
    """
    if file.is_dir():
        raise UsageError(f"{file}: is a folder; name the file to write")
    if suffixes and file.suffix.lower() not in suffixes:
        raise UsageError(f"{file}: must end with one of {', '.join(sorted(suffixes))}")
    require_writable(file.absolute().parent)


def answers() -> Console:
    """Console for answers; plain text where stdout is no terminal."""
    from lineage.cli.lines import BreakingConsole

    return BreakingConsole(highlight=False, soft_wrap=True, emoji=False)


def width_of_answers() -> int | None:
    """Columns of the terminal that answers go to; None where they go elsewhere."""
    out = answers()
    return out.width if out.file.isatty() else None


def say(sentence: str) -> None:
    """One line of an answer, whatever the names in it hold."""
    from rich.text import Text

    tell(Text(one_line(sentence)))


def tell(text: Text) -> None:
    """Lines of an answer on stdout, in colours where it is a terminal."""
    with past_bar():
        answers().print(text)


def errors() -> Console:
    """Console for what goes beside answers."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, emoji=False, stderr=True)


def on_terminal() -> bool:
    """Whether a person watches stderr."""
    return sys.stderr.isatty()


def progress_bar(what: str, total: int | None) -> AbstractContextManager[Advance]:
    """A bar with rate and time left on stderr, silent where stderr is no terminal; yields what advances it."""
    return bar(one_line(what), total, console=errors())
