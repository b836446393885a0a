"""What was answered lately: which answers are still there."""

from __future__ import annotations

from lineage.web.recent import KEPT, Answered, Recent
from tests.test_queue import PICTURE, report

REPORT = report()


def asked(recent: Recent, times: int = 1) -> list[Answered]:
    return [recent.add(PICTURE, REPORT) for _ in range(times)]


def test_the_oldest_is_forgotten():
    recent = Recent()
    answers = asked(recent, KEPT + 1)
    assert recent.find(answers[0].id) is None
    assert recent.find(answers[1].id) == answers[1]


def test_who_asks_much_does_not_push_out_what_somebody_looks_at():
    recent = Recent()
    (mine,) = asked(recent)
    recent.find(mine.id)
    asked(recent, 2 * KEPT)
    assert recent.find(mine.id) == mine


def test_of_those_looked_at_the_one_least_lately_is_forgotten():
    recent = Recent()
    first, second, *others = asked(recent, KEPT)
    (more,) = asked(recent)
    for one in (second, *others, more):
        recent.find(one.id)
    (last,) = asked(recent)
    recent.find(second.id)
    recent.find(last.id)
    assert recent.find(others[0].id) is None
    assert recent.find(second.id) == second
    assert recent.find(first.id) is None


def test_an_answer_is_found_by_the_id_of_its_review_alone():
    recent = Recent()
    first, again = asked(recent, 2)
    named = recent.name(again, first.id)
    assert recent.find(first.id) == named
    assert recent.find(again.id) is None


def test_whose_picture_is_shown_does_not_push_out_what_somebody_has_open():
    recent = Recent()
    (mine,) = asked(recent)
    recent.find(mine.id)
    for one in asked(recent, KEPT):
        assert recent.peek(one.id) == one
    asked(recent, KEPT)
    assert recent.find(mine.id) == mine
