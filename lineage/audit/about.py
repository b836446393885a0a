"""What a log says of one post: answers about it, and what people decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineage.audit.chain import LogLine
from lineage.audit.said import ANSWER, DECISION
from lineage.describe.same_picture import same_post
from lineage.records import Hashes


class AboutPost:
    """Gathers the records about a post while a log is read. A post that was saved again is the same, as everywhere.

    Args:
        sha256: of its file, 64 hex digits; empty: there is none
        hashes: of the post

    Attributes:
        found: the records, in their order
    """

    def __init__(self, sha256: str, hashes: Hashes) -> None:
        self.found: list[LogLine] = []
        self._sha256 = sha256
        self._hashes = hashes
        self._decisions: set[str] = set()

    def see(self, line: LogLine) -> None:
        """A record was read."""
        record = line.record
        if record["kind"] == ANSWER and self._answers(record["post"]):
            self.found.append(line)
        if record["kind"] == DECISION and self._decides(record["note"]):
            self.found.append(line)

    def _answers(self, post: Mapping[str, Any]) -> bool:
        return bool(self._sha256 and post["sha256"] == self._sha256) or self._shows(post["hashes"])

    def _decides(self, note: Mapping[str, Any]) -> bool:
        if note["what"] == "undo":
            return note["undoes"] in self._decisions
        if decides := note["what"] != "ignore" and self._shows(note["hashes"]):
            self._decisions.add(note["id"])
        return decides

    def _shows(self, hashes: Mapping[str, Any] | None) -> bool:
        return hashes is not None and same_post(Hashes(**hashes), self._hashes)
