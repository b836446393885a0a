"""Large indexes: synthetic fingerprints are like real ones, filling goes on, the nearest are the nearest."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

from eval.speed.large.filling import PIECES, fill, rate
from eval.speed.large.questions import draw_vectors
from eval.speed.large.run import PLAN
from eval.speed.large.synthetic import BATCH, Synthetic
from lineage.errors import UsageError
from lineage.settings import Settings
from lineage.store import open_store
from tests.command import call
from tests.store_samples import entry, stamp

REAL = [entry(number, words=60) for number in range(40)]


@pytest.fixture(scope="module")
def library() -> Synthetic:
    return Synthetic(REAL)


def taken(library: Synthetic, start: int, stop: int):
    return [one for batch in library.entries(start, stop) for one in batch]


def shared_words(entries) -> float:
    """Mean number of words that two assets have in common."""
    bags = [set(one.fingerprint.words.indices.tolist()) for one in entries]
    return float(np.mean([len(a & b) for a, b in combinations(bags, 2)]))


def test_real_entries_come_first_and_numbers_name_the_same_entry_however_they_are_reached(library):
    everything = taken(library, 0, BATCH + 100)
    assert everything[:40] == REAL
    for start in (0, 10, 40, 700, BATCH + 50):
        some = taken(library, start, BATCH + 100)
        assert [one.asset for one in some] == [one.asset for one in everything[start:]]
        vectors = np.concatenate(list(library.vectors(start, BATCH + 100)))
        np.testing.assert_array_equal(vectors, [one.fingerprint.vector for one in everything[start:]])
        assert [library.asset_id(start + n) for n in range(len(some))] == [one.asset.id for one in some]


def test_synthetic_neighbours_are_as_near_as_real_ones(library):
    real = np.array([one.fingerprint.vector for one in REAL])
    cosines = real @ real.T
    np.fill_diagonal(cosines, -1)
    made = np.concatenate(list(library.vectors(40, 1040)))
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert np.median((made @ real.T).max(1)) == pytest.approx(np.median(cosines.max(1)), abs=0.05)


def test_two_synthetic_assets_share_as_many_words_as_two_real_ones(library):
    assert shared_words(taken(library, 40, 140)) == pytest.approx(shared_words(REAL), rel=0.25)


def test_no_two_synthetic_assets_have_equal_hashes(library):
    marks = [one.fingerprint.hashes for one in taken(library, 40, 540)]
    assert len({mark.phash for mark in marks}) == len({mark.pdq for mark in marks}) == 500


def test_no_synthetic_asset_looks_like_its_base_feature_by_feature(library):
    known = {one.asset.path: one.fingerprint.keypoints for one in REAL}
    pool = {row.tobytes() for keypoints in known.values() for row in keypoints.descriptors}
    for one in taken(library, 40, 60):
        made = one.fingerprint.keypoints.descriptors
        assert all(row.tobytes() in pool for row in made)
        same = [np.mean((made == base.descriptors[: len(made)]).all(1)) for base in known.values()]
        assert max(same, default=0) < 0.2


def test_bare_entries_have_vectors_and_hashes_only():
    (batch,) = Synthetic(REAL, bare=True).entries(40, 50)
    assert all(len(one.fingerprint.words) == len(one.fingerprint.keypoints) == 0 for one in batch)
    np.testing.assert_array_equal(
        [one.fingerprint.vector for one in batch], next(iter(Synthetic(REAL).vectors(40, 50)))
    )


def test_filling_goes_on_where_an_earlier_run_ended(tmp_path, library):
    settings = Settings(store=str(tmp_path / "index"))
    for size in (30, 30, 100):
        fill(tmp_path, settings, stamp(), library, size, progress=lambda _: None)
        store = open_store(settings.store)
        assert store.count() == size
        store.close()
    pieces = [json.loads(line)["entries"] for line in (tmp_path / PIECES).read_text().splitlines()]
    assert [entries for entries in pieces if entries] == [30, 10, 60]  # the real ones are a batch of their own
    assert rate(tmp_path) > 0


def test_an_index_that_holds_other_entries_as_well_is_not_measured(tmp_path, library):
    settings = Settings(store=str(tmp_path / "index"))
    fill(tmp_path, settings, stamp(), library, 30, progress=lambda _: None)
    others = Synthetic([entry(number, words=60) for number in (*range(100, 170), *range(10, 30))])
    with pytest.raises(UsageError, match="holds 70 assets and not 90; name another folder"):
        fill(tmp_path, settings, stamp(), others, 90, progress=lambda _: None)


def test_the_nearest_of_a_question_are_found_by_comparing_all(library):
    vectors, nearest = draw_vectors(library, 500, count=5)
    entries = taken(library, 0, 500)
    cosines = vectors @ np.array([one.fingerprint.vector for one in entries]).T
    for row, ids in zip(cosines, nearest, strict=True):
        assert ids == {entries[n].asset.id for n in np.argsort(-row)[:10]}


@pytest.mark.slow
def test_the_command_measures_sizes_and_does_not_measure_them_again(tmp_path, drawn):
    from tests.test_faults import fill as draw_files

    folder = draw_files(tmp_path / "library", drawn, 24)
    call("index", folder, "--store", tmp_path / "index")
    arguments = ("scale", tmp_path / "large", "--sizes", "30,60", "--posts", "2", "--store", tmp_path / "index")
    first = call(*arguments)
    assert (first.returncode, [line.split()[1] for line in first.stdout.splitlines()[2:4]]) == (0, ["30", "60"])
    assert first.stdout.splitlines()[-1].startswith("From 30 to 60: vector search")
    assert "recall@10: share of the ten nearest assets" in first.stderr
    assert call(*arguments).stdout == first.stdout


def test_a_folder_with_rows_of_another_kind_is_refused(tmp_path):
    (tmp_path / PLAN).write_text('{"vectors_only": false, "seed": 0}')
    done = call("scale", tmp_path, "--vectors-only", "--store", tmp_path / "index")
    assert (done.returncode, "name another folder" in done.stderr) == (2, True)


def test_an_index_that_has_grown_since_is_refused(tmp_path, drawn):
    from tests.test_faults import fill as draw_files

    call("index", draw_files(tmp_path / "library", drawn, 22), "--store", tmp_path / "index")
    arguments = ("scale", tmp_path / "large", "--vectors-only", "--posts", "1", "--store", tmp_path / "index")
    assert call(*arguments, "--sizes", "30").returncode == 0
    call("index", draw_files(tmp_path / "more", drawn, 25), "--store", tmp_path / "index")
    done = call(*arguments, "--sizes", "30,40")
    assert (done.returncode, "was begun with {'real': 22} and not with {'real': 25}" in done.stderr) == (2, True)


def test_what_was_measured_is_shown_where_a_larger_size_fails(tmp_path, drawn):
    from tests.test_faults import fill as draw_files

    call("index", draw_files(tmp_path / "library", drawn, 22), "--store", tmp_path / "index")
    shrunk = tmp_path / "large" / "index"
    arguments = ("scale", tmp_path / "large", "--vectors-only", "--posts", "1", "--store", tmp_path / "index")
    assert call(*arguments, "--sizes", "30").returncode == 0
    (shrunk / "stamp.json").write_text("{")
    done = call(*arguments, "--sizes", "30,40")
    assert (done.returncode != 0, "| 30 |" in done.stdout) == (True, True)


def test_sizes_that_are_no_numbers_are_wrong_usage(tmp_path):
    done = call("scale", tmp_path / "large", "--sizes", "many")
    assert (done.returncode, "must be whole numbers" in done.stderr) == (2, True)
