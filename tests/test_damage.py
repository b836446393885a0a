"""Bytes of an index that somebody or some disk has changed: noticed, named, left out and mended, by the commands."""

from __future__ import annotations

import errno
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from indexer.books.ledger import Ledger
from lineage.protocols import Store
from lineage.store import journal_ids, open_pair, open_store, seal
from tests.command import call
from tests.conftest import draw
from tests.indexed import indexed


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    place = indexed(tmp_path_factory.mktemp("whole"), 4, width=240, height=180)
    post = call("reject", place / "library" / "3.png", "1.png", "--store", place / "index")
    assert post.returncode == 0
    Image.fromarray(draw(40, width=240, height=180)).save(place / "badge.png")
    return place


@pytest.fixture
def index(whole, tmp_path) -> Path:
    # With its holes: what a disk does not hold is not read when an index is opened.
    subprocess.run(["cp", "-r", "--sparse=always", whole / "index", tmp_path / "index"], check=True)
    return tmp_path / "index"


def flip(index: Path, name: str, *, seed: int = 1, at: int | None = None) -> None:
    """Change a bit of what the file of that name holds."""
    (file,) = (one for one in index.rglob("*") if str(one).endswith(name))
    with file.open("r+b") as stream:
        content = stream.read()
        chosen = random.Random(seed).choice([n for n, byte in enumerate(content) if byte]) if at is None else at
        stream.seek(chosen)
        stream.write(bytes([content[chosen] ^ 16]))


def test_an_index_that_nothing_happened_to_is_sound(index):
    done = call("check", "--store", index)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        f"4 assets in {index}, all as they were written\n",
        "",
    )


def test_an_index_that_is_open_elsewhere_is_not_called_changed(index):
    with closing(open_store(str(index))) as store:
        store.delete([name for ids in store.ids() for name in ids])
        done = call("check", "--store", index)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{index} is in use" in done.stderr


def test_a_place_without_an_index_is_called_so(tmp_path):
    done = call("check", "--store", tmp_path / "none")
    assert done.returncode == 3
    assert done.stderr.startswith(f"lineage: no index at {tmp_path / 'none'}; ")
    assert not (tmp_path / "none").exists()


PARTS: dict[str, int | None] = {
    "payload_storage/page_0.dat": None,
    "vectors/chunk_0.mmap": None,
    "words/store/page_0.dat": None,
}
PARTS |= {"id_tracker.mappings": 8}  # a byte of the first id


@pytest.mark.parametrize(("part", "at"), PARTS.items())
def test_a_changed_byte_is_named_and_mended(index, part, at):
    flip(index, part, at=at)
    found = call("check", "--store", index, "--json")
    told = json.loads(found.stdout)
    assert (found.returncode, told["sound"], told["assets"]) == (5, False, 3)
    assert any(name.endswith(part) for name in told["files"])
    assert len(told["damaged"]) == 1
    mended = call("check", "--store", index, "--repair")
    assert (mended.returncode, mended.stderr) == (0, "")
    assert mended.stdout.endswith("repaired: 0 restored from the copy, 1 asset made again of files\n" + sound(index))
    assert call("check", "--store", index).returncode == 0


@pytest.mark.parametrize(("part", "at"), PARTS.items())
def test_a_query_of_a_damaged_index_says_so_and_answers_by_the_rest(whole, index, part, at):
    flip(index, part, at=at)
    done = call("query", whole / "library", "--store", index, "--read-only", "--json")
    verdicts = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert verdicts.count("known") >= 3
    assert f"lineage: the index at {index} is damaged: " in done.stderr
    assert "Traceback" not in done.stderr


def test_damage_stays_told_until_it_is_mended(index):
    flip(index, "vectors/chunk_0.mmap")
    for _ in range(2):
        assert "is damaged: shard/" in call("status", "--store", index).stderr.replace(
            "damaged: seg", "damaged: shard/seg"
        )


def test_what_is_lost_is_restored_from_a_copy(whole, index, tmp_path):
    call("copy", whole / "index", tmp_path / "copy")
    flip(index, "payload_storage/page_0.dat")
    mended = call("check", "--store", index, "--repair", "--from", tmp_path / "copy")
    assert "repaired: 1 restored from the copy, 0 assets made again of files\n" in mended.stdout
    assert mended.returncode == 0


