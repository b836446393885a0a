"""Predictions on disk: what goes in comes out, and stale files are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.scores.predictions import Claim, Header, Prediction, is_fresh, read, write
from lineage.errors import UsageError

HEADER = Header("pdq", "c0ffee", {"orientations": "8"}, {"pdqhash": "0.2.7"})
PREDICTIONS = [
    Prediction("a.jpg", "known", (Claim("ü/1.jpg", 0.25, ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0))),), {"search": 0.5}),
    Prediction("b.jpg", None, (), {}, ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))),
    Prediction("c.jpg", "known", (), proposed=("1.jpg", "2.jpg"), named=("2.jpg",)),
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "new" / "folder.jsonl"
    write(path, HEADER, PREDICTIONS)
    return path


def test_predictions_survive_the_disk(file):
    assert read(file, HEADER) == (HEADER, PREDICTIONS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"recogniser": "phash"}, "recogniser was pdq, now phash"),
        ({"corpus": "beef"}, "corpus was c0ffee, now beef"),
        ({"configuration": {"orientations": "1"}}, "configuration: orientations was 8, now 1"),
        ({"versions": {"pdqhash": "0.3"}}, "versions: pdqhash was 0.2.7, now 0.3"),
        ({"versions": {"pdqhash": "0.2.7", "opencv": "5"}}, "versions: opencv was None, now 5"),
    ],
)
def test_a_stale_file_is_refused_with_what_differs(file, change, sentence):
    with pytest.raises(UsageError, match=sentence):
        read(file, replace(HEADER, **change))
    assert not is_fresh(file, replace(HEADER, **change))


def test_what_was_found_out_about_size_does_not_make_a_file_stale(file):
    write(file, replace(HEADER, bytes_per_asset=32.0), PREDICTIONS)
    assert read(file, HEADER)[0].bytes_per_asset == 32.0


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="there are no predictions to score"):
        read(tmp_path / "none.jsonl", HEADER)


@pytest.mark.parametrize("text", ["", "[]\n", "{}\n", "no json\n", '{"recogniser": 1}\n'])
def test_another_file_is_not_taken_for_predictions(tmp_path, text):
    path = tmp_path / "other.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match="not a file of predictions"):
        read(path, HEADER)
