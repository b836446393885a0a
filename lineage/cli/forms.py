"""The forms in which programs get answers, JSON lines and CSV: how a post is written, and read back to go on."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lineage.errors import ImageError
from lineage.machine.cells import cells, json_line, read_cell
from lineage.records import JSON_SCHEMA
from lineage.tell import rows as table

if TYPE_CHECKING:
    from lineage.records import Report

FIXED = ("index", "backbone", "calibration")
"""The versions that all answers of one file share."""


@dataclass(frozen=True, slots=True)
class Told:
    """A post that a file of answers holds.

    Attributes:
        query: as given
        verdict: known, review, novel or failed
        error: why it failed; else empty
        versions: of `FIXED`
        end: offset behind its last byte
    """

    query: str
    verdict: str
    error: str
    versions: Mapping[str, str]
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command; every answer names it, and when it was given.

    Attributes:
        versions: of the engine
        id: random UUID
    """

    versions: Mapping[str, str]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def about(self) -> dict[str, str]:
        """Run and time of an answer that is given now, UTC, ISO 8601."""
        return {"run": self.id, "time": datetime.now(UTC).isoformat(timespec="seconds")}


class AnswerForm(Protocol):
    """How answers are written as text and read from bytes."""

    head: str
    opening: str
    """What every file of answers begins with, at this version of its form."""

    def answer(self, report: Report, evidence: Path | None, run: Run) -> str:
        """A post as whole lines."""
        ...

    def failure(self, error: ImageError, run: Run) -> str:
        """A post that could not be read, as whole lines."""
        ...

    def read(self, written: Iterable[bytes]) -> Iterator[Told]:
        """The posts of a file, given by its lines, that are written completely; `ValueError` where it is another."""
        ...


class JsonLines:
    """One JSON object a line; `unicode`: whether what takes them can write all letters."""

    head = ""
    opening = f'{{"schema": {JSON_SCHEMA}, "query": '

    def __init__(self, *, unicode: bool = True) -> None:
        self._unicode = unicode

    def answer(self, report: Report, evidence: Path | None, run: Run) -> str:
        """See `AnswerForm`."""
        return self._line(report.as_json() | run.about() | ({"evidence": str(evidence)} if evidence else {}))

    def failure(self, error: ImageError, run: Run) -> str:
        """See `AnswerForm`."""
        failed: dict[str, object] = {"query": error.name, "verdict": None, "error": error.reason, "matches": []}
        return self._line({"schema": JSON_SCHEMA, **failed, "versions": dict(run.versions), **run.about()})

    def _line(self, record: Mapping[str, object]) -> str:
        return json_line(record, unicode=self._unicode)

    def read(self, written: Iterable[bytes]) -> Iterator[Told]:
        """See `AnswerForm`."""
        end = 0
        for line in written:
            if not line.endswith(b"\n"):
                return
            try:
                record: Any = json.loads(line)
                end += len(line)
                versions = {name: str(record["versions"][name]) for name in FIXED}
                verdict = record["verdict"] or table.FAILED
                yield Told(str(record["query"]), verdict, str(record.get("error") or ""), versions, end)
            except (KeyError, TypeError, RecursionError) as error:
                raise ValueError(f"no {error}") from error


class CsvRows:
    """A head, and one row for each source of a post, or one that says that there is none."""

    head = opening = ",".join(table.COLUMNS) + "\n"

    def answer(self, report: Report, evidence: Path | None, run: Run) -> str:
        """See `AnswerForm`."""
        return _written(table.rows(report, evidence=evidence, about=run.about()))

    def failure(self, error: ImageError, run: Run) -> str:
        """See `AnswerForm`."""
        return _written([table.failure_row(error, versions=run.versions, about=run.about())])

    def read(self, written: Iterable[bytes]) -> Iterator[Told]:
        """See `AnswerForm`."""
        for row, end in _rows(written):
            # The rows of a post are numbered; one whose last is missing was torn off.
            if (row["claim"] or "0") == row["claims"]:
                yield Told(row["query"], row["verdict"], row["error"], {name: row[name] for name in FIXED}, end)


def _written(found: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cells(row[name] for name in table.COLUMNS) for row in found)
    return text.getvalue()


def _rows(written: Iterable[bytes]) -> Iterator[tuple[dict[str, str], int]]:
    """Whole rows and the offset behind each; a name may break lines, so that a row ends where all quotes are closed."""
    end, row = 0, b""
    for line in written:
        row += line
        if row.count(b'"') % 2 or not line.endswith(b"\n"):
            continue
        end += len(row)
        try:
            (read,) = csv.reader(io.StringIO(row.decode(), newline=""))
        except csv.Error as error:
            raise ValueError(f"no row of CSV ({error})") from error
        if end > len(row):  # behind the head
            yield dict(zip(table.COLUMNS, map(read_cell, read), strict=True)), end
        row = b""
