"""Who looks at which review."""

from __future__ import annotations

import pytest

from lineage.web.looking import AWAY, Looking


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def looking(clock):
    return Looking(lambda: clock[0])


def test_who_opened_a_review_is_told_to_others_and_not_to_themselves(looking):
    looking.look("a", "anna")
    assert (looking.other("a", "bo"), looking.other("a", "anna"), looking.other("b", "bo")) == ("anna", "", "")


def test_who_goes_on_to_the_next_has_left_the_one_before(looking):
    looking.look("a", "anna")
    looking.look("b", "anna")
    assert (looking.other("a", "bo"), looking.other("b", "bo")) == ("", "anna")


def test_who_comes_second_does_not_take_the_place_of_the_first(looking):
    looking.look("a", "anna")
    looking.look("a", "bo")
    assert (looking.other("a", "bo"), looking.other("a", "anna")) == ("anna", "")


def test_who_gives_no_sign_any_more_is_away(looking, clock):
    looking.look("a", "anna")
    clock[0] = AWAY
    assert looking.other("a", "bo") == ""


def test_who_gives_a_sign_again_and_again_has_not_gone(looking, clock):
    for clock[0] in (0.0, 50.0):
        looking.look("a", "anna")
    clock[0] = 100.0
    assert looking.other("a", "bo") == "anna"
