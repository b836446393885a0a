"""Answers on stdout, everything else on stderr; the same output options on every command."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from lineage.errors import LineageError, UsageError
from lineage.one_line import one_line

StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Folder of the index or URL of a Qdrant server; default: that of the settings."),
]
BackboneOption = Annotated[
    str | None,
    typer.Option("--backbone", help="lite, lite0, sscd, or kind:path of a file; default: that of the index."),
]
FalseKnownOption = Annotated[
    float | None,
    typer.Option(help="Share of novel posts that may be called known, 0.0001 to 0.5; else the calibration's."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")]

Advance = Callable[[int], None]


def escape_unwritable() -> None:
    """Write as escapes what a stream cannot encode: file names that are not UTF-8, anything on an ASCII terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(what: str) -> None:
    """One sentence on stderr."""
    print(f"lineage: {one_line(what)}", file=sys.stderr)


class Complaints(logging.Handler):
    """What the parts of lineage say while they work, as sentences on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        complain(record.getMessage())


def sentence(error: LineageError | OSError) -> str:
    """An error as one sentence for a person; one of the system names its file, if it has one."""
    if isinstance(error, OSError):  # a full disk, a folder that was removed in between …
        return ": ".join(filter(None, (error.filename and str(error.filename), error.strerror or str(error))))
    return str(error)


def counted(number: int, one: str, several: str = "") -> str:
    """`1 asset`, `2 assets`; `several` where an s does not do."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def some(names: Sequence[str], *, most: int = 3) -> str:
    """The first few of many, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def print_json(record: Mapping[str, object]) -> None:
    """One JSON line on stdout, at once, so that a pipe sees it as it is made."""
    unicode = sys.stdout.encoding.lower() == "utf-8"
    print(json.dumps(record, ensure_ascii=not unicode), flush=True)


def require_writable(folder: Path) -> None:
    """Make a folder where it is missing; `UsageError` where no file can be written into it."""
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
    return Console(highlight=False, soft_wrap=True, emoji=False)


def say(sentence: str) -> None:
    """One line of an answer, whatever the names in it hold."""
    answers().print(one_line(sentence), markup=False)


def errors() -> Console:
    """Console for what goes beside answers."""
    return Console(highlight=False, soft_wrap=True, emoji=False, stderr=True)


def on_terminal() -> bool:
    """Whether a person watches stderr."""
    return sys.stderr.isatty()


@contextmanager
def progress_bar(what: str, total: int | None) -> Iterator[Advance]:
    """A bar with rate and time left on stderr, silent where stderr is no terminal; yields what advances it."""
    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=errors(), disable=not on_terminal(), transient=True) as progress:
        task = progress.add_task(one_line(what), total=total)
        yield lambda done: progress.advance(task, done)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="dim")
