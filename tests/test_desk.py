"""Where decisions are written: what holds when a journal cannot be written, or when somebody was first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest

from lineage.settings import Settings
from lineage.store.journal import FILE
from lineage.web.desk import TOGETHER, DecidedAlready, Desk
from tests.test_queue import ASSET, PICTURE, report


@pytest.fixture
def desk(tmp_path) -> Iterator[Desk]:
    with closing(Desk(Settings(store=str(tmp_path)))) as opened:
        yield opened


def test_what_was_asked_is_remembered_once_the_journal_is_there_again(desk, tmp_path, caplog):
    (tmp_path / FILE).write_text("not a database at all, however long it is")
    for _ in range(TOGETHER):
        desk.see(report())
    assert "not be remembered yet" in caplog.text
    (tmp_path / FILE).unlink()
    assert len(desk.sightings()) == TOGETHER


def test_an_asset_is_put_under_quarantine_once(desk):
    first = desk.decide("quarantine", who="anna", post=None, asset=ASSET)
    with pytest.raises(DecidedAlready, match="anna"):
        desk.decide("quarantine", who="ben", post=None, asset=ASSET)
    desk.undo(first.id, who="ben")
    desk.decide("quarantine", who="ben", post=None, asset=ASSET)


def test_a_review_stands_as_the_last_note_says(desk):
    key = str(uuid.UUID(int=1))
    review = desk.put(key, PICTURE, report(), file=b"")
    assert [one.note for one in desk.standings()] == [None]
    note = desk.decide("reject", who="anna", post=desk.subject(review.id), asset=ASSET)
    assert [one.note for one in desk.standings()] == [note]
    desk.undo(note.id, who="anna")
    assert [one.note for one in desk.standings()] == [None]