@pytest.mark.parametrize(("part", "again"), [("wal/first-index", 0), ("edge_config.json", 0), ("segment.json", 4)])
def test_an_index_that_the_engine_cannot_read_is_made_again_of_what_is_left(index, part, again):
    flip(index, part, at=1)
    found = call("check", "--store", index)
    assert (found.returncode, found.stderr.count("\n")) == (3, 1)
    assert "mend it with: lineage check --repair" in found.stderr
    mended = call("check", "--store", index, "--repair").stdout
    assert mended.endswith(f"{again} assets made again of files\n" + sound(index))


def test_another_length_of_vectors_in_the_engines_files_is_mended(index):
    file = next(index.rglob("edge_config.json"))
    file.write_text(file.read_text().replace('"size":256', '"size":266'))
    assert call("status", "--store", index).returncode == 3
    mended = call("check", "--store", index, "--repair")
    assert (mended.returncode, mended.stdout.endswith(sound(index))) == (0, True)


def test_an_index_that_cannot_be_opened_is_kept_whole_aside(index):
    flip(index, "segment.json", at=1)
    before = contents(index / "shard")
    told = json.loads(call("check", "--store", index, "--repair", "--json").stdout)
    (aside,) = index.glob("damaged-*")
    assert told["repaired"]["kept"] == str(aside)
    assert contents(aside / "shard") == before
    flip(aside, "segment.json", at=1)  # as if it had only been out of reach
    assert call("check", "--store", aside).stdout == sound(aside)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_an_index_that_cannot_be_opened_and_nobody_knows_is_not_called_mended(index):
    without_ledger(index)
    flip(index, "segment.json", at=1)
    assert call("check", "--store", index, "--repair").returncode == 5


def test_a_log_that_cannot_be_read_is_kept_aside(index):
    flip(index, "wal/first-index", at=1)
    told = call("check", "--store", index, "--repair").stdout
    (aside,) = index.glob("damaged-*")
    assert f"what could not be opened is kept in {aside}; remove it once nothing is missed\n" in told
    assert (aside / "wal" / "first-index").is_file()


def test_a_file_that_the_disk_cannot_read_is_named_and_mended(index, monkeypatch):
    broken = next(index.rglob("vectors/chunk_0.mmap"))
    summed = seal._sum

    def read(file: Path) -> int:
        if file == broken:
            raise OSError(errno.EIO, "Input/output error")
        return summed(file)

    monkeypatch.setattr(seal, "_sum", read)
    found = call("check", "--store", index)
    assert found.returncode == 5
    assert "vectors/chunk_0.mmap" in found.stdout
    mended = call("check", "--store", index, "--repair")
    assert (mended.returncode, mended.stdout.endswith(sound(index))) == (0, True)


def test_a_file_that_is_cut_short_is_told_before_the_engine_maps_it(index):
    (file,) = index.rglob("vectors/chunk_0.mmap")
    with file.open("r+b") as stream:
        stream.truncate(100)
    found = call("status", "--store", index)
    assert (found.returncode, found.stdout) == (3, "")
    assert "vectors/chunk_0.mmap is missing or cut short; mend it with" in found.stderr
    assert call("check", "--store", index, "--repair").returncode == 0


def test_a_repair_without_a_stamp_removes_nothing(index):
    (index / "stamp.json").unlink()
    (index / "shard.seal").unlink()
    before = sorted(index.rglob("*"))
    done = call("check", "--store", index, "--repair")
    assert done.returncode == 3
    assert sorted(index.rglob("*")) == before


def test_a_stamp_that_is_gone_is_mended_as_the_seal_has_it(index):
    written = (index / "stamp.json").read_bytes()
    (index / "stamp.json").unlink()
    mended = call("check", "--store", index, "--repair")
    assert (mended.returncode, mended.stdout) == (0, sound(index))
    assert (index / "stamp.json").read_bytes() == written


