"""One contract, held by the journal of an embedded index and by that of a server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from qdrant_client import QdrantClient

from lineage.errors import StoreError
from lineage.records import Note, Sighting
from lineage.settings import Server
from lineage.store.journal import FILE, open_journal
from tests.qdrant_standin import standin
from tests.store_samples import hashes, vector

KEY = os.environ.get("QDRANT_API_KEY", "")


@pytest.fixture(params=("file", "stand-in", "server"))
def place(request, tmp_path) -> Iterator[str]:
    if request.param == "file":
        yield str(tmp_path)
    elif request.param == "stand-in":
        with standin() as server:
            yield f"{server.url}/pictures"
    elif url := os.environ.get("QDRANT_URL"):
        name = f"lineage-test-{uuid.uuid4().hex}"
        yield f"{url.rstrip('/')}/{name}"
        with closing(QdrantClient(url=url, api_key=KEY)) as client:
            client.delete_collection(f"{name}-journal")
    else:
        pytest.skip("waits for a Qdrant server: QDRANT_URL names none")


@pytest.fixture
def journal(place):
    with closing(open_journal(place, server=Server(api_key=KEY))) as opened:
        yield opened


def note(number: int, **values) -> Note:
    made = Note(
        str(uuid.UUID(int=number)), f"2026-01-01T00:00:{number:02}.000000+00:00", "reviewer", "confirm", "post.jpg"
    )
    return replace(made, **{"hashes": hashes(number), "asset": "a", "path": "spring/a.jpg"} | values)


def sighting(number: int) -> Sighting:
    when = f"2026-01-01T00:00:{number:02}.000000+00:00"
    return Sighting(str(uuid.UUID(int=number)), when, "i", "a", "a.jpg", vector(number), 0.25, passing=True)


def test_an_empty_journal_says_nothing(journal):
    assert list(journal.notes()) == []
    assert list(journal.sightings()) == []
    assert journal.attachment(str(uuid.UUID(int=1))) == b""


def test_notes_come_back_whole_in_the_order_of_time(journal):
    written = [note(number) for number in (3, 1, 2)]
    journal.write(written)
    assert list(journal.notes()) == sorted(written, key=lambda one: one.when)


def test_a_note_that_is_written_again_keeps_its_place(journal):
    written = [note(number, when=note(1).when) for number in (3, 1, 2)]
    journal.write(written)
    there = list(journal.notes())
    journal.write([note(3, when=note(1).when)])
    assert list(journal.notes()) == there


def test_of_a_sound_journal_nothing_is_called_damaged(journal):
    journal.write([note(1)], attachment=b"picture")
    assert list(journal.damaged()) == []


def test_a_note_without_hashes_comes_back(journal):
    journal.write([note(1, what="undo", hashes=None, undoes="x")])
    assert journal.notes()[0].hashes is None


def test_an_attachment_stays_with_its_note(journal):
    journal.write([note(1)], attachment=b"\x00picture\xff")
    journal.write([note(2)])
    assert journal.attachment(note(1).id) == b"\x00picture\xff"
    assert journal.attachment(note(2).id) == b""


def test_paths_that_are_not_utf8_come_back(journal):
    journal.write([note(1, picture="\udcff.jpg")])
    assert journal.notes()[0].picture == "\udcff.jpg"


def test_a_journal_is_there_when_it_is_opened_again(place):
    for number in (1, 2):
        with closing(open_journal(place, server=Server(api_key=KEY))) as opened:
            opened.write([note(number)])
            assert len(opened.notes()) == number


def test_only_the_latest_sightings_are_kept(journal):
    journal.see([sighting(number) for number in range(4)], keep=3)
    journal.see([sighting(4)], keep=3)
    assert [one.id for one in journal.sightings()] == [sighting(number).id for number in (2, 3, 4)]


def test_a_sighting_comes_back_with_its_vector(journal):
    journal.see([sighting(1)], keep=3)
    (one,) = journal.sightings()
    assert one.vector.dtype == np.float32
    np.testing.assert_allclose(one.vector, sighting(1).vector, atol=1e-3)
    assert (one.id, one.when, one.index, one.asset, one.path, one.background, one.passing) == (
        *(sighting(1).id, sighting(1).when, "i", "a", "a.jpg"),
        0.25,
        True,
    )


def test_a_journal_counts_its_notes(journal):
    assert journal.count() == 0
    for number in (1, 2):
        journal.write([note(number)])
        journal.see([sighting(number)], keep=3)
        assert journal.count() == number


def test_many_notes_come_back(journal):
    journal.write([note(number % 60, id=str(uuid.UUID(int=number))) for number in range(600)])
    assert len(journal.notes()) == 600


def test_reading_makes_no_file(tmp_path):
    with closing(open_journal(str(tmp_path))) as opened:
        opened.notes()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_journal_is_named(tmp_path):
    (tmp_path / FILE).write_text("not a database at all, however long it is")
    with closing(open_journal(str(tmp_path))) as opened, pytest.raises(StoreError, match=r"journal\.sqlite"):
        opened.notes()


def test_a_server_that_is_gone_is_one_sentence():
    with standin() as server:
        url = server.url
    with closing(open_journal(url)) as opened, pytest.raises(StoreError, match="cannot be reached"):
        opened.notes()
