"""What only a server can do: be away, be slow, be busy, refuse the key, refuse large requests."""

from __future__ import annotations

import re
import socket
import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml  # type: ignore[import-untyped]
from qdrant_client import models

from lineage.errors import StoreError
from lineage.settings import Server, load_settings
from lineage.store import collection, create_store, is_url, open_store, store_exists
from tests.qdrant_standin import standin
from tests.store_samples import DIM, asset, entry, stamp, vector

QUICK = (0.01, 0.01)  # seconds between attempts


@pytest.fixture
def server():
    with standin() as running:
        yield running


@pytest.fixture
def store(server):
    create_store(server.url, stamp()).close()
    with closing(collection.open_(server.url, pauses=QUICK)) as opened:
        server.requests.clear()
        yield opened


def test_requests_stay_below_eight_megabytes(server, store):
    heavy = [entry(number, preview=1_000_000) for number in range(20)]
    store.upsert(heavy)
    sizes = [size for _, path, size in server.requests if path.endswith("/points")]
    assert len(sizes) > 1
    assert max(sizes) <= 8 * 2**20
    assert store.count() == 20


def test_an_entry_larger_than_a_portion_travels_alone(server, store):
    store.upsert([entry(0), entry(1, preview=9_000_000), entry(2)])
    assert [size > 8 * 2**20 for _, _, size in server.requests] == [False, True, False]


def test_searches_travel_together(server, store):
    store.upsert([entry(1)])
    server.requests.clear()
    store.search_vectors(np.array([vector(number) for number in range(100)]), limit=1)
    assert len(server.requests) == 2


def test_hash_indexes_exist_before_data(server):
    create_store(server.url, stamp()).close()
    assert server.indexes == ["phash", "pdq"]


@pytest.mark.parametrize("fault", [503, 502, 504, 429, "hang up"])
def test_what_passes_is_tried_again(server, store, fault):
    server.faults.extend([fault, fault])
    store.upsert([entry(1)])
    assert [size for _, _, size in server.requests] == [server.requests[0][2]] * 3
    assert store.count() == 1


def test_a_late_answer_is_asked_for_again_and_nothing_is_doubled(server):
    create_store(server.url, stamp()).close()
    with closing(collection.open_(server.url, server=Server(timeout=1), pauses=QUICK)) as store:
        server.faults.append(1.5)
        store.upsert([entry(1)])
        assert store.count() == 1


def test_after_the_last_attempt_one_sentence_says_why(server, store):
    server.faults.extend([503] * 3)
    with pytest.raises(StoreError, match=r"^the Qdrant server at http://\S+ refuses the request: 503 told") as failed:
        store.count()
    assert "\n" not in str(failed.value)
    assert len(server.requests) == 3


def test_a_slow_server_is_told(server):
    create_store(server.url, stamp()).close()
    with closing(collection.open_(server.url, server=Server(timeout=1), pauses=())) as store:
        server.faults.append(1.5)
        with pytest.raises(StoreError, match="did not answer in time"):
            store.count()


@pytest.mark.parametrize("status", [400, 404, 500])
def test_what_does_not_pass_is_not_tried_again(server, store, status):
    server.faults.append(status)
    with pytest.raises(StoreError, match=f"refuses the request: {status}"):
        store.count()
    assert len(server.requests) == 1


def test_an_answer_that_is_no_answer_of_qdrant_is_told(server, store):
    server.faults.append(200)
    with pytest.raises(StoreError, match="answers what this version does not understand"):
        store.count()


def test_a_server_that_goes_away_is_told_after_the_retries():
    with standin() as server:
        create_store(server.url, stamp()).close()
        store = collection.open_(server.url, pauses=QUICK)
    with closing(store), pytest.raises(StoreError, match="cannot be reached"):
        store.upsert([entry(1)])


def test_a_wrong_address_is_told_at_once():
    with closing(socket.create_server(("127.0.0.1", 0))) as reserved:
        port = reserved.getsockname()[1]
    for ask in (open_store, store_exists, lambda place: create_store(place, stamp())):
        with pytest.raises(StoreError, match=rf"http://127.0.0.1:{port} cannot be reached .*is it running\?"):
            ask(f"http://127.0.0.1:{port}/pictures")


@pytest.mark.parametrize(
    "place",
    ["http://", "http:///pictures", "https://example.org/pictures?x=1", "http://[::1", "http://a b", "http://a:99999"],
)
def test_what_is_no_address_is_told(place):
    with pytest.raises(StoreError, match="no address of a store"):
        open_store(place)


def test_what_is_wrong_with_a_host_is_told():
    with pytest.raises(StoreError, match=r"no address of a store \(.*'xn--ä' is not a valid IDNA label"):
        open_store("http://xn--ä..x")


