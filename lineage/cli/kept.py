"""A file of answers: a run that was broken off goes on with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from lineage.cli.output import require_file
from lineage.errors import UsageError
from lineage.machine.cells import kept

if TYPE_CHECKING:
    from lineage.cli.forms import AnswerForm, Told

CSV, JSON = (".csv",), (".json", ".jsonl", ".ndjson")


def wants_csv(output: Path, *, as_json: bool, as_csv: bool) -> bool:
    """Whether a file of answers is to hold CSV rather than JSON lines, by what was asked or else by its name.

    Raises:
        UsageError: neither says it, or nothing can be written there
    """
    require_file(output)
    suffix = output.suffix.lower()
    if not as_json and not as_csv and suffix not in CSV + JSON:
        raise UsageError(f"--output {output}: end its name with .jsonl or .csv, or say --json or --csv")
    return as_csv or (suffix in CSV and not as_json)


class AnswersFile:
    """Answers in a file, each kept as soon as it is written.

    Attributes:
        before: answers that were there before, by the name of the post as `key` has it
    """

    def __init__(self, file: BinaryIO, before: Mapping[str, Told]) -> None:
        self._file = file
        self.before = before

    def write(self, text: str) -> None:
        """Add the lines of one post at once."""
        self._file.write(text.encode("utf-8", "backslashreplace"))
        self._file.flush()


def key(query: str) -> str:
    """The name of a post as a file can hold it: control characters, and what is not UTF-8, are written with escapes."""
    return kept(query).encode("utf-8", "backslashreplace").decode("utf-8")


@contextmanager
def keep(output: Path, form: AnswerForm, versions: Mapping[str, str]) -> Iterator[AnswersFile]:
    """Open a file of answers to go on with it; what is left of an answer that was torn off is cut off.

    Args:
        output: the file; made where it is missing
        form: of its answers
        versions: of the engine that goes on

    Raises:
        UsageError: it holds something else, or answers of another index, backbone or calibration
    """
    before, end = _begun(output, form, versions) if output.exists() else ({}, 0)
    with output.open("ab") as file:
        file.truncate(end)
        answers = AnswersFile(file, before)
        if not end:
            answers.write(form.head)
        yield answers


def _begun(output: Path, form: AnswerForm, versions: Mapping[str, str]) -> tuple[dict[str, Told], int]:
    """Answers by post, and the length of what is whole."""
    before, end = dict[str, "Told"](), 0
    with output.open("rb") as file:
        try:
            _require_opening(file.read(len(form.opening)), form.opening.encode())
            file.seek(0)
            for told in form.read(file):
                _require_same(output, told.versions, versions)
                before[key(told.query)], end = told, told.end
        except ValueError as error:
            raise UsageError(
                f"{output}: holds something else than answers in this form, so nothing was added; name another file"
            ) from error
    return before, end


def _require_opening(found: bytes, wanted: bytes) -> None:
    if not wanted.startswith(found):  # a shorter one was torn off
        raise ValueError("another opening")


def _require_same(output: Path, begun: Mapping[str, str], now: Mapping[str, str]) -> None:
    for name, version in begun.items():
        if version != now[name]:
            raise UsageError(
                f"{output}: was begun with {name} {version}, and {now[name]} would go on; name another file"
            )