@pytest.mark.parametrize("command", [("status",), ("query", "-"), ("index", ".")])
def test_a_stamp_that_is_gone_is_told_with_what_brings_it_back(index, command):
    (index / "stamp.json").unlink()
    before = sorted(index.rglob("*"))
    refused = call(*command, "--store", index)
    assert refused.returncode == 3
    assert "is damaged: stamp.json is gone; mend it with: lineage check --repair" in refused.stderr
    assert sorted(index.rglob("*")) == before


def test_a_repair_of_a_folder_that_is_no_index_removes_nothing(tmp_path):
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "mine.txt").write_text("mine")
    assert call("check", "--store", tmp_path, "--repair").returncode == 3
    assert [file.name for file in tmp_path.rglob("*")] == ["shards", "mine.txt"]


def test_a_repair_removes_no_folder_of_another_name(index):
    (index / "shards-of-mine").mkdir()
    flip(index, "payload_storage/page_0.dat")
    assert call("check", "--store", index, "--repair").returncode == 0
    assert (index / "shards-of-mine").is_dir()


def test_a_repair_is_one_line_for_a_program(index):
    flip(index, "payload_storage/page_0.dat")
    (line,) = call("check", "--store", index, "--repair", "--json").stdout.splitlines()
    told = json.loads(line)
    assert (told["sound"], told["repaired"]) == (
        True,
        {"restored": 0, "read": 1, "left": [], "kept": "", "decisions": 0},
    )


def test_an_asset_that_the_index_has_lost_is_read_again(index):
    with closing(open_store(str(index))) as store:
        (name, *_), *_ = store.ids()
        store.delete([name])
    found = json.loads(call("check", "--store", index, "--json").stdout)
    assert (found["assets"], len(found["missing"])) == (3, 1)
    assert call("check", "--store", index, "--repair").stdout.endswith("1 asset made again of files\n" + sound(index))


@pytest.fixture
def gone(whole, tmp_path) -> Path:
    """An index with a damaged entry, whose files are gone; beside it is a `backup`, made before."""
    shutil.copytree(whole / "library", tmp_path / "library")
    call("index", tmp_path / "library", "--store", tmp_path / "other", "--workers", "1")
    call("copy", tmp_path / "other", tmp_path / "backup")
    shutil.rmtree(tmp_path / "library")
    flip(tmp_path / "other", "payload_storage/page_0.dat")
    return tmp_path / "other"


def test_what_is_damaged_and_whose_file_is_gone_is_named_and_stays_lost(gone):
    mended = call("check", "--store", gone, "--repair")
    assert mended.returncode == 5
    assert "\nnot had: " in mended.stdout
    assert "\nlost: " in mended.stdout


def test_what_a_repair_did_not_get_comes_from_a_copy_later(gone):
    call("check", "--store", gone, "--repair")
    later = call("check", "--store", gone, "--repair", "--from", gone.parent / "backup")
    assert later.stdout.endswith("repaired: 1 restored from the copy, 0 assets made again of files\n" + sound(gone))
    assert later.returncode == 0


def test_what_is_damaged_and_the_ledger_does_not_know_comes_from_a_copy(gone):
    without_ledger(gone)
    mended = call("check", "--store", gone, "--repair", "--from", gone.parent / "backup")
    assert "repaired: 1 restored from the copy" in mended.stdout
    assert mended.returncode == 0


def test_what_is_damaged_and_nobody_knows_is_named(gone):
    without_ledger(gone)
    mended = call("check", "--store", gone, "--repair", "--json")
    assert (mended.returncode, len(json.loads(mended.stdout)["repaired"]["left"])) == (5, 1)


DAMAGED_LEDGERS = {
    "no database": lambda file: file.write_bytes(b"\x00" * 4096),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:8192]),
    "pages emptied": lambda file: file.write_bytes(file.read_bytes()[:4096].ljust(file.stat().st_size, b"\x00")),
    "another word": lambda file: file.write_bytes(file.read_bytes().replace(b"TABLE files", b"TABLF files")),
}


