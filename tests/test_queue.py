"""One contract, held by the queue of an embedded index and by that of a server; and what is decided about its posts."""

from __future__ import annotations

import sqlite3
import uuid
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lineage.describe.hashes import perceptual_hashes
from lineage.errors import StoreError
from lineage.feedback import notes
from lineage.feedback.queue import keep_for_review, kept_reviews, standing
from lineage.records import (
    Alignment,
    Asset,
    Candidate,
    Evidence,
    Guarantee,
    Location,
    Match,
    Objection,
    Picture,
    Report,
    Residual,
    Review,
    Verdict,
)
from lineage.store.journal import open_journal
from lineage.store.queue import FILE, open_queue
from lineage.store.report_form import packed_report, unpacked_report
from tests.conftest import draw
from tests.qdrant_standin import standin
from tests.store_samples import hashes

PIXELS = draw(1)
PICTURE = Picture(PIXELS, 320, 240, "JPEG")
ASSET = Asset(str(uuid.UUID(int=7)), "7" * 64, 640, 480, "JPEG", (Location("/dam", "spring/a.jpg", 1, 2),))


def report(pixels=PIXELS, asset: Asset = ASSET) -> Report:
    region = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.75))
    cells = np.array([[0.5, np.nan]], np.float32)
    evidence = Evidence(
        Candidate(asset.id, 0.9, "frame", 1.0, 0.1, ("vectors",)),
        asset,
        Alignment(np.eye(3), 30, 0.5, 60, 1.0, 1.0, region, region),
        Residual(0.7, 0.8, 0.9, 0.0, cells),
    )
    match = Match(evidence, 0.6, Objection("score", "too little agrees", region), known_from=0.97)
    verdict = Verdict("review", 0.6, (match,), 0.02, Guarantee(0.01, 900, 0.97, 0.4))
    versions = {"index": "i", "backbone": "b", "calibration": "c"}
    return Report("post.jpg", verdict, {"decide": 0.1}, versions, None, (320, 240), perceptual_hashes(pixels))


def review(number: int, **values) -> Review:
    when = (datetime.now(UTC) - timedelta(minutes=60 - number)).isoformat(timespec="microseconds")
    made = Review(
        id=str(uuid.UUID(int=number)),
        when=when,
        index="i",
        query=f"{number}.jpg",
        hashes=hashes(number),
        asset="a",
        path="spring/a.jpg",
        probability=0.5,
        rests_on="probability",
    )
    return replace(made, **values)


@pytest.fixture(params=("file", "stand-in"))
def place(request, tmp_path) -> Iterator[str]:
    if request.param == "file":
        yield str(tmp_path)
    else:
        with standin() as server:
            yield f"{server.url}/pictures"


@pytest.fixture
def queue(place):
    with closing(open_queue(place)) as opened:
        yield opened


def put(queue, key: int = 1, *, pixels=PIXELS, asset: Asset = ASSET, file: bytes = b"") -> Review:
    named, shown = str(uuid.UUID(int=key)), Picture(pixels, 320, 240, "JPEG")
    return keep_for_review(queue, named, shown, report(pixels, asset), file=file, days=30)


def test_a_report_comes_back_whole():
    told = unpacked_report(packed_report(report()))
    assert told.as_json() == report().as_json()
    assert told.verdict.matches[0].evidence.asset == ASSET
    residual = told.verdict.matches[0].evidence.residual
    assert residual is not None
    assert np.array_equal(residual.cells, [[0.5, np.nan]], equal_nan=True)


def test_what_is_no_report_is_refused():
    with pytest.raises(ValueError, match="no report of this version"):
        unpacked_report(b"something else")


def test_an_empty_queue_says_nothing(queue):
    assert list(queue.reviews()) == []
    assert queue.report(str(uuid.UUID(int=1))) is None
    assert queue.kept(str(uuid.UUID(int=1)), "post") == b""
    queue.drop([str(uuid.UUID(int=1))])


def test_reviews_come_back_whole_in_the_order_of_time(queue):
    for number in (3, 1, 2):
        queue.put(review(number), report(), {})
    assert [one.query for one in queue.reviews()] == ["1.jpg", "2.jpg", "3.jpg"]
    assert queue.reviews()[0].hashes == hashes(1)


def test_what_is_no_id_is_no_review(queue):
    queue.put(review(1), report(), {})
    assert queue.report("unknown") is None
    assert queue.kept("unknown", "post") == b""


def test_what_was_said_and_kept_of_a_post_stays_with_it(queue):
    queue.put(review(1), report(), {"post": b"\x00webp\xff"})
    queue.put(review(2), report(), {"post": b"other", "file": b"bytes"})
    assert queue.report(review(1).id).as_json() == report().as_json()
    assert queue.kept(review(1).id, "post") == b"\x00webp\xff"
    assert queue.kept(review(1).id, "file") == b""
    assert queue.kept(review(2).id, "file") == b"bytes"


