"""Answers as a service tells them: those of the command line, with where their pictures are."""

from __future__ import annotations

from typing import Any

from lineage.web.recent import Answered
from lineage.web.service import Service


def answer_json(service: Service, answered: Answered) -> dict[str, Any]:
    """The line of `lineage query --json`, with the id of the answer and the path of its evidence picture."""
    return answered.report.as_json() | service.about(answered.when) | where(answered.id)


def where(answer: str) -> dict[str, str]:
    """The id of an answer, and the path of its evidence picture."""
    return {"answer": answer, "evidence": f"/v1/answers/{answer}/evidence"}