@pytest.mark.parametrize("how", DAMAGED_LEDGERS)
def test_a_damaged_ledger_is_told_and_made_anew_of_the_index(whole, index, how):
    (file,) = index.glob("ledger-*.sqlite")
    DAMAGED_LEDGERS[how](file)
    found = call("check", "--store", index)
    assert (found.returncode, found.stdout) == (3, "")
    assert f"the ledger {file} cannot be used: " in found.stderr
    assert "; mend it with: lineage check --repair\n" in found.stderr
    mended = call("check", "--store", index, "--repair")
    assert mended.returncode == 0
    assert mended.stderr == f"{file.name} was damaged and is made anew of what the index holds\n"
    with Ledger(file) as ledger:
        assert sorted(record.location.path for record in ledger.records()) == [f"{number}.png" for number in range(4)]
    assert not [*index.glob("shard-*")]  # nothing else was made anew


def test_a_damaged_ledger_of_an_index_that_lost_its_files_too_is_mended(whole, index):
    (file,) = index.glob("ledger-*.sqlite")
    DAMAGED_LEDGERS["cut"](file)
    flip(index, "payload_storage/page_0.dat")
    mended = call("check", "--store", index, "--repair", "--from", whole / "index")
    assert (mended.returncode, mended.stdout.endswith(sound(index))) == (0, True)


def test_a_ledger_that_is_made_anew_takes_nothing_along_that_is_called_alike(index):
    (file,) = index.glob("ledger-*.sqlite")
    kept = file.with_name(f"{file.name}.kept-by-me")
    shutil.copy(file, kept)
    DAMAGED_LEDGERS["cut"](file)
    assert call("check", "--store", index, "--repair").returncode == 0
    assert kept.exists()


def test_a_restored_asset_lies_where_the_ledger_knows_it(gone):
    """Its file was moved since the copy was made."""
    (ledger,) = gone.glob("ledger-*.sqlite")
    with Ledger(ledger) as opened:
        moved = [
            replace(one, location=replace(one.location, path=f"moved/{one.location.path}")) for one in opened.records()
        ]
        opened.replace(moved)
    call("check", "--store", gone, "--repair", "--from", gone.parent / "backup")
    with closing(open_store(str(gone))) as store:
        (restored,) = [path for path in paths(store) if path.startswith("moved/")]
        assert restored.removeprefix("moved/") not in paths(store)


def test_a_restored_asset_has_no_places_of_a_copy_of_another_library(whole, index, tmp_path):
    shutil.copytree(whole / "library", tmp_path / "other" / "of-others")
    call("index", tmp_path / "other", "--store", tmp_path / "unrelated", "--workers", "1")
    flip(index, "payload_storage/page_0.dat")
    mended = call("check", "--store", index, "--repair", "--from", tmp_path / "unrelated")
    assert "repaired: 1 restored from the copy" in mended.stdout
    with closing(open_store(str(index))) as store:
        assert paths(store) == [f"{number}.png" for number in range(4)]


def paths(store: Store) -> list[str]:
    return sorted(place.path for entries in store.scroll() for one in entries for place in one.asset.locations)


def without_ledger(index: Path) -> None:
    for file in index.glob("ledger-*"):
        file.unlink()


def test_a_repair_from_a_place_without_an_index_changes_nothing(index, tmp_path):
    flip(index, "payload_storage/page_0.dat")
    written = (index / "stamp.json").read_text()
    done = call("check", "--store", index, "--repair", "--from", tmp_path / "none")
    assert (done.returncode, (index / "stamp.json").read_text()) == (3, written)


def test_a_repair_from_the_index_itself_is_refused(index):
    flip(index, "payload_storage/page_0.dat")
    done = call("check", "--store", index, "--repair", "--from", f"{index}/.")
    assert (done.returncode, done.stderr) == (
        2,
        f"lineage: {index}/. is the index that is to be repaired; name a copy of it\n",
    )


def test_a_repair_from_a_copy_of_another_backbone_changes_nothing(whole, index, tmp_path):
    call("copy", whole / "index", tmp_path / "copy")
    stamp = json.loads((tmp_path / "copy" / "stamp.json").read_text())
    del stamp["sum"]  # one of before there were sums, without a seal to compare it with
    (tmp_path / "copy" / "stamp.json").write_text(json.dumps({**stamp, "weights": "0" * 64}))
    (tmp_path / "copy" / "shard.seal").unlink()
    flip(index, "payload_storage/page_0.dat")
    written = (index / "stamp.json").read_text()
    done = call("check", "--store", index, "--repair", "--from", tmp_path / "copy")
    assert (done.returncode, (index / "stamp.json").read_text()) == (2, written)


