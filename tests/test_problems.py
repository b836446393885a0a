from __future__ import annotations

from lineage.errors import NoteDamaged, StoreError
from lineage.web.problems import problem_of


def test_an_index_that_is_away_is_to_be_asked_again():
    problem = problem_of(StoreError("the server does not answer"))
    assert (problem.status, [*problem.headers]) == (503, ["Retry-After"])


def test_what_is_damaged_is_not_to_be_asked_again():
    problem = problem_of(NoteDamaged("0b5d4f5e"))
    assert (problem.status, problem.headers) == (500, {})
