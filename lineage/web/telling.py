"""Answers as a service tells them: those of the command line, with where their pictures are."""

from __future__ import annotations

from typing import Any

from lineage.web.recent import Answered
from lineage.web.service import Service

REPORT = "application/vnd.asset-lineage.report"
"""Media type of a whole report, which a `lineage` of the same version reads."""


def answer_json(service: Service, answered: Answered) -> dict[str, Any]:
    """The line of `lineage query --json`, with the id of the answer and the path of its evidence picture."""
    where = {"answer": answered.id, "evidence": f"/v1/answers/{answered.id}/evidence"}
    return answered.report.as_json() | service.about(answered.when) | where