def test_what_is_only_lost_does_not_have_the_whole_index_written_anew(index):
    with closing(open_store(str(index))) as store:
        (name, *_), *_ = store.ids()
        store.delete([name])
    written = (index / "stamp.json").read_text()
    assert call("check", "--store", index, "--repair").returncode == 0
    assert (index / "stamp.json").read_text() == written


def test_a_decision_that_was_changed_is_left_out_and_told(index):
    with closing(sqlite3.connect(index / "journal.sqlite")) as journal, journal:
        journal.execute("UPDATE notes SET line = replace(line, '\"reject\"', '\"confirm\"')")
    found = call("check", "--store", index)
    assert found.returncode == 5
    assert "decisions of people that are damaged or lost: " in found.stdout
    listed = call("feedback", "--store", index)
    assert "in the journal is damaged and left out; restore the journal from a copy" in listed.stderr


def change_stamp(index: Path, /, *, sums: bool = True, **facts: object) -> None:
    """Change what a stamp says, as a disk would; without sums it is one of before there were some."""
    stamp = json.loads((index / "stamp.json").read_text())
    kept = stamp if sums else {key: value for key, value in stamp.items() if key != "sum"}
    (index / "stamp.json").write_text(json.dumps(kept | facts))


ANOTHER = "7069c368-285a-44f8-be4f-194bdbef9acf"


@pytest.mark.parametrize("sums", [True, False], ids=["with a sum", "of before"])
@pytest.mark.parametrize(("name", "value"), [("dim", 257), ("weights", "0" * 64), ("index", ANOTHER)])
def test_a_changed_stamp_is_told_and_mended(whole, index, name, value, sums):
    written = json.loads((index / "stamp.json").read_text())
    change_stamp(index, sums=sums, **{name: value})
    for command in ("check", "status"):
        found = call(command, "--store", index)
        assert (found.returncode, found.stdout) == (3, "")
        assert "mend it with: lineage check --repair" in found.stderr
    mended = call("check", "--store", index, "--repair")
    assert (mended.returncode, mended.stdout) == (0, sound(index))
    assert mended.stderr == "stamp.json was damaged and is written anew\n"
    assert json.loads((index / "stamp.json").read_text()) == written


def test_a_form_that_is_newer_by_a_changed_digit_is_called_damaged(index):
    change_stamp(index, schema=3)
    assert "stamp.json is not as it was written; mend it with" in call("status", "--store", index).stderr


@pytest.mark.parametrize("content", [b"", b"{", b"\xff"])
def test_a_stamp_that_cannot_be_read_is_mended(index, content):
    (index / "stamp.json").write_bytes(content)
    assert call("check", "--store", index, "--repair").stdout == sound(index)


def test_a_stamp_that_no_seal_has_is_not_mended_and_said_so(index):
    change_stamp(index, dim=257)
    (index / "shard.seal").unlink()
    mended = call("check", "--store", index, "--repair")
    assert (mended.returncode, mended.stdout) == (3, "")
    assert mended.stderr == (
        f"lineage: the index at {index} is damaged: no seal has what stamp.json said; restore a copy of that file\n"
    )


def test_a_stamp_of_before_with_a_changed_length_is_one_sentence_without_a_seal(index):
    change_stamp(index, sums=False, dim=257)
    (index / "shard.seal").unlink()
    found = call("check", "--store", index)
    assert (found.returncode, found.stdout) == (3, "")
    assert "its stamp says vectors of 257 numbers, and it holds some of 256; restore a copy" in found.stderr


def test_a_stamp_of_before_that_was_changed_before_there_was_a_seal_is_not_sealed(index):
    written = (index / "stamp.json").read_bytes()
    change_stamp(index, sums=False, dim=257)
    (index / "shard.seal").unlink()
    assert call("status", "--store", index).returncode == 3
    assert call("check", "--store", index, "--repair").returncode == 3
    (index / "stamp.json").write_bytes(written)
    assert call("check", "--store", index).stdout == sound(index)


