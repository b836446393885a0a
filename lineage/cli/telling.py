"""Answers, told one by one to whoever asked: in words on a terminal, or as lines for a program."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from lineage.cli.forms import AnswerForm, CsvRows, JsonLines, Run
from lineage.cli.output import tell, write
from lineage.errors import ImageError
from lineage.records import Report
from lineage.tell.report import as_text


class Tell(Protocol):
    """Takes answers in the order of the posts."""

    def answer(self, report: Report, evidence: Path | None) -> None:
        """A post was answered, and perhaps a picture of its evidence drawn."""
        ...

    def failure(self, error: ImageError) -> None:
        """A post could not be read."""
        ...


class PostLines:
    """A few lines a post on stdout, for a person; what failed has been said on stderr."""

    def answer(self, report: Report, evidence: Path | None) -> None:
        """See `Tell`."""
        tell(as_text(report, evidence=evidence))

    def failure(self, error: ImageError) -> None:
        """See `Tell`."""


class AnswerLines:
    """Lines for a program; every post has one at least, so that it sees which one has no answer."""

    def __init__(self, form: AnswerForm, run: Run, write: Callable[[str], None]) -> None:
        self._form = form
        self._run = run
        self._write = write

    def answer(self, report: Report, evidence: Path | None) -> None:
        """See `Tell`."""
        self._write(self._form.answer(report, evidence, self._run))

    def failure(self, error: ImageError) -> None:
        """See `Tell`."""
        self._write(self._form.failure(error, self._run))


def to_stdout(run: Run, *, as_csv: bool) -> AnswerLines:
    """Lines on stdout, CSV with its head or else JSON."""
    form = CsvRows() if as_csv else JsonLines(unicode=sys.stdout.encoding.lower() == "utf-8")
    write(form.head)
    return AnswerLines(form, run, write)
