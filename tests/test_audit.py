"""What is asked and decided stands in the audit log, and `lineage audit` says whether it still does."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import numpy as np
import pytest
from PIL import Image

import lineage
from lineage.audit.decisions import open_logged_journal
from lineage.audit.grounds import digest_of_ids
from lineage.feedback import notes
from lineage.settings import load_settings
from lineage.store.journal import open_journal
from tests.command import call
from tests.indexed import indexed
from tests.qdrant_standin import QdrantStandin, standin
from tests.serving import served
from tests.web import web


@pytest.fixture(scope="module")
def made(tmp_path_factory, drawn) -> Path:
    """An index of five pictures, and posts: a copy of one, the same saved again, and a stranger."""
    place = indexed(tmp_path_factory.mktemp("place"), 5)
    (place / "posts").mkdir()
    Image.fromarray(drawn(3)[20:220, 30:300]).save(place / "posts/copy.jpg", quality=80)
    Image.fromarray(drawn(3)[20:220, 30:300]).save(place / "posts/copy-again.jpg", quality=60)
    Image.fromarray(drawn(9)).save(place / "posts/stranger.png")
    return place


@pytest.fixture
def place(made, tmp_path, monkeypatch) -> Path:
    """A copy of them to work in, and an audit log."""
    for folder in ("library", "posts", "index"):
        shutil.copytree(made / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINEAGE_STORE", "index")
    monkeypatch.setenv("LINEAGE_AUDIT_LOG", "audit.jsonl")
    return tmp_path


@pytest.fixture
def server(place, monkeypatch) -> Iterator[QdrantStandin]:
    """A Qdrant server, and a folder of the user's own for the ledgers of its indexes."""
    monkeypatch.setenv("XDG_DATA_HOME", str(place / "data"))
    with standin() as server:
        yield server


