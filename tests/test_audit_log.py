"""The audit log itself: what is added to it holds, and what was changed in it is found."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lineage.audit.chain import LogLine, Verified, verify
from lineage.audit.line import LONGEST, line_of, record_of
from lineage.audit.log import AuditLog
from lineage.errors import AuditError, UsageError


@pytest.fixture
def file(tmp_path) -> Path:
    """A log of a beginning and five records."""
    log = AuditLog(tmp_path / "audit.jsonl")
    for number in range(5):
        log.append("other", {"of": f"post {number}"})
    return tmp_path / "audit.jsonl"


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def broken(file: Path, *content: bytes) -> tuple[int, str]:
    """Where a log of these lines does not hold, and why."""
    file.write_bytes(b"".join(content))
    found = verify(file).broken
    assert found is not None
    return found.line, found.why


def changed(line: bytes, **content: object) -> bytes:
    """The line with another content and a sum that fits it."""
    record = record_of(line)
    assert record is not None
    return line_of({**record, **content})


def test_every_record_follows_from_the_line_before(file):
    seen: list[LogLine] = []
    found = verify(file, seen.append)
    assert [one.record["kind"] for one in seen] == ["begin", *["other"] * 5]
    assert [one.number for one in seen] == [1, 2, 3, 4, 5, 6]
    assert (found.line, found.kinds, found.torn, found.broken) == (6, {"begin": 1, "other": 5}, {}, None)


def test_the_digests_are_those_of_the_lines_as_any_tool_has_them(file):
    *_, before, last = lines(file)
    assert json.loads(last)["before"] == hashlib.sha256(before).hexdigest()
    assert verify(file).head == hashlib.sha256(last).hexdigest()


def test_a_line_is_ascii_whatever_a_post_is_called(file):
    AuditLog(file).append("other", {"of": "a\u2028b\u202ec\udcff\n"})
    assert lines(file)[-1].isascii()
    seen: list[LogLine] = []
    assert verify(file, seen.append).broken is None
    assert seen[-1].record["of"] == "a\u2028b\u202ec\udcff\n"


@pytest.mark.parametrize("number", range(6))
def test_a_line_that_was_changed_is_named(file, number):
    there = lines(file)
    there[number] = there[number].replace(b'"kind":"', b'"kind":"x', 1)
    line, why = broken(file, *there)
    assert line == number + 1
    assert why in ("is not as it was written", "is no record")


@pytest.mark.parametrize("number", range(5))
def test_a_line_that_was_written_anew_with_its_sum_is_found_by_the_next(file, number):
    there = lines(file)
    there[number] = changed(there[number], of="another post")
    line, why = broken(file, *there)
    assert (line, "does not follow from the line before" in why) == (number + 2, True)


def test_a_last_line_that_was_written_anew_is_found_by_the_head_alone(file):
    heads: list[str] = []
    verify(file, lambda line: heads.append(line.digest))
    *there, last = lines(file)
    file.write_bytes(b"".join([*there, changed(last, of="another post")]))
    found = verify(file)
    assert (found.broken, found.head in heads) == (None, False)


@pytest.mark.parametrize("number", range(5))
def test_a_line_that_was_taken_out_is_missed(file, number):
    there = lines(file)
    line, why = broken(file, *there[:number], *there[number + 1 :])
    assert (line, "lines before it are missing" in why) == (number + 1, True)


def test_lines_that_changed_places_are_found(file):
    one, two, three, *rest = lines(file)
    assert broken(file, one, three, two, *rest)[0] == 2


def test_a_line_that_was_put_in_is_found(file):
    one, two, *rest = lines(file)
    assert broken(file, one, two, two, *rest)[0] == 3


def test_a_log_that_begins_anew_in_the_middle_is_found(file, tmp_path):
    AuditLog(tmp_path / "other").begin()
    there = lines(file)
    again = changed(lines(tmp_path / "other")[0], number=7, before=hashlib.sha256(there[-1]).hexdigest())
    assert broken(file, *there, again) == (7, "another log begins here")


def test_a_log_that_was_cut_off_holds_and_lacks_the_head_that_was_noted(file):
    noted = verify(file).head
    file.write_bytes(b"".join(lines(file)[:4]))
    heads: list[str] = []
    found = verify(file, lambda line: heads.append(line.digest))
    assert (found.broken, found.line, noted in heads) == (None, 4, False)


def test_something_else_is_no_log_and_stays_as_it_is(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("dear diary\n")
    with pytest.raises(UsageError, match="is no audit log"):
        verify(file)
    with pytest.raises(AuditError, match="holds something else"):
        AuditLog(file).append("other", {})
    assert file.read_text() == "dear diary\n"


def test_a_large_file_that_is_no_log_is_not_read(tmp_path):
    file = tmp_path / "film.raw"
    file.touch()
    os.truncate(file, 3 * 2**30)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    failed = subprocess.run(
        [sys.executable, "-c", WRITER, str(file), "1"], preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert "holds something else than an audit log; name another file" in failed.stderr


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(AuditError, match=r"nowhere/audit.jsonl cannot be written: No such file"):
        AuditLog(tmp_path / "nowhere" / "audit.jsonl").begin()


def test_a_log_that_is_begun_twice_begins_once(file):
    before = file.read_bytes()
    AuditLog(file).begin()
    assert file.read_bytes() == before


# Writers at once, and writers that are killed


WRITER = """
import sys
from pathlib import Path
from lineage.audit.log import AuditLog
log = AuditLog(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    log.append("other", {"of": "x" * 20_000})
"""


def writer(file: Path, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(file), str(count)])


def test_threads_and_processes_that_write_at_once_make_one_chain(tmp_path):
    file = tmp_path / "audit.jsonl"
    processes = [writer(file, 20), writer(file, 20)]
    log = AuditLog(file)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: log.append("another", {"of": number}), range(40)))
    assert [process.wait() for process in processes] == [0, 0]
    found = verify(file)
    assert (found.broken, found.torn) == (None, {})
    assert found.kinds == {"begin": 1, "other": 40, "another": 40}


def test_a_writer_that_is_killed_leaves_a_log_that_goes_on(tmp_path):
    file = tmp_path / "audit.jsonl"
    for _ in range(3):
        process = writer(file, 100_000)
        before = file.stat().st_size if file.exists() else 0
        while not file.exists() or file.stat().st_size < before + 100_000:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        AuditLog(file).append("another", {})
    found = verify(file)
    assert (found.broken, found.kinds["another"]) == (None, 3)


def assert_goes_on(file: Path, *, torn: dict[int, int]) -> Verified:
    """The next record can be added, and says what lies before it."""
    AuditLog(file).append("another", {})
    found = verify(file)
    assert (found.broken, found.torn, found.kinds["another"]) == (None, torn, 1)
    return found


@pytest.mark.parametrize("left", [1, 50, 120, -1])
def test_what_is_torn_off_stays_and_is_told(file, left):
    *whole, last = lines(file)
    part = last[: left if left > 0 else -2]
    file.write_bytes(b"".join([*whole, part]))
    assert verify(file).torn == {6: len(part)}
    assert_goes_on(file, torn={6: len(part) + 1})
    assert file.read_bytes().startswith(b"".join([*whole, part]))


@pytest.mark.parametrize("left", [1, 50, 120])
def test_the_end_of_what_is_torn_off_without_the_next_record_is_no_break(file, left):
    *whole, last = lines(file)
    file.write_bytes(b"".join([*whole, last[:left], b"\n"]))
    found = verify(file)
    assert (found.broken, found.torn) == (None, {6: left + 1})
    assert_goes_on(file, torn={6: left + 1})


@pytest.mark.parametrize("last", [b"something else\n", b'{"before":"damaged"",}\n', b"\n"])
def test_a_last_line_that_no_writer_leaves_is_found(file, last):
    assert broken(file, *lines(file), last) == (7, "is no record")


def test_a_last_line_that_says_the_same_in_other_bytes_is_found(file):
    AuditLog(file).append("other", {"of": "é"})
    assert broken(file, file.read_bytes().replace(b"\\u00e9", b"\\u00E9")) == (7, "is not as it was written")


def test_a_record_that_lacks_only_its_end_is_one(file):
    file.write_bytes(file.read_bytes()[:-1])
    assert_goes_on(file, torn={})


def test_what_is_torn_off_twice_in_a_row_is_told(file):
    *whole, last = lines(file)
    file.write_bytes(b"".join([*whole, last[:80], b"\n", last[:70]]))
    assert_goes_on(file, torn={6: 81 + 71})


@pytest.mark.parametrize("left", [1, 40, 90, 150])
def test_a_log_whose_beginning_was_torn_off_goes_on(file, left):
    file.write_bytes(lines(file)[0][:left])
    assert assert_goes_on(file, torn={1: left + 1}).kinds["begin"] == 1


def test_a_part_in_the_middle_that_nobody_speaks_of_is_found(file):
    there = lines(file)
    assert broken(file, *there[:3], there[3][:80] + b"\n", *there[4:])[0] == 4


def test_a_log_that_meets_a_full_disk_goes_on_once_there_is_room(file):
    def limit() -> None:
        size = file.stat().st_size + 5_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    failed = subprocess.run(
        [sys.executable, "-c", WRITER, str(file), "1"], preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert "AuditError" in failed.stderr
    assert_goes_on(file, torn={7: 5_001})


@pytest.mark.skipif(os.name != "posix", reason="waits for a lock of POSIX")
def test_a_log_that_somebody_holds_too_long_is_one_sentence(file, monkeypatch):
    import portalocker

    monkeypatch.setattr("lineage.audit.log._PATIENCE", 0.05)
    with portalocker.Lock(file, "ab+"), pytest.raises(AuditError, match="in use by another process"):
        AuditLog(file).begin()


OTHER_FORM = "is of another form than this version of lineage writes"


def test_a_record_of_another_form_is_named_and_no_traceback(file):
    *before, last = lines(file)
    assert broken(file, *before, changed(last, kind="answer")) == (6, OTHER_FORM)
    assert broken(file, *before, changed(last, time="yesterday"))[0] == 6


HASHES = {"phash": "0" * 16, "pdq": "0" * 64, "pdq_quality": 90}
GROUNDS = {"versions": {"index": "i", "code": "c"}, "settings": {}, "assets": 1, "library": "", "decisions": ""}
MATCH = {"asset": "a.jpg", "claimed": True, "probability": 0.5}
SAID = {"verdict": "known", "probability": 0.5, "remarks": [], "matches": [MATCH]}
POST = {"name": "p.jpg", "place": "", "sha256": "", "hashes": HASHES}
ANSWER = {"kind": "answer", "post": POST, "said": SAID, "grounds": GROUNDS}
NOTE = {
    **dict.fromkeys(("id", "when", "who", "picture", "asset", "path", "reason", "undoes"), ""),
    **{"what": "confirm", "hashes": HASHES},
}
EARLIER = {"count": 0, "digest": ""}
DECISION = {"kind": "decision", "note": NOTE, "kept": "", "store": "index", "index": "i", "earlier": EARLIER}


@pytest.mark.parametrize("record", [ANSWER, DECISION])
def test_a_record_of_this_form_holds(file, record):
    *before, last = lines(file)
    file.write_bytes(b"".join([*before, changed(last, **record)]))
    assert verify(file).broken is None


@pytest.mark.parametrize(
    "record",
    [
        ANSWER | {"said": SAID | {"matches": [{"asset": "a.jpg", "claimed": True}]}},
        ANSWER | {"said": SAID | {"matches": [MATCH | {"probability": "high"}]}},
        ANSWER | {"said": SAID | {"verdict": "guilty"}},
        ANSWER | {"said": SAID | {"verdict": ["known"]}},
        ANSWER | {"said": SAID | {"probability": {}}},
        ANSWER | {"said": SAID | {"remarks": [1]}},
        ANSWER | {"grounds": GROUNDS | {"versions": {"index": "i", "code": 7}}},
        ANSWER | {"grounds": GROUNDS | {"versions": {"code": "c"}}},
        ANSWER | {"grounds": GROUNDS | {"settings": {"candidates": "all"}}},
        ANSWER | {"post": {name: value for name, value in POST.items() if name != "hashes"}},
        ANSWER | {"post": POST | {"hashes": HASHES | {"pdq": "odd"}}},
        ANSWER | {"post": POST | {"hashes": HASHES | {"phash": None}}},
        ANSWER | {"post": POST | {"hashes": HASHES | {"another": ""}}},
        DECISION | {"note": NOTE | {"what": "acquit"}},
        DECISION | {"note": NOTE | {"what": "undo"}},
        DECISION | {"note": NOTE | {"undoes": "n"}},
        DECISION | {"earlier": EARLIER | {"count": "none"}},
        DECISION | {"note": {name: value for name, value in NOTE.items() if name != "hashes"}},
    ],
)
def test_a_record_that_somebody_made_up_is_named_before_anybody_reads_it(file, record):
    *before, last = lines(file)
    assert broken(file, *before, changed(last, **record)) == (6, OTHER_FORM)


def test_a_record_that_is_nested_too_deeply_is_named(file):
    *before, last = lines(file)
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    assert broken(file, *before, changed(last, of=deep)) == (6, OTHER_FORM)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_line_that_is_nested_as_deeply_as_python_reads_is_no_record(opening):
    closing = {b"[": b"]", b'{"a":': b"}"}[opening]
    for depth in range(900, 1010):  # what is read with the last level that there is cannot be written again
        line = b'{"a":' + opening * depth + b"1" + closing * depth + b',"sum":1}\n'
        assert record_of(line) is None


def test_a_line_without_an_end_is_not_read_as_a_whole(file, monkeypatch):
    monkeypatch.setattr("lineage.audit.chain.LONGEST", 5_000)
    assert broken(file, *lines(file), b"x" * 20_000) == (7, "is longer than any that lineage writes")


def test_a_record_that_is_longer_than_any_that_is_read_is_not_written(file):
    before = file.read_bytes()
    with pytest.raises(AuditError, match=r"a record of 8,388,[0-9]+ bytes is longer"):
        AuditLog(file).append("other", {"of": "x" * LONGEST})
    assert file.read_bytes() == before


def test_a_log_of_a_later_form_is_named(file):
    first, *_ = lines(file)
    assert broken(file, changed(first, form=2)) == (1, OTHER_FORM)


def test_a_new_log_is_for_its_owner_alone(file):
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_record_is_older_than_its_log(tmp_path):
    AuditLog(tmp_path / "new.jsonl").append("other", {})
    found = verify(tmp_path / "new.jsonl")
    assert found.begun <= found.written
