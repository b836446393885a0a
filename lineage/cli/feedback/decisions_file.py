"""Many decisions at once, from a file: a CSV with columns post and asset, or what `lineage query` wrote."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.cli.pictures import STDIN
from lineage.errors import UsageError

_POST, _ASSET = ("post", "query"), "asset"
_DELIMITERS = ",;\t"  # of what spreadsheets write


@dataclass(frozen=True, slots=True)
class NamedPair:
    """A post and an asset, as a line names them.

    Attributes:
        line: its number in the file, from 1
        post: path or address
        asset: path as shown by query, or id
        wrong: why the line names no such pair; empty: it does
    """

    line: int
    post: str = ""
    asset: str = ""
    wrong: str = ""


def read_pairs(file: str) -> list[NamedPair]:
    """Every pair that a file names, `-` for stdin.

    Of what `lineage query` wrote these are the assets that it claims for a known post, and the one that it proposes for
    a post to be reviewed. Its other lines say nothing here: a novel post, one that could not be read.

    Raises:
        UsageError: the file cannot be read, is of no such form, or names no pair
    """
    text = _text(file)
    pairs = [*(_from_json(text) if text.lstrip().startswith("{") else _from_table(text, file))]
    if not pairs:
        raise UsageError(f"{file}: names no post with an asset; nothing was done")
    return pairs


def _text(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: is not UTF-8 text; save it as CSV in UTF-8") from error


def _from_table(text: str, file: str) -> Iterator[NamedPair]:
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=head.count))
    try:
        names = rows.fieldnames or ()
        post = next((name for name in _POST if name in names), "")
        if not post or _ASSET not in names:
            raise UsageError(f"{file}: its first line must name the columns post and asset")
        for row in rows:
            asset = row[_ASSET] or _proposed(row)
            if row[post] and asset:
                yield NamedPair(rows.line_num, row[post], asset)
            elif "verdict" not in names:  # a row of lineage query may well have no asset
                yield NamedPair(rows.line_num, wrong="names no post" if asset else "names no asset")
    except csv.Error as error:
        raise UsageError(f"{file}, line {rows.reader.line_num}: is no row of CSV ({error})") from error


def _proposed(row: Mapping[str, str | None]) -> str:
    """What a row of `lineage query --csv` proposes to a person, who was asked."""
    return (row.get("nearest") or "") if row.get("verdict") == "review" else ""


def _from_json(text: str) -> Iterator[NamedPair]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            answer = json.loads(line)
            post = _name(answer.get("post") or answer["query"])
            yield from [NamedPair(number, post, _name(asset)) for asset in _assets(answer)]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield NamedPair(number, wrong="is no line of lineage query --json")


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _assets(answer: Mapping[str, Any]) -> list[object]:
    if "asset" in answer:
        return [answer["asset"]]
    matches = answer["matches"]
    claimed = [match["id"] for match in matches if match["claimed"]]
    return claimed or [match["id"] for match in matches[:1] if answer["verdict"] == "review"]