def test_a_review_that_cannot_be_read_hides_no_other(tmp_path, caplog):
    with closing(open_queue(str(tmp_path))) as opened:
        for number in (1, 2):
            opened.put(review(number), report(), {})
    with closing(sqlite3.connect(tmp_path / FILE)) as database, database:
        database.execute("UPDATE reviews SET line = '[]', report = ? WHERE id = ?", (b"no report", review(1).id))
    with closing(open_queue(str(tmp_path))) as opened:
        assert [one.id for one in opened.reviews()] == [review(2).id]
        assert opened.report(review(1).id) is None
    assert caplog.text.count(review(1).id) == 2


@pytest.mark.parametrize("text", ["[]", "1", '{"verdict": []}', '{"other": 1}', "[" * 100_000])
def test_whatever_is_no_report_is_refused_as_such(text):
    with pytest.raises(ValueError, match="no report of this version"):
        unpacked_report(zlib.compress(text.encode()))


def test_what_was_dropped_is_gone(queue):
    for number in (1, 2):
        queue.put(review(number), report(), {"post": b"webp"})
    queue.drop([review(1).id])
    assert [one.id for one in queue.reviews()] == [review(2).id]
    assert queue.kept(review(1).id, "post") == b""


def test_a_queue_is_there_when_it_is_opened_again(place):
    for number in (1, 2):
        with closing(open_queue(place)) as opened:
            opened.put(review(number), report(), {})
            assert len(opened.reviews()) == number


def test_a_post_is_kept_as_its_picture_and_not_as_its_file(queue):
    kept = put(queue)
    assert kept.path == "spring/a.jpg"
    assert queue.kept(kept.id, "post").startswith(b"RIFF")
    assert queue.kept(kept.id, "file") == b""


def test_the_file_is_kept_where_that_is_asked(queue):
    assert queue.kept(put(queue, file=b"bytes").id, "file") == b"bytes"


def test_a_post_that_waits_already_is_not_put_twice(queue):
    assert put(queue, 2).id == put(queue, 3).id
    put(queue, 4, pixels=draw(2))
    assert len(queue.reviews()) == 2


def test_what_is_kept_for_too_long_is_forgotten(queue):
    queue.put(review(1, when="2020-01-01T00:00:00.000000+00:00"), report(), {"post": b"webp"})
    put(queue, 2)
    assert [one.id for one in queue.reviews()] == [str(uuid.UUID(int=2))]


def test_what_is_kept_for_too_long_is_forgotten_by_whoever_looks(queue):
    for number, when in ((1, "2020-01-01T00:00:00.000000+00:00"), (2, review(2).when)):
        queue.put(review(number, when=when), report(), {})
    assert [one.id for one in kept_reviews(queue, days=30)] == [one.id for one in queue.reviews()] == [review(2).id]


@pytest.fixture
def journal(place):
    with closing(open_journal(place)) as opened:
        yield opened


def test_a_note_about_a_review_decides_it(queue, journal):
    kept = put(queue)
    assert standing(queue.reviews(), journal.notes())[0].note is None
    note = notes.judge(journal, "reject", PIXELS, ASSET, name="post.jpg", who="anna", review=kept.id)
    (found,) = standing(queue.reviews(), journal.notes())
    assert (found.note, found.follows) == (note, False)


def test_a_decision_that_is_taken_back_opens_its_review(queue, journal):
    note = notes.judge(journal, "confirm", PIXELS, ASSET, name="post.jpg", who="anna", review=put(queue).id)
    notes.undo(journal, [note], who="anna")
    assert standing(queue.reviews(), journal.notes())[0].note is None


def test_a_decision_about_the_same_post_elsewhere_decides_too(queue, journal):
    put(queue)
    note = notes.judge(journal, "reject", PIXELS, ASSET, name="again.jpg", who="ben")
    (found,) = standing(queue.reviews(), journal.notes())
    assert (found.note, found.follows) == (note, True)


@pytest.mark.parametrize("other", ["post", "asset"])
def test_a_decision_about_something_else_decides_nothing(queue, journal, other):
    put(queue)
    pixels = draw(2) if other == "post" else PIXELS
    asset = replace(ASSET, id=str(uuid.UUID(int=8))) if other == "asset" else ASSET
    notes.judge(journal, "reject", pixels, asset, name="x.jpg", who="ben")
    assert standing(queue.reviews(), journal.notes())[0].note is None


def test_reading_makes_no_file(tmp_path):
    with closing(open_queue(str(tmp_path))) as opened:
        opened.reviews()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_queue_is_named(tmp_path):
    (tmp_path / FILE).write_text("not a database at all, however long it is")
    with closing(open_queue(str(tmp_path))) as opened, pytest.raises(StoreError, match=r"reviews\.sqlite"):
        opened.reviews()
