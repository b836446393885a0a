"""The server store over gRPC: the same answers, the same patience, the same sentences as over HTTP."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import grpc
import numpy as np
import pytest

from lineage.errors import StoreError
from lineage.settings import Server
from lineage.store import collection, create_store, open_store
from tests.qdrant_grpc import grpc_standin
from tests.store_samples import asset, entry, stamp, vector
from tests.test_store import assert_same

PLACE = "http://127.0.0.1/pictures"
QUICK = (0.01, 0.01)  # seconds between attempts


@pytest.fixture
def standin():
    with grpc_standin() as running:
        yield running


@pytest.fixture
def store(standin):
    spoken = Server(grpc=True, grpc_port=standin.port)
    create_store(PLACE, stamp(), server=spoken).close()
    with closing(collection.open_(PLACE, server=spoken, pauses=QUICK)) as opened:
        standin.calls.clear()
        standin.sizes.clear()
        yield opened


def test_what_goes_in_comes_out(store):
    kept = [entry(number) for number in range(5)]
    store.upsert(kept)
    assert store.count() == 5
    got = store.entries([one.asset.id for one in kept])
    for one in kept:
        assert_same(got[one.asset.id], one)
    assert [found.asset.id for batch in store.scroll(batch=2) for found in batch] == sorted(got)


def test_every_search_answers(store):
    store.upsert([entry(number) for number in range(20)])
    mark = entry(3).fingerprint
    found = (
        store.search_vectors(vector(3)[None], limit=1),
        store.search_words([mark.words], limit=1),
        store.search_hashes([mark.hashes], limit=1),
    )
    assert [hits[0].id for (hits,) in found] == [asset(3).id] * 3


def test_what_is_moved_or_deleted_is_so(store):
    store.upsert([entry(1), entry(2)])
    moved = replace(asset(1), locations=asset(2).locations)
    store.relocate([moved])
    store.delete([asset(2).id])
    assert store.assets([asset(1).id, asset(2).id]) == {asset(1).id: moved}


def test_requests_stay_below_eight_megabytes(standin, store):
    store.upsert([entry(number, preview=1_000_000) for number in range(20)])
    assert len(standin.calls) > 1
    assert max(standin.sizes) <= 8 * 2**20
    assert store.count() == 20


@pytest.mark.parametrize("fault", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_what_passes_is_tried_again(standin, store, fault):
    standin.faults.extend([fault, fault])
    store.upsert([entry(1)])
    assert standin.calls == ["Upsert"] * 3
    assert store.count() == 1


def test_a_late_answer_is_asked_for_again_and_nothing_is_doubled(standin):
    spoken = Server(grpc=True, grpc_port=standin.port, timeout=1)
    create_store(PLACE, stamp(), server=spoken).close()
    with closing(collection.open_(PLACE, server=spoken, pauses=QUICK)) as store:
        standin.faults.append(1.5)
        store.upsert([entry(1)])
        assert store.count() == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (grpc.StatusCode.UNAVAILABLE, r"cannot be reached .*is it running\?"),
        (grpc.StatusCode.INVALID_ARGUMENT, "refuses the request: INVALID_ARGUMENT told to answer"),
        (grpc.StatusCode.PERMISSION_DENIED, "refuses the API key"),
    ],
)
def test_what_does_not_pass_is_one_sentence(standin, store, fault, said):
    standin.faults.extend([fault] * 3)
    with pytest.raises(StoreError, match=rf"^the Qdrant server at http://127.0.0.1 {said}") as failed:
        store.count()
    assert "\n" not in str(failed.value)
    assert len(standin.calls) == (3 if fault is grpc.StatusCode.UNAVAILABLE else 1)


def test_the_key_opens_and_a_wrong_one_does_not():
    with grpc_standin(api_key="right") as standin:
        right = Server(grpc=True, grpc_port=standin.port, api_key="right")
        create_store(PLACE, stamp(), server=right).close()
        with pytest.raises(StoreError, match="refuses the API key"):
            open_store(PLACE, server=replace(right, api_key="wrong"))


def test_a_new_collection_is_as_the_settings_say(standin):
    chosen = Server(grpc=True, grpc_port=standin.port, shards=6, replicas=3, write_consistency=2, quantisation=2)
    create_store(PLACE, stamp(), server=chosen).close()
    (made,) = standin.created
    assert (made.shard_number, made.replication_factor, made.write_consistency_factor) == (6, 3, 2)
    bits = made.vectors_config.params_map.map["global"].quantization_config.turboquant.bits
    assert bits == 2


def test_vectors_of_many_views_travel_together(standin, store):
    store.upsert([entry(1)])
    standin.calls.clear()
    store.search_vectors(np.array([vector(number) for number in range(64)]), limit=1)
    assert standin.calls == ["QueryBatch"]