def said(*arguments: str | Path) -> str:
    done = call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def audited(*arguments: str | Path, code: int = 0) -> dict[str, Any]:
    done = call("audit", "audit.jsonl", "--json", *arguments)
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def records(file: str = "audit.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(file).read_text(encoding="ascii").splitlines()]


def beside_the_log(monkeypatch, *arguments: str) -> None:
    with monkeypatch.context() as changed:
        changed.delenv("LINEAGE_AUDIT_LOG")
        said(*arguments)


def in_journal(change: str, *values: bytes) -> None:
    """What somebody can do who may write the folder."""
    with closing(sqlite3.connect("index/journal.sqlite")) as journal, journal:
        journal.execute(change, values)


def sha256(file: Path | str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def test_an_answer_is_written_with_all_that_it_rests_on(place):
    told = json.loads(said("query", "posts/copy.jpg", "--json"))
    _, record = records()
    assert (record["kind"], record["number"]) == ("answer", 2)
    assert record["said"] == {name: told[name] for name in record["said"]}
    assert {*told} - {*record["said"]} == {"query", "seconds", "versions", "run", "time"}
    assert record["post"]["name"] == "posts/copy.jpg"
    assert record["post"]["place"] == str(place / "posts/copy.jpg")
    assert record["post"]["sha256"] == sha256("posts/copy.jpg")
    grounds = record["grounds"]
    assert {**grounds["versions"], **told["versions"]} == grounds["versions"]
    assert {"code", "numpy", "onnxruntime"} <= {*grounds["versions"]}
    assert (grounds["assets"], grounds["settings"]["candidates"]) == (5, 50)


def test_nothing_is_written_unless_a_log_is_named(place, monkeypatch):
    monkeypatch.delenv("LINEAGE_AUDIT_LOG")
    said("query", "posts/copy.jpg")
    said("quarantine", "3.png")
    assert not (place / "audit.jsonl").exists()


def test_every_answer_of_every_way_to_ask_is_written(place):
    said("query", "posts", "--read-only")
    said("exposure", "posts")
    with lineage.open() as index:
        index.query(np.asarray(Image.open("posts/stranger.png")))
    answers = records()[1:]
    assert [one["post"]["name"] for one in answers].count("posts/copy.jpg") == 2
    assert len(answers) == 3 + 3 + 1
    assert (answers[-1]["post"]["sha256"], len(answers[-1]["post"]["pixels"])) == ("", 64)


def test_every_decision_is_written_and_so_is_taking_it_back(place):
    said("confirm", "posts/stranger.png", "1.png", "--by", "anna")
    said("reject", "posts/copy.jpg", "2.png", "--by", "anna")
    said("ignore", "library/4.png")
    said("quarantine", "3.png", "--reason", "a badge")
    said("quarantine", "3.png", "--undo", "--by", "ben")
    written = [one["note"] for one in records()[1:]]
    assert [note["what"] for note in written] == ["confirm", "reject", "ignore", "quarantine", "undo"]
    assert (written[0]["who"], written[0]["path"]) == ("anna", "1.png")
    assert (written[4]["who"], written[4]["undoes"]) == ("ben", written[3]["id"])
    assert audited()["kinds"] == {"begin": 1, "decision": 5}


def test_a_service_writes_what_it_answers_and_what_is_decided_there(place):
    with served("index", audit_log="audit.jsonl") as address:
        assert call("query", "posts/copy.jpg", "--service", address).returncode == 0
        files = {"post": ("other.jpg", Path("posts/copy.jpg").read_bytes())}
        found = httpx.post(f"{address}/v1/query", files=files, params={"remember": "false"}, timeout=60).json()
        decision = {"what": "confirm", "answer": found["answer"], "asset": found["matches"][0]["id"], "by": "anna"}
        note = httpx.post(f"{address}/v1/feedback", json=decision, timeout=60).json()
        httpx.post(f"{address}/v1/feedback", json={"what": "undo", "decision": note["id"]}, timeout=60)
    _, one, other, confirmed, undone = records()
    assert (one["post"]["name"], other["post"]["name"]) == ("posts/copy.jpg", "other.jpg")
    assert one["post"]["sha256"] == other["post"]["sha256"] == sha256("posts/copy.jpg")
    assert (confirmed["note"]["who"], undone["note"]["undoes"]) == ("anna", confirmed["note"]["id"])


def test_what_cannot_be_written_down_is_not_answered_and_not_decided(place):
    (place / "audit.jsonl").mkdir()
    asked = call("query", "posts/copy.jpg")
    assert (asked.returncode, asked.stdout) == (3, "")
    assert asked.stderr == "lineage: the audit log audit.jsonl cannot be written: Is a directory\n"
    assert call("quarantine", "3.png").returncode == 3
    (place / "audit.jsonl").rmdir()
    assert said("feedback") == ""


def test_secrets_in_addresses_are_not_written(place):
    said("quarantine", "3.png", "--reason", "see https://me:sesame@example.org/a?sig=sesame")
    assert b"sesame" not in (place / "audit.jsonl").read_bytes()


def test_a_log_that_nobody_changed_holds(place):
    said("query", "posts")
    said("quarantine", "3.png")
    first, head = said("audit").splitlines()
    assert first.startswith("audit.jsonl holds: 3 answers and 1 decision, 20")
    *_, last = (place / "audit.jsonl").read_bytes().splitlines(keepends=True)
    assert head == f"head: line 5, {hashlib.sha256(last).hexdigest()}"


def test_a_log_that_was_changed_is_refused_and_the_line_named(place):
    said("query", "posts/copy.jpg")
    said("query", "posts/stranger.png")
    file = place / "audit.jsonl"
    file.write_text(file.read_text().replace('"verdict":"known"', '"verdict":"novel"'))
    done = call("audit", "audit.jsonl")
    assert (done.returncode, done.stderr) == (5, "")
    assert done.stdout.splitlines()[0] == "audit.jsonl does not hold: line 2 is not as it was written"
    found = audited(code=5)
    assert (found["holds"], found["broken"]["line"], found["line"]) == (False, 2, 1)


def test_a_head_that_was_noted_tells_whether_lines_are_gone(place):
    said("query", "posts/copy.jpg")
    noted = audited()["head"]
    said("query", "posts/stranger.png")
    assert audited("--head", noted)["noted"] == 2
    assert "that of line 2; 1 line was added since" in said("audit", "--head", noted)
    head = audited()["head"]
    (place / "audit.jsonl").write_bytes(b"".join((place / "audit.jsonl").read_bytes().splitlines(True)[:2]))
    assert audited("--head", head, code=5)["noted"] is None
    assert "is not in it" in call("audit", "--head", head).stdout
    assert call("audit", "--head", "abc").returncode == 2


def test_what_was_said_and_decided_about_a_post_is_shown(place):
    said("query", "posts")
    said("confirm", "posts/copy-again.jpg", "3.png", "--by", "anna")
    said("confirm", "posts/copy-again.jpg", "3.png", "--undo", "--by", "ben")
    shown = said("audit", "--post", "posts/copy.jpg")
    assert shown.count("KNOWN, made from 3.png (p 0.9") == 2
    assert "anna: posts/copy-again.jpg was made from 3.png" in shown
    assert "ben: taken back: posts/copy-again.jpg was made from 3.png" in shown
    assert "stranger" not in shown
    assert [one["kind"] for one in audited("--post", "posts/stranger.png")["post"]] == ["answer"]
    assert "nothing in it is about this post" in said("audit", "--post", "library/0.png")


@pytest.mark.parametrize("own", [True, False])
def test_a_made_up_decision_that_takes_back_what_it_cannot_is_no_traceback(place, own):
    said("confirm", "posts/copy.jpg", "3.png")
    said("confirm", "posts/copy.jpg", "3.png", "--undo")
    made, undone = records()[1:]
    note = undone["note"] | ({"id": made["note"]["id"]} if own else {"id": "made up", "undoes": undone["note"]["id"]})
    rewrite([*records(), undone | {"note": note, "number": 4}])
    shown = said("audit", "--post", "posts/copy.jpg").splitlines()[2:]
    assert ["taken back" in line for line in shown] == [False, True, True][: 2 + own]


def test_an_answer_is_given_again(place):
    said("query", "posts")
    found = audited("--replay")
    assert found["replayed"] == {"same": 3, "changed": 0, "different": 0, "not asked": 0}
    assert (found["others"], found["decisions"]) == ([], [])
    assert len(records()) == 4  # asking again is no answer to anybody


def test_an_answer_that_differs_since_something_changed_says_what(place):
    said("query", "posts/copy.jpg")
    said("quarantine", "3.png", "--by", "anna")
    lines = said("audit", "--replay").splitlines()
    assert lines[2].startswith("line 2: posts/copy.jpg was KNOWN, made from 3.png (p 0.9")
    assert lines[2].endswith("and is REVIEW, perhaps 3.png now; since then: other decisions of people")
    said("quarantine", "3.png", "--undo")
    said("forget", "3.png")
    (other,) = audited("--replay")["others"]
    assert (other["outcome"], other["why"]) == ("changed", ["5 assets then, 4 now"])


def test_an_answer_that_differs_though_nothing_changed_is_refused(place):
    said("query", "posts/copy.jpg")
    forged = [*records()]
    forged[1]["said"]["verdict"] = "novel"
    rewrite(forged)
    done = call("audit", "--replay")
    assert done.returncode == 5
    assert "was NOVEL, nearest 3.png" in done.stdout
    assert "nothing has changed since that it depends on" in done.stdout


def rewrite(forged: list[dict[str, Any]]) -> None:
    """A log that holds, with other content: what somebody can do who may write the file."""
    from lineage.audit.line import NOTHING, digest_of, line_of

    before, made = NOTHING, b""
    for record in forged:
        record.pop("sum")
        line = line_of({**record, "before": before})
        before, made = digest_of(line), made + line
    Path("audit.jsonl").write_bytes(made)


def test_a_post_that_is_gone_or_another_one_now_is_not_asked(place):
    said("query", "posts")
    (place / "posts/copy.jpg").unlink()
    shutil.copy("library/0.png", "posts/stranger.png")
    found = audited("--replay")
    assert found["replayed"] == {"same": 1, "changed": 0, "different": 0, "not asked": 2}
    why = {one["post"]: one["why"][0] for one in found["others"]}
    assert why["posts/copy.jpg"] == "no such file or directory"
    assert why["posts/stranger.png"].endswith("holds something else now")


def test_addresses_that_a_log_names_are_asked_only_if_that_is_wanted(place):
    with web() as server:
        server.files["/copy.jpg"] = Path("posts/copy.jpg").read_bytes()
        said("query", f"{server.url}/copy.jpg")
        (other,) = audited("--replay")["others"]
        assert (other["outcome"], "with --fetch alone" in other["why"][0]) == ("not asked", True)
        assert server.read == ["/copy.jpg"]
        assert audited("--replay", "--fetch")["replayed"]["same"] == 1
    assert call("audit", "--fetch").returncode == 2


def test_a_file_whose_path_looks_as_if_it_had_a_secret_is_asked_about(place):
    shutil.copy("posts/copy.jpg", "posts/***.jpg")
    said("query", "posts/***.jpg")
    assert audited("--replay")["replayed"]["same"] == 1


@pytest.mark.parametrize("odd", ["posts/\0.jpg", "posts/\ud800.jpg"])
def test_a_place_that_is_no_name_of_a_file_is_not_asked(place, odd):
    said("query", "posts/copy.jpg")
    forged = records()
    forged[1]["post"]["place"] = forged[1]["post"]["name"] = odd
    rewrite(forged)
    assert "cannot be asked about again: its place is no name of a file" in said("audit", "--replay")


def test_an_index_that_is_filled_anew_is_another_one(place):
    said("query", "posts/copy.jpg")
    said("index", "library", "--store", "second", "--workers", "1")
    (other,) = audited("--replay", "--store", "second")["others"]
    assert (other["outcome"], "asked of another index" in other["why"][0]) == ("not asked", True)


def test_files_that_moved_change_no_verdict(place):
    said("query", "posts/copy.jpg")
    (place / "library/sub").mkdir()
    (place / "library/3.png").rename(place / "library/sub/3.png")
    said("sync", "library", "--workers", "1")
    assert audited("--replay")["replayed"]["same"] == 1


def test_a_decision_that_was_taken_out_of_the_journal_is_missed(place):
    said("quarantine", "3.png")
    said("quarantine", "2.png")
    in_journal("DELETE FROM notes WHERE line LIKE '%3.png%'")
    done = call("audit", "--replay")
    assert done.returncode == 5
    assert "line 2: the decision" in done.stdout
    assert "is not in the journal" in done.stdout


def test_a_decision_that_was_made_beside_the_log_is_found(place, monkeypatch):
    said("quarantine", "3.png")
    beside_the_log(monkeypatch, "quarantine", "2.png", "--by", "mallory")
    (found,) = audited("--replay", code=5)["decisions"]
    assert (found["line"], found["why"].startswith("is not in the log: quarantine by mallory")) == (0, True)


def test_a_decision_that_was_put_in_with_an_early_date_is_found(place, monkeypatch):
    beside_the_log(monkeypatch, "quarantine", "2.png")
    said("quarantine", "3.png")
    assert audited("--replay")["decisions"] == []
    monkeypatch.setattr("lineage.feedback.notes.now", lambda: "2020-01-01T00:00:00.000000+00:00")
    beside_the_log(monkeypatch, "quarantine", "1.png")
    done = call("audit", "--replay")
    assert done.returncode == 5
    counts = "decisions of before this one that are not in the log: 2 now, 1 when it was made"
    assert f"line 2: {counts}" in done.stdout.splitlines()


def test_a_decision_from_before_the_log_that_was_taken_out_is_missed(place, monkeypatch):
    beside_the_log(monkeypatch, "quarantine", "2.png")
    said("quarantine", "3.png")
    in_journal("DELETE FROM notes WHERE line LIKE '%2.png%'")
    (found,) = audited("--replay", code=5)["decisions"]
    assert (found["line"], found["why"].endswith(": 0 now, 1 when it was made")) == (2, True)


def test_a_service_that_goes_on_in_a_new_log_knows_what_was_decided_in_the_old_one(place):
    with closing(open_logged_journal(load_settings())) as journal:
        notes.quarantine(journal, "3", path="3.png", reason="", who="anna")
        Path("audit.jsonl").rename("audit.old.jsonl")
        notes.quarantine(journal, "2", path="2.png", reason="", who="anna")
    assert audited("--replay")["decisions"] == []


def test_a_post_that_was_exchanged_under_a_decision_is_found(place):
    said("confirm", "posts/copy.jpg", "3.png")
    in_journal("UPDATE notes SET attachment = ?", Path("posts/stranger.png").read_bytes())
    (found,) = audited("--replay", code=5)["decisions"]
    assert (found["line"], found["why"]) == (2, "is the same in the journal, but what is kept with it is not")


def test_a_decision_about_an_index_that_was_moved_is_missed(place):
    said("quarantine", "3.png")
    in_journal("DELETE FROM notes")
    (place / "index").rename("elsewhere")
    (found,) = audited("--replay", "--store", "elsewhere", code=5)["decisions"]
    assert (found["line"], "is not in the journal" in found["why"]) == (2, True)


def test_a_decision_on_a_server_by_another_spelling_of_its_address_is_missed(server):
    said("copy", "index", f"{server.url}/pictures")
    said("quarantine", "3.png", "--store", f"{server.url}/pictures")
    server.local.delete_collection("pictures-journal")
    other = server.url.replace("127.0.0.1", "localhost")
    (found,) = audited("--replay", "--store", f"{other}/pictures", code=5)["decisions"]
    assert "is not in the journal" in found["why"]


def test_decisions_that_are_copied_are_written_as_those_of_the_copy(place, monkeypatch):
    beside_the_log(monkeypatch, "confirm", "posts/copy.jpg", "3.png", "--by", "anna")
    said("copy", "index", "second")
    (copied,) = records()[1:]
    assert (copied["note"]["who"], copied["store"]) == ("anna", str(place / "second"))
    assert [audited("--replay", "--store", store)["decisions"] for store in ("index", "second")] == [[], []]


def test_a_decision_is_missed_though_its_copy_is_in_the_log_too(place):
    said("quarantine", "3.png")
    said("copy", "index", "second")
    in_journal("DELETE FROM notes")
    assert [one["line"] for one in audited("--replay", code=5)["decisions"]] == [2]


def test_answers_and_decisions_on_a_server_are_written_too(server, monkeypatch):
    monkeypatch.setenv("LINEAGE_STORE", f"{server.url}/pictures")
    said("index", "library", "--workers", "1")
    said("query", "posts/copy.jpg")
    said("quarantine", "2.png")
    found = audited("--replay")
    assert (found["kinds"]["decision"], found["decisions"]) == (1, [])
    (other,) = found["others"] or [{"outcome": "same"}]
    assert other["outcome"] in ("same", "changed")


def test_an_answer_of_a_server_does_not_claim_to_know_which_assets_there_were(server, monkeypatch):
    said("copy", "index", f"{server.url}/pictures")
    monkeypatch.setenv("LINEAGE_STORE", f"{server.url}/pictures")
    with lineage.open() as index:
        index.query("posts/stranger.png")
        said("forget", "2.png")
        shutil.copy("posts/stranger.png", "library/5.png")
        said("index", "library/5.png", "--workers", "1")
        index.query("posts/copy.jpg")
    (first, *_) = audited("--replay")["others"]
    assert [(one["grounds"]["assets"], one["grounds"]["library"]) for one in records()[1:]] == [(5, ""), (5, "")]
    assert (first["outcome"], first["why"]) == ("changed", ["perhaps other assets, 5 then and now"])


def test_a_decision_does_not_make_the_next_answer_read_all_ids_again(place, monkeypatch):
    read = mock.Mock(side_effect=digest_of_ids)
    monkeypatch.setattr("lineage.library.digest_of_ids", read)
    with lineage.open() as index:
        index.query("posts/copy.jpg")
        with closing(open_journal("index")) as journal:
            notes.quarantine(journal, "an asset", path="2.png", reason="", who="anna")
        index.catch_up()
        index.query("posts/copy.jpg")
    before, after = (one["grounds"] for one in records() if one["kind"] == "answer")
    assert (read.call_count, before["library"]) == (1, after["library"])
    assert before["decisions"] != after["decisions"]


def test_no_log_is_wrong_usage(place, monkeypatch):
    monkeypatch.delenv("LINEAGE_AUDIT_LOG")
    assert "name the log" in call("audit").stderr
    done = call("audit", "nowhere.jsonl")
    assert (done.returncode, done.stderr) == (2, "lineage: nowhere.jsonl: cannot be read: No such file or directory\n")


def test_the_name_that_somebody_gives_is_no_place_to_read(place):
    with lineage.open("index") as index:
        index.query((place / "posts/copy.jpg").read_bytes(), name=str(place / "posts/copy.jpg"))
    (other,) = audited("--replay")["others"]
    assert (other["outcome"], "given as bytes" in other["why"][0]) == ("not asked", True)


def test_a_decision_is_of_the_index_whichever_way_leads_there(place):
    (place / "link").symlink_to(place / "index")
    said("quarantine", "3.png", "--store", "link")
    in_journal("DELETE FROM notes WHERE line LIKE '%3.png%'")
    assert call("audit", "--replay").returncode == 5


def test_a_log_in_the_folder_of_the_index_is_refused(place, monkeypatch):
    monkeypatch.setenv("LINEAGE_AUDIT_LOG", "index/audit.jsonl")
    done = call("query", "posts/copy.jpg")
    assert (done.returncode, "in the folder of the index" in done.stderr) == (2, True)
    assert call("quarantine", "3.png").returncode == 2


def test_a_log_in_the_folder_of_a_copy_is_refused_before_anything_is_copied(place, monkeypatch):
    monkeypatch.setenv("LINEAGE_AUDIT_LOG", "second/audit.jsonl")
    done = call("copy", "index", "second")
    assert (done.returncode, "would lie in the folder of the index" in done.stderr) == (2, True)
    assert not (place / "second").exists()


def test_a_head_behind_a_line_that_does_not_hold_is_not_said_to_be_gone(place):
    said("query", "posts/copy.jpg")
    head = audited()["head"]
    log = place / "audit.jsonl"
    log.write_text(log.read_text().replace("copy.jpg", "cope.jpg", 1))
    assert "not in the part of it that holds" in call("audit", "--head", head).stdout
