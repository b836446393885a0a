"""Whatever a person, a list or a program hands over as text: it is taken, or refused in one sentence."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, closing
from pathlib import Path
from unittest import mock

import pytest
from fsspec.registry import known_implementations
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from indexer.files.remote import ListScan
from indexer.files.targets import scans
from lineage.cli.feedback.decisions_file import read_pairs
from lineage.cli.forms import CsvRows, JsonLines
from lineage.cli.kept import keep
from lineage.decide.calibration_file import SHIPPED, load_calibration
from lineage.errors import LineageError, UsageError
from lineage.insight.exposure.given import read_answers
from lineage.machine.one_line import one_line
from lineage.read.places import look, split
from lineage.read.tables import read_rows
from lineage.settings import Settings, load_settings
from lineage.store import open_store
from lineage.web.catalogue import read_catalogue
from lineage.web.keys import read_keys

LONGEST = 2_000  # characters of a sentence beside those of what it is about
NUMBERS = st.integers() | st.integers(min_value=10**8) | st.just(10**400) | st.floats()
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
DEEP = ("[" * 50_000, '{"a":' * 50_000)
FEWER = settings(max_examples=settings().max_examples // 5 + 1)  # of what takes long
VERSIONS = {"index": "i", "backbone": "b", "calibration": "c"}


def refused_in_a_sentence(work: Callable[[], object], given: str | bytes) -> bool:
    """Whether the work was refused; that is a sentence then. Whatever else it raises is a fault."""
    try:
        work()
    except LineageError as error:
        shown = one_line(str(error))
        assert shown.strip()
        assert len(shown) < LONGEST + 12 * len(given)
        return True
    return False


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module", autouse=True)
def _nobody_outside() -> Iterator[None]:
    """Nothing that is made up here is looked for in any network, and nothing is waited for."""
    nobody = OSError("nobody is asked")
    with (
        mock.patch.object(socket, "getaddrinfo", side_effect=nobody),
        mock.patch.object(socket.socket, "connect", side_effect=nobody),
        mock.patch("lineage.read.places.link.PAUSES", ()),
    ):
        yield


# Files

CELL = st.text() | st.sampled_from(["=1", '"', "\r", "\0", "a,b", "x" * 200_000])
COLUMN = st.sampled_from(["post", "query", "asset", "label", "campaign", "verdict", "nearest", "claim", "claims"])
TABLE = st.builds(
    lambda head, rows, between, end: end.join(between.join(row) for row in [head, *rows]),
    st.lists(COLUMN | st.text(), max_size=5),
    st.lists(st.lists(CELL, max_size=6), max_size=4),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
RECORD = st.dictionaries(
    st.sampled_from(["query", "post", "asset", "verdict", "matches", "versions", "schema", "error", "probability"]),
    JSON | st.lists(st.dictionaries(st.sampled_from(["asset", "id", "claimed", "edits", "kind", "probability"]), JSON)),
)
LINES = st.lists(RECORD.map(json.dumps) | st.sampled_from(DEEP) | st.text(), max_size=4).map("\n".join)
LIST = st.lists(st.builds("{}://{}".format, st.sampled_from(["https", "s3", "memory", "x"]), st.text()) | st.text())
KEYS = st.lists(st.lists(st.sampled_from(["read", "admin", "sha256:", "#"]) | st.text(), max_size=4).map(" ".join))


def kept_csv(file: Path) -> None:
    with keep(file, CsvRows(), VERSIONS):
        pass


def kept_json(file: Path) -> None:
    with keep(file, JsonLines(), VERSIONS):
        pass


READERS: dict[str, tuple[Callable[[Path], object], st.SearchStrategy[str]]] = {
    "table": (lambda file: read_rows(file, needed=("asset",)), TABLE),
    "catalogue": (read_catalogue, TABLE),
    "pairs": (lambda file: read_pairs(str(file)), TABLE | LINES),
    "answers": (read_answers, LINES),
    "answers to go on with": (kept_json, LINES.map(JsonLines().opening.__add__) | LINES),
    "rows to go on with": (kept_csv, TABLE.map(CsvRows().opening.__add__) | TABLE),
    "calibration": (load_calibration, JSON.map(json.dumps) | st.sampled_from(DEEP)),
    "list": (lambda file: ListScan(str(file)), LIST.map("\n".join)),
    "keys": (read_keys, KEYS.map("\n".join)),
}


@FEWER
@pytest.mark.parametrize("kind", READERS)
@given(data=st.data())
def test_a_file_of_anything_is_read_or_refused_in_a_sentence(folder, kind, data):
    read, texts = READERS[kind]
    text: str | bytes = data.draw(texts | st.binary())
    file = folder / "given.txt"
    file.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    refused_in_a_sentence(lambda: read(file), text)


LONG_CELL = "x" * 200_000  # Python reads no cell of more than 131,072 characters
FOUND = [
    ("pairs", f"post,asset\n{LONG_CELL},a"),
    ("pairs", f"{LONG_CELL},asset\na,b"),
    ("pairs", DEEP[1]),
    ("answers", DEEP[1]),
    ("answers to go on with", JsonLines().opening + DEEP[1] + "\n"),
    ("rows to go on with", CsvRows().opening + LONG_CELL + "\n"),
]


@pytest.mark.parametrize(("kind", "text"), FOUND, ids=range(len(FOUND)))
def test_a_file_that_once_ended_in_a_traceback_is_read_or_refused_in_a_sentence(folder, kind, text):
    (folder / "given.txt").write_text(text)
    refused_in_a_sentence(lambda: READERS[kind][0](folder / "given.txt"), text)


@pytest.mark.parametrize("line", ['{"post": 1, "asset": "a"}', '{"post": "a", "asset": {}}'])
def test_a_decision_about_what_is_no_name_is_told_so(folder, line):
    (folder / "given.txt").write_text(line)
    (pair,) = read_pairs(str(folder / "given.txt"))
    assert pair.wrong == "is no line of lineage query --json"


@FEWER
@given(data=st.data())
def test_a_calibration_in_which_one_thing_is_another_is_read_or_refused_in_a_sentence(folder, data):
    raw = json.loads(SHIPPED.read_text(encoding="utf-8"))
    raw[data.draw(st.sampled_from(sorted(raw)))] = data.draw(JSON)
    (folder / "decision.json").write_text(json.dumps(raw))
    refused_in_a_sentence(lambda: load_calibration(folder / "decision.json"), json.dumps(raw))


# Settings

SETTING = st.sampled_from([*Settings.__dataclass_fields__])
TOML = (
    st.text().map(json.dumps)
    | NUMBERS.map(str)
    | st.sampled_from(["true", "[]", "{}", "2020-13-45", "25:00:00", "1" * 5000, "0x" + "f" * 9999, '"\\u0000"', "nan"])
)


@given(st.dictionaries(SETTING, TOML, max_size=3), st.sampled_from(["", "[a]", "\0", "[[a]]"]))
@example({"workers": "1" * 5000}, "")
@example({"review_days": "1000000000"}, "")
@example({"backbone": '"\\u0000"'}, "")
def test_settings_of_anything_are_taken_or_refused_in_a_sentence(folder, values, rest):
    text = "\n".join([*(f"{name} = {value}" for name, value in values.items()), rest])
    (folder / "lineage.toml").write_text(text, encoding="utf-8")
    with chdir(folder):
        refused_in_a_sentence(load_settings, text)


@given(SETTING, (NUMBERS.map(str) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_a_variable_of_anything_is_taken_or_refused_in_a_sentence(name, value):
    with mock.patch.dict(os.environ, {f"LINEAGE_{name.upper()}": value}):
        refused_in_a_sentence(load_settings, value)


# Places

KINDS = sorted({"x", "", *known_implementations} - {"dask", "git", "hf", "hfds", "jlab", "jupyter", "dvc"})
PLACE = st.text() | st.builds("{}{}{}".format, st.sampled_from(KINDS), st.sampled_from(["://", "::", ":/"]), st.text())


@given(PLACE)
@example("a\0b")
@example("https://a\0b/c.jpg")
@example("reference://x")
@example("zip://a::https://b")
def test_what_is_no_place_is_refused_in_a_sentence(place):
    assume(not _is_there(place))
    refused_in_a_sentence(lambda: scans([place]), place)


@given(st.sampled_from([kind for kind in KINDS if kind in ("http", "https", "memory", "file", "data")]), st.text())
def test_an_address_of_anything_is_looked_at_or_refused_in_a_sentence(kind, rest):
    address = f"{kind}://{rest}"
    refused_in_a_sentence(lambda: look(*split(address)), address)


@FEWER
@given(st.builds("{}{}".format, st.sampled_from(["", "http://", "https://localhost:1/"]), st.text()))
@example("\0")
@example("http://[")
@example("http://a..b/lineage")
@example("http://\x1b")
def test_what_is_no_index_is_refused_in_a_sentence(place):
    with chdir(tempfile.gettempdir()):
        assume(not _is_there(place))

        def opened() -> None:
            with closing(open_store(place)):
                pass

        assert refused_in_a_sentence(opened, place)


@pytest.mark.parametrize("setting", ["backbone", "restorer"])
def test_text_that_no_file_can_be_called_is_refused(setting):
    with pytest.raises(UsageError, match=f"^{setting} must be text without null characters"):
        load_settings(**{setting: "a\0b"})


@pytest.mark.parametrize("setting", ["review_days", "decode_seconds", "timeout", "pixel_limit"])
def test_a_number_that_no_machine_can_mean_is_refused(setting):
    with pytest.raises(UsageError, match=f"^{setting} must be at most"):
        load_settings(**{setting: 10**400})


def _is_there(place: str) -> bool:
    try:
        return os.path.lexists(place) or not Path(place).name
    except ValueError:
        return False
