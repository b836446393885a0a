"""Answers of `lineage query --json` and labels, joined with the posts that they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from lineage.errors import UsageError
from lineage.insight.exposure.answers import UNREADABLE, Answer, Owner, Showing
from lineage.insight.exposure.given import Record
from lineage.insight.exposure.posts import Post
from lineage.read.tables import read_rows

Labels = Mapping[str, Mapping[str, float]]
"""By the path of the picture: the labels given to it, with their probabilities."""

_NO_VARIANT = frozenset({"scaled"})  # every channel does it


def read_owners(file: Path) -> dict[str, Owner]:
    """Campaign and brand by asset, from a CSV with the columns asset and campaign or brand.

    Raises:
        UsageError: the file or the column asset is missing
    """
    rows = read_rows(file, needed=("asset",))
    return {row["asset"]: Owner(row.get("campaign", ""), row.get("brand", "")) for row in rows}


def join(posts: Sequence[Post], records: Mapping[str, Record], labels: Labels) -> list[Answer]:
    """Posts with their answers and labels; a post whose picture could not be read has neither.

    Answers are found by the path of the picture, else by its file name: the folder may have moved since.

    Raises:
        UsageError: a post has no answer, or has only its file name in common with several, or shares it with a post
    """
    by_name = {Path(query).name: record for query, record in records.items()}
    uses = Counter(file.name for file in {post.file for post in posts})
    queries = Counter(Path(query).name for query in records)
    shared = {name for name in by_name if uses[name] > 1 or queries[name] > 1}
    return [_answer(post, _found(post, records, by_name, shared), labels) for post in posts]


def _found(post: Post, records: Mapping[str, Record], by_name: Mapping[str, Record], shared: Collection[str]) -> Record:
    if str(post.file) in records:
        return records[str(post.file)]
    if post.file.name in shared:
        raise UsageError(
            f"{post.name}: several posts or answers are called {post.file.name} and none has this path; "
            "ask again with: lineage query --json"
        )
    record = by_name.get(post.file.name)
    if record is None:
        raise UsageError(f"{post.name}: there is no answer for this post; ask again with: lineage query --json")
    return record


def _answer(post: Post, record: Record, labels: Labels) -> Answer:
    showings = tuple(
        Showing(post, match["asset"], _probability(record, match), _edits(match)) for match in record["matches"]
    )
    return Answer(post, record["verdict"] or UNREADABLE, showings, labels.get(str(post.file), {}))


def _edits(match: Record) -> tuple[str, ...]:
    return tuple(sorted({edit["kind"] for edit in match["edits"]} - _NO_VARIANT))


def _probability(record: Record, match: Record) -> float:
    """As it is told; where the verdict rests on no probability (equal bytes, a person's word) what is claimed is."""
    if record["probability"] is None or match["probability"] is None:
        return float(match["claimed"])
    return float(match["probability"])