def test_a_stamp_with_a_sum_is_believed_over_a_seal_that_has_another(index):
    written = (index / "stamp.json").read_bytes()
    change_stamp(index, sums=False, weights="0" * 64)
    (index / "shard.seal").unlink()
    assert call("status", "--store", index).returncode == 0  # nobody can tell; and it is sealed so
    (index / "stamp.json").write_bytes(written)
    assert call("check", "--store", index, "--repair").stdout == sound(index)
    assert (index / "stamp.json").read_bytes() == written


def test_of_a_stamp_of_before_and_a_seal_that_has_another_either_may_be_kept(index):
    change_stamp(index, sums=False, weights="0" * 64)
    assert "or restore a copy of that file and remove shard.seal\n" in call("status", "--store", index).stderr
    (index / "shard.seal").unlink()
    assert call("status", "--store", index).returncode == 0


@pytest.mark.parametrize("current", [True, False])
def test_of_two_indexes_each_gets_its_own_stamp_back(index, current):
    with closing(open_pair(str(index))) as pair:
        pair.make_beside(replace(pair.current.stamp, index=ANOTHER)).close()
    name = "stamp.json" if current else f"stamp-{ANOTHER}.json"
    written = (index / name).read_text()
    (index / name).write_text("{")
    assert call("check", "--store", index, "--repair").stdout == sound(index)
    assert (index / name).read_text() == written


IN_ALL = "SELECT id, attachment FROM notes"
DAMAGED_ATTACHMENTS = {
    "flipped": lambda kept: kept[:-9] + bytes([kept[-9] ^ 16]) + kept[-8:],
    "cut": lambda kept: kept[:-7],
    "emptied": lambda kept: b"",
}


def ignoring(whole: Path, index: Path) -> str:
    """The id of the decision to ignore a picture that is not in the index."""
    done = call("ignore", whole / "badge.png", "--store", index, "--json")
    return str(json.loads(done.stdout)["id"])


def change_attachment(index: Path, note: str, change) -> None:
    with closing(sqlite3.connect(index / "journal.sqlite")) as journal, journal:
        ((kept,),) = journal.execute("SELECT attachment FROM notes WHERE id = ?", (note,))
        journal.execute("UPDATE notes SET attachment = ? WHERE id = ?", (change(kept), note))


def without_sums(index: Path) -> None:
    """Let every line of the journal be one of before there were sums."""
    with closing(sqlite3.connect(index / "journal.sqlite")) as journal, journal:
        for key, line in journal.execute("SELECT id, line FROM notes").fetchall():
            record = {name: value for name, value in json.loads(line).items() if name not in ("sum", "attached")}
            journal.execute("UPDATE notes SET line = ? WHERE id = ?", (json.dumps(record), key))


@pytest.mark.parametrize("how", DAMAGED_ATTACHMENTS)
def test_an_ignored_picture_whose_features_were_changed_is_told_and_left_out(whole, index, how):
    note = ignoring(whole, index)
    change_attachment(index, note, DAMAGED_ATTACHMENTS[how])
    asked = call("query", whole / "library" / "1.png", "--store", index, "--read-only")
    assert asked.returncode == 0
    assert asked.stderr == (
        f"lineage: what the journal keeps with the record {note} is damaged; restore the journal from a copy; "
        "until then it is left out\n"
    )
    found = call("check", "--store", index, "--json")
    assert (found.returncode, json.loads(found.stdout)["decisions"]) == (5, [note])


def test_a_post_that_was_changed_in_the_journal_is_told(index):
    ((note, _),) = rows(index, IN_ALL)
    change_attachment(index, note, DAMAGED_ATTACHMENTS["flipped"])
    assert json.loads(call("check", "--store", index, "--json").stdout)["decisions"] == [note]


def test_decisions_of_before_there_were_sums_are_believed(whole, index):
    ignoring(whole, index)
    without_sums(index)
    assert call("check", "--store", index).stdout == sound(index)
    assert call("query", whole / "library" / "1.png", "--store", index, "--read-only").stderr == ""


