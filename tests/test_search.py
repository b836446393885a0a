from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lineage.describe.post import Question
from lineage.find.read_once import ReadOnce
from lineage.find.search import search
from lineage.records import Asset, Entry, Fingerprint, Hashes, Keypoints, Location, Stamp, View, Words, asset_id
from lineage.store.memory import MemoryStore

DIM = 8


def words(*indices: int) -> Words:
    return Words(np.array(sorted(indices), np.uint32), np.ones(len(indices), np.float32))


def hashes(digit: str) -> Hashes:
    return Hashes(digit * 16, digit * 64, 100)


def entry(number: int, *, axis: int, word: int, digit: str) -> Entry:
    sha256 = f"{number:064x}"[::-1]
    nothing = np.zeros(0, np.float32)
    keypoints = Keypoints(np.zeros((0, 2), np.float32), nothing, nothing, np.zeros((0, 32), np.uint8))
    vector = np.eye(DIM, dtype=np.float32)[axis]
    asset = Asset(asset_id(sha256), sha256, 10, 10, "JPEG", (Location("/dam", f"{number}.jpg", 1, 1),))
    return Entry(asset, Fingerprint(vector, hashes(digit), keypoints, words(word), b"webp"))


@pytest.fixture
def store() -> MemoryStore:
    opened = MemoryStore(Stamp("i", 1, "lite0", "ff", DIM))
    opened.upsert([entry(n, axis=n, word=n, digit=f"{n:x}") for n in range(6)])
    return opened


def question(*, axes: tuple[int, ...] = (7,), word: int = 999, digit: str = "f") -> Question:
    views = tuple(View(f"view{axis}", np.zeros((1, 1, 3), np.uint8), np.eye(3)) for axis in axes)
    return Question(views, np.eye(DIM, dtype=np.float32)[list(axes)], (words(word),), (hashes(digit),))


def found(store, asked: Question, **options) -> list[tuple[str, str]]:
    candidates = search(store, asked, **{"limit": 3} | options).candidates
    return [(kept.asset.path, "+".join(candidate.branches)) for candidate, kept in candidates]


def test_an_asset_that_only_its_words_find_is_a_candidate(store):
    assert ("4.jpg", "vectors+words") in found(store, question(axes=(2,), word=4))


def test_an_equal_hash_comes_first(store):
    assert found(store, question(axes=(2,), digit="3"))[0][0] == "3.jpg"


def test_views_are_united_per_asset_by_the_best_of_them(store):
    candidates = search(store, question(axes=(1, 2)), limit=6).candidates
    best = {kept.asset.path: (candidate.view, candidate.similarity) for candidate, kept in candidates}
    assert best["1.jpg"] == ("view1", 1.0)
    assert best["2.jpg"] == ("view2", 1.0)


def test_the_best_of_each_answer_comes_before_the_second_of_any(store):
    near = np.eye(DIM, dtype=np.float32)[[1, 3]] + 0.1 * np.eye(DIM, dtype=np.float32)[[2, 4]]
    asked = replace(question(axes=(1, 3), word=5), vectors=near / np.linalg.norm(near, axis=1, keepdims=True))
    assert [path for path, _ in found(store, asked)] == ["1.jpg", "3.jpg", "5.jpg"]


def test_no_more_candidates_than_asked_for(store):
    assert len(found(store, question(axes=(1, 2, 3), word=4, digit="5"), limit=2)) == 2


def test_a_hidden_asset_is_not_found_by_any_branch(store):
    hidden = frozenset({entry(4, axis=4, word=4, digit="4").asset.id})
    asked = question(axes=(4,), word=4, digit="4")
    assert "4.jpg" in dict(found(store, asked))
    assert "4.jpg" not in dict(found(store, asked, hidden=hidden, limit=6))


@pytest.mark.parametrize("branch", ["hashes", "vectors", "words"])
def test_a_branch_that_is_left_out_proposes_nothing(store, branch):
    alone = {"hashes": question(digit="3"), "vectors": question(axes=(3,)), "words": question(word=3)}[branch]
    branches = dict(found(store, alone, limit=6, without=frozenset({branch})))
    assert all(branch not in proposed for proposed in branches.values())


def test_a_small_library_gives_no_background(store):
    assert search(store, question(), limit=3).background is None


def test_the_background_is_what_unrelated_assets_score(store):
    store.upsert([entry(n, axis=n % DIM, word=n, digit="0") for n in range(6, 80)])
    assert search(store, question(axes=(1,)), limit=3).background == pytest.approx(0.0, abs=0.06)


def test_a_hidden_asset_leaves_the_background_as_if_it_were_deleted(store):
    rng = np.random.default_rng(0)
    many = [entry(n, axis=0, word=n, digit="0") for n in range(6, 160)]
    vectors = rng.normal(size=(len(many), DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.upsert([replace(e, fingerprint=replace(e.fingerprint, vector=v)) for e, v in zip(many, vectors, strict=True)])
    asked = replace(question(axes=(1, 2)), vectors=np.stack([vectors[0], np.eye(DIM, dtype=np.float32)[2]]))
    hiding = search(store, asked, limit=3, hidden=frozenset({many[0].asset.id})).background
    store.delete([many[0].asset.id])
    assert hiding == search(store, asked, limit=3).background


def test_an_empty_index_has_no_candidates():
    empty = MemoryStore(Stamp("i", 1, "lite0", "ff", DIM))
    assert search(empty, question(), limit=3).candidates == ()


class Counting(MemoryStore):
    """Notes what is read."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__(stamp)
        self.read: list[str] = []

    def entries(self, ids):
        self.read += ids
        return super().entries(ids)


def test_an_entry_is_read_once_for_a_post():
    index = Counting(Stamp("i", 1, "lite0", "ff", DIM))
    kept = [entry(n, axis=n, word=n, digit=f"{n:x}") for n in range(6)]
    index.upsert(kept)
    store, everything = ReadOnce(index), search(index, question(axes=(1,)), limit=6)
    index.read.clear()
    assert len(search(store, question(axes=(1,)), limit=2).candidates) == 2
    assert repr(search(store, question(axes=(1,)), limit=6)) == repr(everything)
    assert sorted(index.read) == sorted(one.asset.id for one in kept)


def test_what_is_not_there_is_looked_for_again():
    index = MemoryStore(Stamp("i", 1, "lite0", "ff", DIM))
    store, one = ReadOnce(index), entry(1, axis=1, word=1, digit="1")
    assert store.entries([one.asset.id]) == {}
    index.upsert([one])
    assert [*store.entries([one.asset.id])] == [one.asset.id]
