"""How often somebody may ask, and how much may come in at once."""

from __future__ import annotations

import pytest
from fastapi import Request

from lineage.web.pool import Busy
from lineage.web.problems import Refused
from lineage.web.rate import RateLimit
from lineage.web.uploads import Room

ASKED = Request({"type": "http", "headers": [], "client": ("127.0.0.1", 1)})


def test_many_posts_at_once_are_waited_for_before_the_next():
    rate = RateLimit(240)
    rate.require(ASKED, "nightly")
    rate.charge(ASKED, "nightly", 99)
    with pytest.raises(Refused, match="try again in 11 s"):
        rate.require(ASKED, "nightly")
    rate.require(ASKED, "anna")


def test_no_more_comes_in_at_once_than_there_is_room_for():
    room = Room(1)
    with room.taken(), pytest.raises(Busy), room.taken():
        pass
    with room.taken():
        pass