def test_an_ignored_picture_of_before_there_were_sums_is_told_where_its_features_are_cut(whole, index):
    note = ignoring(whole, index)
    without_sums(index)
    change_attachment(index, note, DAMAGED_ATTACHMENTS["cut"])
    assert json.loads(call("check", "--store", index, "--json").stdout)["decisions"] == [note]


def test_a_copy_leaves_damaged_decisions_behind_and_says_so(whole, index, tmp_path):
    note = ignoring(whole, index)
    change_attachment(index, note, DAMAGED_ATTACHMENTS["flipped"])
    done = call("copy", index, tmp_path / "copy")
    assert done.returncode == 0
    assert f"what the journal keeps with the record {note} is damaged" in done.stderr
    assert "\n1 decision of people copied" in done.stdout
    assert "kept; 1 that are damaged or lost in the original stay behind\n" in done.stdout


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_copied_decisions_take_the_place_of_those_that_are_lost_or_damaged(whole, index, tmp_path, how):
    note = ignoring(whole, index)
    before = rows(index, IN_ALL)
    call("copy", index, tmp_path / "copy")
    if how == "lost":
        delete_notes(index / "journal.sqlite")
    else:
        change_attachment(index, note, DAMAGED_ATTACHMENTS["flipped"])
    done = call("copy", tmp_path / "copy", index, "--decisions")
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(index, IN_ALL) == before


def delete_notes(file: Path) -> None:
    with closing(sqlite3.connect(file)) as journal, journal:
        journal.execute("DELETE FROM notes")


LOSSES = {
    "emptied": lambda file: file.write_bytes(b""),
    "removed": lambda file: file.unlink(),
    "deleted": delete_notes,
}


@pytest.mark.parametrize("how", LOSSES)
def test_a_journal_whose_decisions_are_gone_is_told(whole, index, how):
    ((note, _),) = rows(index, IN_ALL)
    LOSSES[how](index / "journal.sqlite")
    found = call("check", "--store", index, "--json")
    assert (found.returncode, json.loads(found.stdout)["decisions"]) == (5, [note])
    said = (
        f"lineage: decisions that the journal {index / 'journal.sqlite'} held are lost (1 of 1), "
        "and nothing goes by them; bring them back with: lineage check --repair --from COPY\n"
    )
    listed = call("feedback", "--store", index)
    assert (listed.stdout, listed.stderr) == ("", said)
    assert call("query", whole / "library" / "1.png", "--store", index, "--read-only").stderr == said


def test_what_is_decided_after_a_loss_does_not_hide_it(whole, index):
    ((note, _),) = rows(index, IN_ALL)
    (index / "journal.sqlite").unlink()
    for name in ("0.png", "1.png"):
        call("confirm", whole / "library" / name, name, "--store", index)
    assert json.loads(call("check", "--store", index, "--json").stdout)["decisions"] == [note]


def test_lost_and_damaged_decisions_come_back_from_a_copy(whole, index, tmp_path):
    note = ignoring(whole, index)
    before = rows(index, IN_ALL)
    call("copy", index, tmp_path / "copy")
    with closing(sqlite3.connect(index / "journal.sqlite")) as journal, journal:
        journal.execute("DELETE FROM notes WHERE id != ?", (note,))
    change_attachment(index, note, DAMAGED_ATTACHMENTS["flipped"])
    mended = call("check", "--store", index, "--repair", "--from", tmp_path / "copy")
    assert (mended.returncode, "\n2 decisions of people restored from the copy\n" in mended.stdout) == (0, True)
    assert rows(index, IN_ALL) == before


def test_a_journal_of_before_its_notes_were_noted_is_so_from_the_next_decision_on(whole, index):
    (index / "journal.ids").unlink()
    call("confirm", whole / "library" / "1.png", "1.png", "--store", index)
    (index / "journal.sqlite").unlink()
    assert len(json.loads(call("check", "--store", index, "--json").stdout)["decisions"]) == 2


def test_a_note_of_a_decision_that_a_full_disk_has_cut_off_accuses_nobody(whole, index):
    with (index / "journal.ids").open("a") as file:
        file.write("\n0b5d4f5e-85")
    call("confirm", whole / "library" / "1.png", "1.png", "--store", index)
    assert call("check", "--store", index).stdout == sound(index)


