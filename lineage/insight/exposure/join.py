"""Answers of `lineage query --json` and labels, joined with the posts that they are about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lineage.errors import UsageError
from lineage.insight.exposure.answers import Answer, Owner, Showing
from lineage.insight.exposure.posts import Post
from lineage.insight.tables import read_rows, require_columns

Record = Mapping[str, Any]
"""One answer, as `lineage query --json` prints it."""
Labels = Mapping[str, Mapping[str, float]]
"""By the path of the picture: the labels given to it, with their probabilities."""

_KINDS = (
    ("shows", "cropped"),
    ("rotated", "rotated"),
    ("in perspective", "in perspective"),
    ("stretched", "stretched"),
    ("covered", "covered"),
    ("fills", "placed"),
    ("scaled", ""),
)
"""Words of an edit's label → kind of edit; scaling is no variant, every channel does it."""


def read_answers(file: Path) -> dict[str, Record]:
    """Answers by the path of the post, from a file of JSON lines.

    Raises:
        UsageError: the file cannot be read or is not what `lineage query --json` prints
    """
    try:
        records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return {str(record["query"]): record for record in records}
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file}: not answers of: lineage query POSTS --json") from error


def read_owners(file: Path) -> dict[str, Owner]:
    """Campaign and brand by asset, from a CSV with the columns asset and campaign or brand.

    Raises:
        UsageError: the file or the column asset is missing
    """
    rows = read_rows(file)
    require_columns(file, rows, ["asset"])
    return {row["asset"]: Owner(row.get("campaign", ""), row.get("brand", "")) for row in rows}


def join(posts: Sequence[Post], records: Mapping[str, Record], labels: Labels) -> list[Answer]:
    """Posts with their answers and labels; a post whose picture could not be read has neither.

    Answers are found by the path of the picture, else by its file name: the folder may have moved since.

    Raises:
        UsageError: a post has no answer
    """
    by_name = {Path(query).name: record for query, record in records.items()}
    return [_answer(post, _found(post, records, by_name), labels) for post in posts]


def edit_kind(label: str) -> str:
    """`shows 38 % of the asset` → `cropped`; what needs no such word, such as `mirrored`, stays as it is."""
    return next((kind for words, kind in _KINDS if words in label), label)


def _found(post: Post, records: Mapping[str, Record], by_name: Mapping[str, Record]) -> Record:
    record = records.get(str(post.file)) or by_name.get(post.file.name)
    if record is None:
        raise UsageError(f"{post.name}: there is no answer for this post; ask again with: lineage query --json")
    return record


def _answer(post: Post, record: Record, labels: Labels) -> Answer:
    showings = tuple(
        Showing(post, match["asset"], float(match["probability"]), _edits(match)) for match in record["matches"]
    )
    return Answer(post, record["verdict"] or "unreadable", showings, labels.get(str(post.file), {}))


def _edits(match: Record) -> tuple[str, ...]:
    return tuple(sorted({edit_kind(edit["label"]) for edit in match["edits"]} - {""}))
