from __future__ import annotations

import pytest

from indexer.books.ledger import Ledger, LedgerDamaged, Record
from lineage.errors import StoreError
from lineage.records import Location


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "folder" / "ledger.sqlite") as opened:
        yield opened


def stored(path: str, asset: str = "A") -> Record:
    return Record(Location("/dam", path, 10, 20), sha256="ff", asset=asset)


def test_a_record_is_found_by_root_and_path(ledger):
    ledger.write([stored("a.jpg")])
    assert ledger.find("/dam", "a.jpg") == stored("a.jpg")
    assert ledger.find("/other", "a.jpg") is None


def test_a_second_record_of_the_same_file_replaces_the_first(ledger):
    ledger.write([stored("a.jpg", "A")])
    ledger.write([stored("a.jpg", "B")])
    assert [record.asset for record in ledger.records()] == ["B"]


@pytest.mark.parametrize(
    ("root", "path", "found"),
    [
        ("/dam", "", ["/dam a.jpg", "/dam spring/b.jpg", "/dam/spring c.jpg"]),
        ("/dam", "spring", ["/dam spring/b.jpg", "/dam/spring c.jpg"]),
        ("/dam/spring", "", ["/dam spring/b.jpg", "/dam/spring c.jpg"]),
        ("/dam/spring", "b.jpg", ["/dam spring/b.jpg"]),
        ("/dam/spring", "c.jpg", ["/dam/spring c.jpg"]),
        ("/", "dam", ["/dam a.jpg", "/dam spring/b.jpg", "/dam/spring c.jpg"]),
        ("/dam/list.txt", "", ["/dam/list.txt https://x/1.jpg"]),
        ("s3://dam/spring", "", ["s3://dam spring/d.jpg"]),
        ("/da", "", []),
    ],
)
def test_a_folder_has_its_files_by_whatever_root_they_were_indexed(ledger, root, path, found):
    places = [("/dam", "a.jpg"), ("/dam", "spring/b.jpg"), ("/dam/spring", "c.jpg"), ("/dam2", "e.jpg")]
    places += [("/dam/list.txt", "https://x/1.jpg"), ("s3://dam", "spring/d.jpg")]
    ledger.write(Record(Location(*place, 1, 1), asset=" ".join(place)) for place in places)
    assert [record.asset for record in ledger.below(root, path)] == found


def test_assets_are_counted_once_however_many_files_they_have(ledger):
    ledger.write([stored("a.jpg"), stored("copy.jpg"), stored("b.jpg", "B"), stored("failed.jpg", "")])
    assert ledger.count_assets("/dam") == 2


def test_assets_are_kept_although_the_store_was_out_of_reach_before(ledger):
    def broken_off():
        yield ["A"]
        raise StoreError("the server does not answer")

    ledger.write([stored("a.jpg", "A"), stored("b.jpg", "B")])
    with pytest.raises(StoreError, match="does not answer"):
        ledger.keep(broken_off())
    assert ledger.keep([["A"]]) == 1


def test_a_ledger_that_was_closed_is_not_called_damaged(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as closed:
        pass
    with pytest.raises(StoreError, match="closed") as refused:
        closed.begun()
    assert not isinstance(refused.value, LedgerDamaged)


def test_forgetting_an_asset_drops_all_its_files(ledger):
    ledger.write([stored("a.jpg", "A"), stored("copy.jpg", "A"), stored("b.jpg", "B")])
    ledger.forget(["A"])
    assert [record.location.path for record in ledger.records()] == ["b.jpg"]


def test_a_run_that_has_begun_is_known_until_it_ends(tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.begin(["/dam", "/other"])
        ledger.end(["/other"])
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert ledger.begun() == {"/dam"}


def test_records_survive_closing(tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.write([stored("a.jpg")])
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert ledger.find("/dam", "a.jpg") == stored("a.jpg")


def test_a_file_that_is_no_ledger_is_named(tmp_path):
    (tmp_path / "l.sqlite").write_text("not a database, and long enough to have been one" * 100)
    with pytest.raises(StoreError, match=r"l\.sqlite cannot be used"):
        Ledger(tmp_path / "l.sqlite")


def test_a_batch_is_written_whole_or_not_at_all(ledger):
    def broken():
        yield stored("a.jpg")
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError, match="disk on fire"):
        ledger.write(broken())
    assert list(ledger.records()) == []


def test_folders_are_named_with_the_files_that_lie_right_in_them(ledger):
    paths = ("a.jpg", "spring/b.jpg", "spring/x/c.jpg", "spring/x/d.jpg")
    ledger.write([*map(stored, paths), Record(Location("/dam", "bad/e.jpg", 1, 1), failure="torn")])
    assert ledger.folders() == [("", 1), ("spring", 1), ("spring/x", 2)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"folder": "spring"}, ["spring/b.JPG", "spring/x/c.jpg"]),
        ({"text": "B.j"}, ["spring/b.JPG"]),
        ({"folder": "spring", "text": "%"}, []),
        ({"limit": 1, "start": 1}, ["spring/b.JPG"]),
    ],
)
def test_stored_files_are_listed_by_folder_and_text(ledger, asked, found):
    ledger.write([stored("a.jpg"), stored("spring/b.JPG"), stored("spring/x/c.jpg"), stored("springs/d.jpg")])
    assert [record.location.path for record in ledger.listed(**{"limit": 9, **asked})] == found
