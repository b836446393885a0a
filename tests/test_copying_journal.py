"""What people decided goes along when an index is copied."""

from __future__ import annotations

import json
import uuid
from collections import deque
from contextlib import closing, contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from indexer.move.copying_journal import copy_journal
from lineage.errors import StoreError
from lineage.records import Note, Sighting
from lineage.store import create_store
from lineage.store.journal import FILE, open_journal
from tests.command import call
from tests.outage import Outage
from tests.qdrant_standin import standin
from tests.store_samples import entry, hashes, stamp, vector


@pytest.fixture(autouse=True)
def user_folder(tmp_path, monkeypatch):
    """Ledgers of servers lie in the user's folder."""
    monkeypatch.setattr("indexer.books.opening.user_data_path", lambda name: tmp_path / "user" / name)


@pytest.fixture(params=["embedded to server", "server to embedded"])
def pair(request, tmp_path):
    """(original, copy): a folder and a server, or the other way round; the original holds an asset and two notes."""
    with standin() as server:
        folder, address = str(tmp_path / "index"), f"{server.url}/pictures"
        pair = (folder, address) if request.param == "embedded to server" else (address, folder)
        fill(pair[0], note(1), note(2, what="undo", hashes=None, undoes=note(1).id))
        yield pair


def fill(place: str, *notes: Note) -> None:
    with closing(create_store(place, stamp())) as store:
        store.upsert([entry(1)])
    write(place, *notes)


def write(place: str, *notes: Note) -> None:
    """Each note with an attachment of its own."""
    with opened(place) as journal:
        for one in notes:
            journal.write([one], attachment=one.id.encode())


def note(number: int, **values) -> Note:
    made = Note(
        str(uuid.UUID(int=number)), f"2026-01-01T00:00:{number:02}.000000+00:00", "reviewer", "confirm", "post.jpg"
    )
    return replace(made, **{"hashes": hashes(number), "asset": "a", "path": "spring/a.jpg"} | values)


@contextmanager
def opened(place: str):
    with closing(open_journal(place)) as journal:
        yield journal


def notes(place: str) -> list[Note]:
    with opened(place) as journal:
        return list(journal.notes())


def copied(*pair: str) -> tuple[int, int, int]:
    """(copied, present, own) as `lineage copy` tells them."""
    done = call("copy", *pair, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer["notes_copied"], answer["notes_present"], answer["notes_own"]


def test_notes_go_along_with_what_is_attached_to_them(pair):
    assert copied(*pair) == (2, 0, 0)
    assert notes(pair[1]) == notes(pair[0])
    with opened(pair[1]) as journal:
        assert journal.attachment(note(1).id) == note(1).id.encode()


def test_a_second_copy_adds_what_was_decided_since(pair):
    copied(*pair)
    write(pair[0], note(3))
    assert copied(*pair) == (1, 2, 0)
    assert copied(*pair) == (0, 3, 0)
    assert len(notes(pair[1])) == 3


def test_what_was_decided_in_the_copy_is_kept_and_counted(pair):
    copied(*pair)
    write(pair[1], note(4))
    assert copied(*pair) == (0, 2, 1)
    assert note(4) in notes(pair[1])
    assert note(4) not in notes(pair[0])


def test_the_command_says_what_became_of_the_notes(pair):
    call("copy", *pair)
    write(pair[0], note(3))
    write(pair[1], note(4))
    assert call("copy", *pair).stdout.splitlines()[2] == (
        "1 decision of people copied, 2 were there already, 1 made in the copy are kept"
    )


def test_the_log_of_the_copy_reads_as_that_of_the_original(pair):
    write(pair[0], note(3, what="quarantine", picture="", reason="it matched 12 unrelated posts"))
    call("copy", *pair)
    logs = [call("feedback", "--store", place, "--json").stdout for place in pair]
    assert logs[0] == logs[1]
    assert len(logs[0].splitlines()) == 2


def test_an_index_without_a_journal_gives_its_copy_none(tmp_path):
    fill(str(tmp_path / "index"))
    assert copied(str(tmp_path / "index"), str(tmp_path / "copy")) == (0, 0, 0)
    assert not (tmp_path / "copy" / FILE).exists()


def test_sightings_stay_behind(pair):
    with opened(pair[0]) as journal:
        seen = Sighting(str(uuid.UUID(int=9)), note(9).when, "i", "a", "a.jpg", vector(9), 0.25, passing=True)
        journal.see([seen], keep=3)
    copied(*pair)
    with opened(pair[1]) as journal:
        assert list(journal.sightings()) == []


def test_a_journal_copy_that_lost_its_server_is_completed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("lineage.store.link.time", SimpleNamespace(sleep=lambda seconds: None))
    original = str(tmp_path / "index")
    fill(original, *(note(number) for number in range(5)))
    with standin() as server:
        target = f"{server.url}/pictures"
        server.faults = Outage(server, writes=3)  # one of assets, two of notes
        broken = call("copy", original, target)
        server.faults = deque()
        assert (broken.returncode, broken.stderr.count("\n"), "cannot be reached" in broken.stderr) == (3, 1, True)
        assert copied(original, target) == (3, 2, 0)
        assert notes(target) == notes(original)


def test_a_journal_that_cannot_be_read_is_told_and_leaves_a_copy_that_opens(tmp_path):
    fill(str(tmp_path / "index"))
    (tmp_path / "index" / FILE).write_text("not a database at all, however long it is")
    done = call("copy", tmp_path / "index", tmp_path / "copy")
    assert (done.returncode, done.stderr.count("\n"), FILE in done.stderr) == (3, 1, True)
    assert json.loads(call("status", "--store", tmp_path / "copy", "--json").stdout)["assets"] == 1


def test_a_journal_that_loses_notes_is_told(tmp_path):
    class Lossy:
        def __init__(self, journal):
            self.notes, self.damaged = journal.notes, journal.damaged

        def write(self, notes, *, attachment=b""):
            pass

    write(str(tmp_path), note(1), note(2))
    with (
        opened(str(tmp_path)) as source,
        opened(str(tmp_path / "copy")) as target,
        pytest.raises(StoreError, match="the journal of the copy holds 0 of the 2 notes of the original"),
    ):
        copy_journal(source, Lossy(target))