def test_a_journal_that_is_none_any_more_is_set_aside_and_comes_back_from_a_copy(index, tmp_path):
    call("copy", index, tmp_path / "copy")
    before, written = rows(index, IN_ALL), (index / "stamp.json").read_bytes()
    (index / "journal.sqlite").write_bytes(b"garbage" * 999)
    found = call("check", "--store", index)
    assert (found.returncode, found.stdout) == (3, "")
    assert "; mend it with: lineage check --repair --from COPY\n" in found.stderr
    mended = call("check", "--store", index, "--repair", "--from", tmp_path / "copy")
    (aside,) = index.glob("damaged-*")
    assert mended.returncode == 0
    assert mended.stderr.startswith(f"the journal was damaged and is set aside in {aside}; ")
    assert (aside / "journal.sqlite").read_bytes() == b"garbage" * 999
    assert rows(index, IN_ALL) == before
    assert (index / "stamp.json").read_bytes() == written  # nothing else was made anew


def test_a_journal_that_somebody_writes_is_not_called_damaged(index, monkeypatch):
    monkeypatch.setattr("lineage.store.record_file._PATIENCE", 0.01)
    written = (index / "stamp.json").read_bytes()
    with closing(sqlite3.connect(index / "journal.sqlite")) as journal:
        journal.execute("BEGIN EXCLUSIVE")
        done = call("check", "--store", index, "--repair")
    assert (done.returncode, done.stdout) == (3, "")
    assert "database is locked" in done.stderr
    assert not [*index.glob("damaged-*")]
    assert (index / "stamp.json").read_bytes() == written


def test_a_line_of_the_journal_that_is_no_text_any_more_damages_no_other(whole, index):
    note = ignoring(whole, index)
    with closing(sqlite3.connect(index / "journal.sqlite")) as journal, journal:
        journal.execute("UPDATE notes SET line = CAST(X'7BFF' AS TEXT) WHERE id = ?", (note,))
    assert json.loads(call("check", "--store", index, "--json").stdout)["decisions"] == [note]


def test_decisions_whose_ids_could_not_be_noted_are_so_later(whole, index):
    (index / "journal.ids").rename(index / "kept")
    (index / "journal.ids").mkdir()  # in the way, as a full disk is
    call("confirm", whole / "library" / "1.png", "1.png", "--store", index)
    (index / "journal.ids").rmdir()
    (index / "kept").rename(index / "journal.ids")
    call("confirm", whole / "library" / "0.png", "0.png", "--store", index)
    assert sorted(journal_ids.read(index / "journal.ids")) == [note for note, _ in rows(index, IN_ALL)]


def test_a_list_of_decisions_that_cannot_be_read_is_one_sentence(index):
    (index / "journal.ids").unlink()
    (index / "journal.ids").mkdir()
    found = call("check", "--store", index)
    assert (found.returncode, found.stderr) == (3, f"lineage: {index / 'journal.ids'} cannot be read: Is a directory\n")


def rows(index: Path, question: str) -> list[tuple[str, bytes]]:
    with closing(sqlite3.connect(index / "journal.sqlite")) as journal:
        return sorted(journal.execute(question))


KILLED = """
import os, sys
from lineage.store import open_store, seal
store = open_store(sys.argv[1])
store.upsert([entry for entries in store.scroll() for entry in entries])
store.flush()
os._exit(9)
"""


def test_a_run_that_is_killed_leaves_no_damage_to_tell(index):
    assert subprocess.run([sys.executable, "-c", KILLED, index], check=False).returncode == 9
    done = call("check", "--store", index)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_that_could_not_unseal_and_is_killed_leaves_no_damage_to_tell(index):
    (index / "shard.seal.part").mkdir()  # in the way of a seal, as a full disk is
    assert subprocess.run([sys.executable, "-c", KILLED, index], check=False).returncode == 9
    (index / "shard.seal.part").rmdir()
    done = call("check", "--store", index)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_index_of_before_there_were_sums_opens_and_is_told(index):
    (index / "shard.seal").unlink()
    assert call("status", "--store", index).stderr == ""


def sound(index: Path) -> str:
    return f"4 assets in {index}, all as they were written\n"