@pytest.mark.parametrize("key", ["schlüssel", "secret\n", " secret", "sec\rret"])
def test_a_key_that_no_request_carries_is_told_and_not_shown(key):
    with pytest.raises(StoreError, match=r"the key for http://localhost:6333 \(api_key\) holds an end of line") as told:
        open_store("http://localhost:6333/pictures", server=Server(api_key=key))
    assert "secret" not in str(told.value)


def test_the_key_opens_and_a_wrong_one_does_not():
    with standin(api_key="right") as server:
        with closing(create_store(server.url, stamp(), server=Server(api_key="right"))) as store:
            store.upsert([entry(1)])
        for key in ("wrong", ""):
            with pytest.raises(StoreError, match="refuses the API key"):
                open_store(server.url, server=Server(api_key=key))
            with pytest.raises(StoreError, match="refuses the API key"):
                store_exists(server.url, server=Server(api_key=key))


def test_a_collection_of_someone_else_is_refused(server):
    server.local.create_collection("theirs", {"global": models.VectorParams(size=DIM, distance=models.Distance.COSINE)})
    with pytest.raises(StoreError, match="was not made by lineage"):
        open_store(f"{server.url}/theirs")
    with pytest.raises(StoreError, match="already a collection"):
        create_store(f"{server.url}/theirs", stamp())


@pytest.mark.parametrize(
    ("path", "name"), [("", "lineage"), ("/", "lineage"), ("/posters", "posters"), ("/posters/", "posters")]
)
def test_the_last_part_of_the_address_names_the_collection(server, path, name):
    create_store(f"{server.url}{path}", stamp()).close()
    assert server.local.collection_exists(name)


def test_two_collections_of_one_server_do_not_mix(server):
    with closing(create_store(f"{server.url}/a", stamp())) as a, closing(create_store(f"{server.url}/b", stamp())) as b:
        a.upsert([entry(1)])
        b.upsert([entry(2), entry(3)])
        assert (a.count(), b.count()) == (1, 2)
        assert a.assets([asset(2).id]) == {}


def test_many_relocations_go_in_few_requests(server, store):
    store.upsert([entry(number, preview=10) for number in range(150)])
    server.requests.clear()
    store.relocate([replace(asset(number), locations=asset(0).locations) for number in range(150)])
    assert len(server.requests) == 2


def test_many_ids_are_deleted_in_more_than_one_request(server, store):
    store.upsert([entry(1), entry(2)])
    server.requests.clear()
    store.delete([asset(1).id, *(str(uuid.uuid4()) for _ in range(10_000)), asset(2).id])
    assert len(server.requests) == 3
    assert max(size for _, _, size in server.requests) < 2**20
    assert store.count() == 0


def test_a_collection_is_made_although_the_answer_was_lost(server):
    server.faults.extend([0.0, 0.0, 0.0, "lose the answer"])
    with closing(create_store(f"{server.url}/pictures", stamp())) as store:
        assert store.count() == 0
    made = [path for method, path, _ in server.requests if method == "PUT" and path.count("/") == 2]
    assert (len(made), len(set(made))) == (2, 1)


def test_what_is_inserted_leaves_alone_what_is_there(store):
    there = entry(1)
    store.upsert([there])
    store.insert([replace(there, asset=asset(1, path="elsewhere.jpg")), entry(2)])
    assert [found.path for found in store.assets([asset(1).id, asset(2).id]).values()] == [
        "spring/1.jpg",
        "spring/2.jpg",
    ]


def test_addresses_and_paths_are_told_apart():
    assert [is_url(place) for place in ("http://a/b", "https://a", "photos.index", "/http/x")] == [
        True,
        True,
        False,
        False,
    ]


COMPOSE = Path(__file__).parent.parent / "docker-compose.yml"


def test_the_key_that_the_compose_file_has_exported_is_the_one_that_is_read(monkeypatch):
    text = COMPOSE.read_text(encoding="utf-8")
    (variable,) = re.findall(r"export (\w+)=", text)
    monkeypatch.setenv(variable, "a long random text")
    assert load_settings().server.api_key == "a long random text"
    key = yaml.safe_load(text)["services"]["qdrant"]["environment"]["QDRANT__SERVICE__API_KEY"]
    assert key.startswith(f"${{{variable}:?")


def test_the_compose_file_starts_a_server_that_fits():
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    qdrant = compose["services"]["qdrant"]
    image, _, version = qdrant["image"].partition(":v")
    assert image == "qdrant/qdrant"
    assert [part.isdigit() for part in version.split(".")] == [True, True, True]
    assert all(port.startswith("127.0.0.1:") for port in qdrant["ports"])
    assert "/readyz" in qdrant["healthcheck"]["test"][-1]
    assert qdrant["volumes"] == ["qdrant:/qdrant/storage"]
    assert "qdrant" in compose["volumes"]
