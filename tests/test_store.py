"""One contract, held by every store: in memory, embedded, through qdrant-client to a stand-in and to a real server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qdrant_client import QdrantClient

from lineage.errors import StampMismatch, StoreError, StoreMissing
from lineage.protocols import Store
from lineage.records import Entry, Hashes, Location, Words
from lineage.settings import Server
from lineage.store import create_store, open_store, store_exists
from lineage.store.memory import MemoryStore
from tests.qdrant_standin import standin
from tests.store_samples import DESCRIPTOR, DIM, asset, entry, hashes, stamp, vector

LASTING = ("embedded", "stand-in", "server")
SERVER = Server(api_key=os.environ.get("QDRANT_API_KEY", ""))
UNKNOWN = (str(uuid.UUID(int=7)), "no uuid at all", "")


@contextmanager
def empty_place(kind: str, folder: Path) -> Iterator[str]:
    """Where a new index of that kind can be made."""
    if kind == "embedded":
        yield str(folder / "index")
    elif kind == "stand-in":
        with standin() as server:
            yield f"{server.url}/pictures"
    elif url := os.environ.get("QDRANT_URL"):
        collection = f"lineage-test-{uuid.uuid4().hex}"
        yield f"{url.rstrip('/')}/{collection}"
        with closing(QdrantClient(url=url, api_key=SERVER.api_key)) as client:
            for made in client.get_collections().collections:
                if made.name.startswith(collection):
                    client.delete_collection(made.name)
    else:
        pytest.skip("waits for a Qdrant server: QDRANT_URL names none")


@pytest.fixture(params=LASTING)
def place(request, tmp_path) -> Iterator[str]:
    with empty_place(request.param, tmp_path) as where:
        yield where


@pytest.fixture(params=("memory", *LASTING))
def store(request, tmp_path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore(stamp())
        return
    with (
        empty_place(request.param, tmp_path) as where,
        closing(create_store(where, stamp(), server=SERVER)) as made,
    ):
        yield made


def assert_same(got: Entry, kept: Entry) -> None:
    """Equal, but for what float16 and the packing of key points may change."""
    assert got.asset == kept.asset
    mark, was = got.fingerprint, kept.fingerprint
    assert mark.vector.dtype == np.float32
    assert mark.vector @ was.vector == pytest.approx(1, abs=1e-3)
    assert (mark.hashes, mark.preview) == (was.hashes, was.preview)
    np.testing.assert_array_equal(mark.words.indices, was.words.indices)
    np.testing.assert_allclose(mark.words.values, was.words.values, rtol=1e-5)
    np.testing.assert_array_equal(mark.keypoints.descriptors, was.keypoints.descriptors)
    np.testing.assert_allclose(mark.keypoints.positions, was.keypoints.positions, atol=1e-5)


def ids(hits) -> list[str]:
    return [hit.id for hit in hits]


# Keeping


def test_an_empty_store_answers_everything_with_nothing(store):
    question = entry(1).fingerprint
    assert store.count() == 0
    assert store.assets([entry(1).asset.id]) == {}
    assert store.entries([]) == {}
    assert list(store.scroll()) == []
    assert [list(hits) for hits in store.search_vectors(question.vector[None], limit=5)] == [[]]
    assert [list(hits) for hits in store.search_words([question.words], limit=5)] == [[]]
    assert [list(hits) for hits in store.search_hashes([question.hashes], limit=5)] == [[]]


def test_empty_batches_change_nothing_and_answer_nothing(store):
    store.upsert([entry(1)])
    store.upsert([])
    store.relocate([])
    store.delete([])
    assert store.count() == 1
    assert len(store.search_vectors(np.empty((0, DIM), np.float32), limit=5)) == 0
    assert len(store.search_words([], limit=5)) == 0
    assert len(store.search_hashes([], limit=5)) == 0


def test_what_goes_in_comes_out(store):
    kept = [entry(number) for number in range(5)]
    store.upsert(kept)
    store.flush()
    got = store.entries([one.asset.id for one in kept])
    for one in kept:
        assert_same(got[one.asset.id], one)


def test_an_entry_of_real_size_comes_back(store):
    store.upsert([real := entry(1, points=400, words=350, preview=12_000)])
    assert_same(store.entries([asset(1).id])[asset(1).id], real)


def test_asset_records_come_without_the_rest(store):
    store.upsert([entry(1), entry(2)])
    assert store.assets([asset(2).id, asset(1).id]) == {asset(1).id: asset(1), asset(2).id: asset(2)}


def test_unknown_ids_are_left_out(store):
    store.upsert([entry(1)])
    asked = [*UNKNOWN, asset(1).id]
    assert set(store.assets(asked)) == set(store.entries(asked)) == {asset(1).id}
    store.delete(UNKNOWN)
    store.relocate([replace(asset(9))])
    assert store.count() == 1


def test_an_upsert_replaces_the_whole_entry(store):
    store.upsert([entry(1)])
    other = replace(entry(1), fingerprint=replace(entry(2, words=0).fingerprint, hashes=hashes(3)))
    store.upsert([other])
    assert store.count() == 1
    assert_same(store.entries([asset(1).id])[asset(1).id], other)
    assert list(store.search_hashes([hashes(1)], limit=5)[0]) == []
    assert list(store.search_words([entry(1).fingerprint.words], limit=5)[0]) == []


def test_of_equal_ids_in_one_batch_the_last_stays(store):
    last = replace(entry(1), asset=asset(1, path="last.jpg"))
    store.upsert([entry(1), last])
    assert store.count() == 1
    assert store.assets([asset(1).id])[asset(1).id].path == "last.jpg"


def test_relocating_leaves_the_fingerprint_alone(store):
    store.upsert([entry(1), entry(2)])
    moved = replace(asset(1), locations=(*asset(2).locations, Location("/elsewhere", "a/b.jpg", 5, 2**62)))
    store.relocate([moved])
    assert_same(store.entries([asset(1).id])[asset(1).id], replace(entry(1), asset=moved))
    assert store.assets([asset(2).id])[asset(2).id] == asset(2)
    assert ids(store.search_vectors(vector(1)[None], limit=1)[0]) == [asset(1).id]


def test_what_is_deleted_is_found_by_no_search(store):
    store.upsert([entry(1), entry(2)])
    store.delete([asset(1).id, *UNKNOWN])
    gone = entry(1).fingerprint
    assert store.count() == 1
    assert ids(store.search_vectors(gone.vector[None], limit=5)[0]) == [asset(2).id]
    assert asset(1).id not in ids(store.search_words([gone.words], limit=5)[0])
    assert list(store.search_hashes([gone.hashes], limit=5)[0]) == []


def test_pictures_without_structure_have_no_key_points_and_no_words(store):
    plain = entry(1, points=0, words=0, preview=0)
    store.upsert([plain, entry(2)])
    got = store.entries([asset(1).id])[asset(1).id]
    assert (len(got.fingerprint.keypoints), len(got.fingerprint.words), got.fingerprint.preview) == (0, 0, b"")
    assert got.fingerprint.keypoints.descriptors.shape == (0, DESCRIPTOR)
    nothing = Words(np.empty(0, np.uint32), np.empty(0, np.float32))
    answers = store.search_words([nothing, entry(2).fingerprint.words, nothing], limit=5)
    assert [ids(hits) for hits in answers] == [[], [asset(2).id], []]


@pytest.mark.parametrize(
    "path", ["frühling/日本/👩‍🎨 1.jpg", "a\u0301 \N{ZERO WIDTH SPACE}'\"\\\n.jpg", "latin1-\udce9.jpg"]
)
def test_any_file_name_comes_back_as_it_was(store, path):
    store.upsert([replace(entry(1), asset=asset(1, path=path))])
    assert store.assets([asset(1).id])[asset(1).id].path == path


def test_more_entries_than_fit_into_a_batch(store):
    kept = [entry(number, points=2, words=5, preview=10) for number in range(1_100)]
    store.upsert(kept)
    assert store.count() == len(kept)
    assert len(store.assets([one.asset.id for one in kept])) == len(kept)
    assert len(store.entries([one.asset.id for one in kept])) == len(kept)


def test_ids_are_those_of_all_entries(store):
    assert [key for keys in store.ids() for key in keys] == []
    store.upsert([entry(number) for number in range(20)])
    assert sorted(key for keys in store.ids() for key in keys) == sorted(asset(number).id for number in range(20))


def test_scroll_gives_every_entry_once_ordered_by_id(store):
    kept = {one.asset.id: one for one in (entry(number) for number in range(30))}
    store.upsert(list(kept.values()))
    batches = list(store.scroll(batch=7))
    assert [len(batch) for batch in batches] == [7, 7, 7, 7, 2]
    got = [one for batch in batches for one in batch]
    assert [one.asset.id for one in got] == sorted(kept)
    for one in got:
        assert_same(one, kept[one.asset.id])


def test_an_entry_that_could_never_be_found_is_refused(store):
    broken = replace(entry(1), fingerprint=replace(entry(1).fingerprint, vector=np.full(DIM, np.nan, np.float32)))
    short = replace(entry(1), fingerprint=replace(entry(1).fingerprint, vector=np.ones(DIM - 1, np.float32)))
    named = replace(entry(1), asset=replace(asset(1), id="spring/1.jpg"))
    for bad in (broken, short, named):
        with pytest.raises(StoreError):
            store.upsert([entry(2), bad])
    assert store.count() == 0


# Searching


def test_cosines_are_those_of_the_matrix_product(store):
    kept = [entry(number) for number in range(300)]
    store.upsert(kept)
    oracle = MemoryStore(stamp())
    oracle.upsert(kept)
    rng = np.random.default_rng(0)
    posts = np.array([vector(number) for number in range(0, 300, 7)]) + rng.normal(scale=0.05, size=(43, DIM))
    posts = (posts / np.linalg.norm(posts, axis=1, keepdims=True)).astype(np.float32)
    for got, exact in zip(store.search_vectors(posts, limit=10), oracle.search_vectors(posts, limit=10), strict=True):
        assert set(ids(got)) == set(ids(exact))
        np.testing.assert_allclose([hit.score for hit in got], [hit.score for hit in exact], atol=0.01)
        assert all(one.score >= other.score for one, other in pairwise(got))


def test_a_search_for_more_than_there_is_gives_all(store):
    store.upsert([entry(number) for number in range(4)])
    (hits,) = store.search_vectors(vector(0)[None], limit=100)
    assert set(ids(hits)) == {asset(number).id for number in range(4)}


def test_every_vector_of_a_batch_is_answered_in_its_place(store):
    store.upsert([entry(number) for number in range(200)])
    answers = store.search_vectors(np.array([vector(number) for number in range(200)]), limit=1)
    assert [ids(hits) for hits in answers] == [[asset(number).id] for number in range(200)]


def test_equal_vectors_are_all_found(store):
    twins = [replace(entry(number), fingerprint=entry(0).fingerprint) for number in range(6)]
    store.upsert(twins)
    (hits,) = store.search_vectors(vector(0)[None], limit=6)
    assert set(ids(hits)) == {one.asset.id for one in twins}
    assert all(0.99 < hit.score <= 1 for hit in hits)


def test_a_question_of_another_length_is_refused(store):
    store.upsert([entry(1)])
    with pytest.raises(StoreError, match=f"length {DIM}"):
        store.search_vectors(np.ones((1, DIM + 1), np.float32), limit=1)


def test_words_are_ranked_and_scored_as_the_formula_says(store):
    kept = [entry(number) for number in range(200)]
    store.upsert(kept)
    oracle = MemoryStore(stamp())
    oracle.upsert(kept)
    questions = [entry(number).fingerprint.words for number in (*range(0, 200, 20), 1_000, 1_001)]
    answers = zip(store.search_words(questions, limit=10), oracle.search_words(questions, limit=10), strict=True)
    for got, exact in answers:
        assert ids(got) == ids(exact)
        np.testing.assert_allclose([hit.score for hit in got], [hit.score for hit in exact], rtol=1e-4)


def test_assets_that_share_no_word_are_left_out(store):
    alone = replace(entry(1), fingerprint=replace(entry(1).fingerprint, words=words({77: 1.0})))
    store.upsert([alone, entry(2)])
    assert ids(store.search_words([words({77: 2.0, 4_999: 1.0})], limit=5)[0]) == [asset(1).id]
    assert ids(store.search_words([words({70_000: 1.0})], limit=5)[0]) == []


def test_either_equal_hash_suffices(store):
    store.upsert([entry(1), entry(2), entry(3)])
    half = Hashes(hashes(1).phash, hashes(2).pdq, 0)
    stranger = Hashes("0" * 16, "0" * 64, 0)
    found, none = store.search_hashes([half, stranger], limit=5)
    assert {(hit.id, hit.score) for hit in found} == {(asset(1).id, 1.0), (asset(2).id, 1.0)}
    assert list(none) == []


def test_equal_hashes_are_limited_too(store):
    store.upsert([replace(entry(number), fingerprint=entry(0).fingerprint) for number in range(9)])
    (hits,) = store.search_hashes([hashes(0)], limit=4)
    assert len(hits) == 4


def words(weights: dict[int, float]) -> Words:
    return Words(
        np.array(sorted(weights), np.uint32), np.array([weights[word] for word in sorted(weights)], np.float32)
    )


NUMBERS = st.lists(st.integers(0, 6), max_size=5)
STEPS = st.lists(st.tuples(st.sampled_from(["upsert", "delete", "relocate"]), NUMBERS), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_writes_ends_as_the_oracle_says(store, steps):
    store.delete([asset(number).id for number in range(7)])
    oracle = MemoryStore(stamp())
    for turn, (verb, numbers) in enumerate(steps):
        moved = [asset(number, path=f"{turn}/{number}.jpg") for number in numbers]
        for one in (store, oracle):
            if verb == "upsert":
                one.upsert([replace(entry(where), asset=place) for where, place in zip(numbers, moved, strict=True)])
            elif verb == "relocate":
                one.relocate(moved)
            else:
                one.delete([place.id for place in moved])
    every = [asset(number).id for number in range(7)]
    assert store.count() == oracle.count()
    assert store.assets(every) == oracle.assets(every)
    question = np.array([vector(number) for number in range(7)])
    for got, exact in zip(
        store.search_vectors(question, limit=7), oracle.search_vectors(question, limit=7), strict=True
    ):
        assert set(ids(got)) == set(ids(exact))


# Lasting


def test_what_was_written_is_there_after_reopening(place):
    mine = stamp()
    assert not store_exists(place, server=SERVER)
    with closing(create_store(place, mine, server=SERVER)) as first:
        first.upsert([entry(number) for number in range(20)])
        first.delete([asset(3).id])
        before = first.search_words([entry(5).fingerprint.words], limit=3)
    assert store_exists(place, server=SERVER)
    with closing(open_store(place, server=SERVER, expect=replace(mine, index="another"))) as again:
        assert again.stamp == mine
        assert again.count() == 19
        assert_same(again.entries([asset(5).id])[asset(5).id], entry(5))
        assert ids(again.search_vectors(vector(5)[None], limit=1)[0]) == [asset(5).id]
        assert ids(again.search_words([entry(5).fingerprint.words], limit=3)[0]) == ids(before[0])
        assert ids(again.search_hashes([hashes(5)], limit=3)[0]) == [asset(5).id]


def test_closing_twice_is_allowed(place):
    made = create_store(place, stamp(), server=SERVER)
    made.close()
    made.close()


def test_there_is_one_index_at_a_place(place):
    create_store(place, stamp(), server=SERVER).close()
    with pytest.raises(StoreError, match="already"):
        create_store(place, stamp(), server=SERVER)


def test_a_missing_index_is_told_with_the_command_that_makes_one(place):
    with pytest.raises(StoreMissing, match=r"no index at .*; make one with: lineage index DIR --store "):
        open_store(place, server=SERVER)


@pytest.mark.parametrize(
    "other", [{"backbone": "other"}, {"weights": "1" * 64}, {"dim": DIM + 1}], ids=["backbone", "weights", "dim"]
)
def test_an_index_of_another_backbone_is_refused_in_one_sentence(place, other):
    mine = stamp()
    create_store(place, mine, server=SERVER).close()
    said = r"made with backbone toy .*not with .*--backbone toy.*lineage reindex"
    with pytest.raises(StampMismatch, match=said) as refused:
        open_store(place, server=SERVER, expect=replace(mine, **other))
    assert "\n" not in str(refused.value)
    open_store(place, server=SERVER, expect=mine).close()


def test_an_index_in_another_form_is_refused(place):
    with suppress(StampMismatch):  # which refuses to open what it has made
        create_store(place, replace(stamp(), schema=999), server=SERVER).close()
    with pytest.raises(StampMismatch, match="in form 999"):
        open_store(place, server=SERVER)
