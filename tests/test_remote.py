from __future__ import annotations

import io
import json
import logging
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import fsspec
import pytest
from PIL import Image

from indexer.books.opening import load_embedder
from lineage.read.places.link import PAUSES
from lineage.records import Asset
from lineage.settings import Settings
from lineage.store import open_store
from tests.command import call
from tests.here import Here
from tests.web import web


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(Settings())


@pytest.fixture(autouse=True)
def quick(embedder, monkeypatch):
    monkeypatch.setattr("indexer.books.opening.load_embedder", lambda settings: embedder)
    monkeypatch.setattr("indexer.run.here.Workers", Here)


@pytest.fixture(autouse=True)
def pauses(monkeypatch) -> list[float]:
    """The pauses between attempts, noted instead of waited for."""
    made: list[float] = []
    monkeypatch.setattr("lineage.read.places.link.time", SimpleNamespace(sleep=made.append))
    return made


@pytest.fixture
def store(tmp_path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def picture(drawn):
    """`picture(seed)`: the bytes of a JPEG."""

    def made(seed: int) -> bytes:
        file = io.BytesIO()
        Image.fromarray(drawn(seed, width=160, height=120)).save(file, "JPEG")
        return file.getvalue()

    return made


@pytest.fixture
def memory(picture):
    """A library in fsspec's memory, three pictures and a text."""
    system = fsspec.filesystem("memory")
    for seed, name in enumerate(("spring/a.jpg", "spring/b.jpg", "autumn/c d#1.jpg")):
        system.pipe_file(f"/dam/{name}", picture(seed))
    system.pipe_file("/dam/notes.txt", b"not a picture")
    system.pipe_file("/dam/.trash/old.jpg", picture(9))
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture
def server():
    with web() as running:
        yield running


def run(*arguments: str | Path) -> dict[str, Any]:
    done = call(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(code: int, *arguments: str | Path) -> str:
    """The one sentence of a command that ends with this exit code."""
    done = call(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
    return done.stderr


def assets(store: Path) -> list[Asset]:
    with closing(open_store(str(store))) as opened:
        return [entry.asset for batch in opened.scroll() for entry in batch]


def places(store: Path) -> list[tuple[str, str]]:
    return sorted((place.root, place.path) for asset in assets(store) for place in asset.locations)


# Folders of an object store


def test_a_remote_folder_is_indexed_like_one_here(memory, store):
    summary = run("index", "memory://dam", "--store", store)
    assert (summary["added"], summary["skipped"]) == (3, {"hidden": 1, "unsupported file type": 1})
    root = "memory://dam"
    assert places(store) == [(root, "autumn/c d#1.jpg"), (root, "spring/a.jpg"), (root, "spring/b.jpg")]


def test_a_second_run_reads_nothing_from_a_remote_place(memory, store, monkeypatch):
    run("index", "memory://dam", "--store", store)
    monkeypatch.setattr("indexer.run.workers.places", None)  # a reader would fail
    assert run("index", "memory://dam/", "--store", store)["unchanged"] == 3


def test_a_single_remote_file_is_indexed_below_its_folder(memory, store):
    run("index", "memory://dam/spring/a.jpg", "--store", store)
    assert places(store) == [("memory://dam/spring", "a.jpg")]


def test_the_remote_place_of_an_asset_knows_size_and_time(memory, store):
    run("index", "memory://dam/spring", "--store", store)
    place = next(asset.locations[0] for asset in assets(store) if asset.path == "a.jpg")
    details = memory.info("/dam/spring/a.jpg")
    assert place.size == details["size"]
    assert place.mtime_ns == pytest.approx(details["created"].timestamp() * 1e9, abs=1e4)


def test_sync_follows_a_remote_place(memory, store, picture):
    run("sync", "memory://dam", "--store", store)
    memory.rm_file("/dam/spring/a.jpg")
    memory.pipe_file("/dam/spring/b.jpg", picture(20))
    memory.pipe_file("/dam/winter/new.jpg", picture(21))
    summary = run("sync", "memory://dam", "--store", store)
    assert (summary["added"], summary["gone"], summary["dropped"]) == (2, 1, 1)
    assert [path for _, path in places(store)] == ["autumn/c d#1.jpg", "spring/b.jpg", "winter/new.jpg"]


def test_a_remote_file_that_moves_keeps_its_asset(memory, store):
    run("sync", "memory://dam", "--store", store)
    before = {asset.id for asset in assets(store)}
    memory.mv("/dam/spring/a.jpg", "/dam/winter/z.jpg")
    summary = run("sync", "memory://dam", "--store", store)
    assert (summary["gone"], summary["dropped"]) == (1, 0)
    assert {asset.id for asset in assets(store)} == before


def test_a_remote_place_that_is_suddenly_half_empty_empties_no_index(memory, store):
    run("sync", "memory://dam", "--store", store)
    memory.rm("/dam/spring", recursive=True)
    done = call("sync", "memory://dam", "--store", store)
    assert (done.returncode, "--max-gone" in done.stderr) == (2, True)
    assert len(assets(store)) == 3
    assert run("sync", "memory://dam", "--store", store, "--max-gone", "1")["dropped"] == 2


def test_a_remote_listing_that_breaks_off_drops_nothing(memory, store, monkeypatch):
    run("sync", "memory://dam", "--store", store)
    listed = type(memory).ls

    def broken(self, path, **options):
        if path.endswith("spring"):
            raise TimeoutError("no answer")
        return listed(self, path, **options)

    monkeypatch.setattr(type(memory), "ls", broken)
    assert "memory://dam/spring: it cannot be reached: no answer" in refused(
        3, "sync", "memory://dam", "--store", store, "--max-gone", "1"
    )
    assert len(assets(store)) == 3


def test_nobody_watches_a_remote_place(memory, store):
    assert "--watch" in refused(2, "sync", "memory://dam", "--watch", "--store", store)


def test_a_remote_asset_is_forgotten_by_the_path_that_is_shown(memory, store):
    run("index", "memory://dam", "--store", store)
    assert run("forget", "spring/a.jpg", "--store", store)["assets"] == 2


def test_a_remote_picture_is_asked_about(memory, store):
    run("index", "memory://dam", "--store", store)
    answer = run("query", "memory://dam/spring/b.jpg", "--store", store)
    assert (answer["query"], answer["matches"][0]["asset"]) == ("memory://dam/spring/b.jpg", "spring/b.jpg")


def test_two_remote_pictures_are_compared(memory, tmp_path, picture):
    (tmp_path / "post.jpg").write_bytes(picture(1))
    answer = run("compare", tmp_path / "post.jpg", "memory://dam/spring/b.jpg")
    assert answer["verdict"] == "known"


def test_a_place_where_nothing_is_is_wrong_usage(memory, store):
    assert "memory://nowhere: there is no such file or folder" in refused(
        2, "index", "memory://nowhere", "--store", store
    )


def test_an_address_of_no_known_kind_is_wrong_usage(store):
    assert "begins with s3://" in refused(2, "index", "nosuch://dam", "--store", store)


@pytest.mark.parametrize(("address", "package"), [("gs://dam", "gcsfs"), ("az://dam", "adlfs"), ("s3://dam", "s3fs")])
def test_a_missing_package_is_told_with_the_command_that_brings_it(address, package, store, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, address[:2], raising=False)
    said = refused(3, "index", address, "--store", store)
    assert f"{package} is not installed; install it with: pip install 'asset-lineage[remote]'" in said


# Web servers


@pytest.fixture
def listed(server, picture) -> str:
    """The address of a list of three pictures, each read once the list is."""
    for seed in range(3):
        server.files[f"/{seed}.jpg?w=100"] = picture(seed)
    lines = ["# spring", "", *(f"{server.url}/{seed}.jpg?w=100" for seed in (0, 1, 2, 0))]
    server.files["/list.txt"] = "\r\n".join(lines).encode()
    return f"{server.url}/list.txt"


def test_a_list_of_addresses_is_indexed(listed, server, store):
    assert run("index", listed, "--store", store)["added"] == 3
    assert places(store) == [(listed, f"{server.url}/{seed}.jpg?w=100") for seed in range(3)]


def test_a_list_in_a_file_here_is_indexed(listed, server, store, tmp_path):
    (tmp_path / "list.txt").write_bytes(server.files["/list.txt"])
    assert run("index", tmp_path / "list.txt", "--store", store)["added"] == 3


def test_what_a_web_server_says_is_unchanged_is_not_read_again(listed, server, store):
    run("index", listed, "--store", store)
    server.read.clear()
    assert run("index", listed, "--store", store)["unchanged"] == 3
    assert server.read == ["/list.txt"]


def test_a_file_of_another_etag_is_read_again(listed, server, store, picture):
    run("index", listed, "--store", store)
    server.files["/1.jpg?w=100"] = picture(30)
    server.read.clear()
    assert run("index", listed, "--store", store)["added"] == 1
    assert server.read == ["/list.txt", "/1.jpg?w=100"]


def test_what_has_neither_time_nor_etag_is_read_every_time_and_not_decoded(listed, server, store, monkeypatch):
    server.tags = False
    run("index", listed, "--store", store)
    monkeypatch.setattr("indexer.run.workers.decode_asset", None)
    assert run("index", listed, "--store", store)["unchanged"] == 3


def test_sync_drops_what_a_list_names_no_more(listed, server, store):
    run("sync", listed, "--store", store)
    server.files["/list.txt"] = server.files["/list.txt"].replace(b"/1.jpg", b"/0.jpg")
    assert run("sync", listed, "--store", store)["dropped"] == 1


def test_a_picture_on_the_web_is_asked_about(listed, server, store):
    run("index", listed, "--store", store)
    address = f"{server.url}/2.jpg?w=100"
    assert run("query", address, "--store", store)["matches"][0]["asset"] == address


def test_evidence_for_a_picture_on_the_web_is_named_after_it(listed, server, store, tmp_path):
    run("index", listed, "--store", store)
    run("query", f"{server.url}/2.jpg?w=100", "--store", store, "--evidence", tmp_path / "evidence")
    (file,) = (tmp_path / "evidence").glob("*.png")
    assert file.name.startswith("2.jpg.")


@pytest.mark.parametrize("fault", [503, 429, "hang up"])
def test_a_fault_that_passes_is_tried_again(fault, listed, server, store, pauses):
    server.faults.extend([fault, fault])
    assert run("index", listed, "--store", store)["added"] == 3
    assert pauses


def test_pauses_grow(listed, server, store, pauses):
    server.faults.extend([503] * 4)
    run("index", listed, "--store", store)
    assert all(after > 1.2 * before for before, after in pairwise(pauses))
    assert len(pauses) == len(PAUSES)


def test_a_file_that_cannot_be_had_just_now_is_read_by_the_next_run(listed, server, store, monkeypatch):
    monkeypatch.setattr("lineage.read.places.link.PAUSES", ())
    server.faults.extend([None, 503])
    done = call("index", listed, "--store", store, "--json")
    (failed,) = json.loads(done.stdout)["failed"]
    assert (done.returncode, "cannot be reached" in failed[1]) == (1, True)
    summary = run("index", listed, "--store", store)
    assert (summary["added"], summary["unchanged"]) == (1, 2)


def test_a_file_that_is_not_there_fails_and_the_rest_is_indexed(listed, server, store):
    del server.files["/1.jpg?w=100"]
    done = call("index", listed, "--store", store, "--json")
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["added"]) == (1, 2)
    assert summary["failed"] == [[f"{server.url}/1.jpg?w=100", "there is no such file or folder"]]


@pytest.mark.parametrize("odd", ["foo://x/y.jpg", "gs://bucket/y.jpg"])
def test_a_line_of_a_list_that_nobody_can_read_fails_and_the_rest_is_indexed(memory, store, tmp_path, monkeypatch, odd):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    listed = tmp_path / "list.txt"
    listed.write_text(f"{odd}\nmemory://dam/spring/a.jpg\nmemory://dam/spring/b.jpg\n")
    done = call("index", listed, "--store", store, "--workers", "1", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["added"], len(answer["failed"])) == (1, 2, 1)
    assert done.stderr.count(odd) == 1


def test_a_list_that_is_not_there_is_wrong_usage(server, store):
    assert "list cannot be read: there is no such file" in refused(2, "index", f"{server.url}/no.txt", "--store", store)


def test_a_page_in_place_of_a_list_is_wrong_usage(server, store):
    server.files["/list.txt"] = b"<!doctype html>"
    assert "line 1 is no address" in refused(2, "index", f"{server.url}/list.txt", "--store", store)


def test_a_folder_of_a_web_server_is_wrong_usage(server, store):
    assert "list no folders" in refused(2, "index", f"{server.url}/dam/", "--store", store)


def test_a_picture_on_the_web_that_cannot_be_had_is_told_in_a_sentence(listed, server, store):
    run("index", listed, "--store", store)
    server.down = True
    assert "cannot be reached" in refused(3, "query", f"{server.url}/2.jpg?w=100", "--store", store)


def test_that_nobody_answers_is_told_without_sockets(listed, server, store):
    run("index", listed, "--store", store)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        place = f"127.0.0.1:{free.getsockname()[1]}"
    said = refused(3, "query", f"http://{place}/2.jpg", "--store", store)
    assert said.strip().endswith(f"it cannot be reached: nobody answers at {place}")


@pytest.mark.parametrize("typed", ["https:/example.com/a.jpg", "htp:/example.com/a.jpg", "www.example.com/a.jpg"])
def test_what_looks_like_an_address_is_told_how_one_begins(typed, store):
    assert "no such file or folder; an address begins with https://" in refused(2, "query", typed, "--store", store)


# S3, by a stand-in


@pytest.fixture(scope="module")
def s3():
    """The address of a stand-in for S3."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3, monkeypatch, picture, tmp_path):
    """A bucket with three pictures below dam/."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    system = fsspec.filesystem("s3", use_listings_cache=False)
    if not system.exists("bucket"):
        system.mkdir("bucket")
    for seed, name in enumerate(("spring/a.jpg", "spring/b ü#?.jpg", "c.jpg")):
        system.pipe_file(f"bucket/dam/{name}", picture(seed))
    system.pipe_file("bucket/dam/spring/", b"")  # a folder as consoles make them
    yield system
    system.rm("bucket/dam", recursive=True)
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def test_a_bucket_is_indexed_resumed_and_followed(bucket, store, picture):
    assert run("index", "s3://bucket/dam", "--store", store)["added"] == 3
    assert run("index", "s3://bucket/dam", "--store", store)["unchanged"] == 3
    bucket.pipe_file("bucket/dam/c.jpg", picture(40))
    bucket.rm_file("bucket/dam/spring/a.jpg")
    summary = run("sync", "s3://bucket/dam", "--store", store)
    assert (summary["added"], summary["dropped"]) == (1, 1)
    assert places(store) == [("s3://bucket/dam", "c.jpg"), ("s3://bucket/dam", "spring/b ü#?.jpg")]


def test_a_picture_in_a_bucket_is_asked_about(bucket, store):
    run("index", "s3://bucket/dam/", "--store", store)
    assert run("query", "s3://bucket/dam/spring/a.jpg", "--store", store)["matches"][0]["asset"] == "spring/a.jpg"


def test_a_bucket_that_is_not_there_is_wrong_usage(bucket, store):
    assert "s3://none: there is no such bucket" in refused(2, "index", "s3://none", "--store", store)
    assert "there is no such bucket" in refused(2, "index", "s3://none/dam", "--store", store)


def test_missing_credentials_are_told_with_what_to_set(bucket, store, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    said = refused(3, "index", "s3://bucket/dam", "--store", store)
    assert "no credentials were found; set AWS_ACCESS_KEY_ID" in said


def test_a_remote_picture_is_confirmed_and_taken_back(memory, store):
    run("index", "memory://dam", "--store", store)
    pair = ("memory://dam/spring/a.jpg", "spring/b.jpg", "--store", store)
    assert run("confirm", *pair)["picture"] == pair[0]
    assert run("confirm", *pair, "--undo")["undone"]


def lose(monkeypatch, system, *, after: int) -> None:
    """From some file on, a place gives no file any more."""
    content, given = type(system).cat_file, iter(range(after))

    def lost(self, path, **options):
        if next(given, None) is None:
            raise TimeoutError("no answer")
        return content(self, path, **options)

    monkeypatch.setattr(type(system), "cat_file", lost)


def test_a_place_that_goes_away_ends_the_run_and_the_next_completes_it(memory, store, picture, monkeypatch):
    for seed in range(20):
        memory.pipe_file(f"/dam/winter/{seed:02}.jpg", picture(seed + 50))
    monkeypatch.setattr("indexer.run.here.BATCH", 2)
    with monkeypatch.context() as patched:
        lose(patched, memory, after=2)
        said = refused(3, "index", "memory://dam", "--store", store)
        assert "16 files in a row could not be read (it cannot be reached: no answer)" in said
    summary = run("index", "memory://dam", "--store", store)
    assert (summary["added"], summary["unchanged"]) == (21, 2)


def test_a_list_goes_on_where_one_of_its_places_is_gone(memory, store, tmp_path, monkeypatch):
    lines = [f"memory://gone/{number}.jpg" for number in range(20)]
    (tmp_path / "list.txt").write_text("\n".join([*lines, "memory://dam/spring/a.jpg"]))
    content = type(memory).cat_file

    def lost(self, path, **options):
        if path.startswith("/gone"):
            raise TimeoutError("no answer")
        return content(self, path, **options)

    monkeypatch.setattr(type(memory), "cat_file", lost)
    done = call("index", tmp_path / "list.txt", "--store", store, "--json")
    assert (done.returncode, json.loads(done.stdout)["added"]) == (1, 1)


# Whom nobody should trust


PRIVATE = "is no public address; LINEAGE_PRIVATE_ADDRESSES="


@pytest.fixture
def full(memory, store) -> Path:
    run("index", "memory://dam", "--store", store)
    return store


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1"])
def test_a_post_at_an_address_that_is_not_public_is_not_fetched(host, full):
    assert PRIVATE in call("query", f"http://{host}:9/a.jpg", "--store", full).stderr


CHAINS = [
    "zip://a.jpg::{}/a.zip",
    "simplecache://::{}/a.jpg",
    "zip://b/a?b::{}/a.zip",
    "http://example.org/a::{}/a.jpg",
]


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize(
    "command", [("query",), ("compare",), ("index",), ("sync",), ("confirm", "--from")], ids=" ".join
)
def test_no_address_leads_through_another_one(command, chain, server, full, tmp_path):
    address = chain.format(server.url)
    (tmp_path / "pairs.csv").write_text(f"post,asset\n{address},spring/a.jpg\n")
    told = {
        "compare": (address, address),
        "confirm": (tmp_path / "pairs.csv", "--store", full),
    }.get(command[0], (address, "--store", full))
    done = call(*command, *told)
    assert "an address may not lead through another one" in done.stderr or "no such address" in done.stderr
    assert not server.asked


def test_a_list_leads_nowhere_through_another_address(server, full, tmp_path):
    (tmp_path / "list.txt").write_text("\n".join(chain.format(server.url) for chain in CHAINS))
    done = call("index", tmp_path / "list.txt", "--store", full, "--json")
    assert len(json.loads(done.stdout)["failed"]) == len(CHAINS)
    assert not server.asked


def test_two_colons_in_the_query_of_an_address_are_no_chain(server, full, picture):
    server.files["/a.jpg?part=zip://a::b"] = picture(0)
    assert run("query", f"{server.url}/a.jpg?part=zip://a::b", "--store", full)["verdict"] == "known"


def test_the_zeros_of_an_address_of_128_bits_are_no_chain(full):
    assert f"fd00::1 {PRIVATE}" in call("query", "http://[fd00::1]:9/a.jpg", "--store", full).stderr


def test_a_redirect_to_an_address_that_is_not_public_is_not_followed(server, full, monkeypatch):
    monkeypatch.setenv("LINEAGE_PRIVATE_ADDRESSES", "127.0.0.1/32")
    server.redirects["/a.jpg"] = f"http://127.0.0.2:{server.server_port}/b.jpg"
    assert f"127.0.0.2 {PRIVATE}127.0.0.2 allows it" in call("query", f"{server.url}/a.jpg", "--store", full).stderr
    assert server.read == ["/a.jpg"]


def test_a_network_that_is_none_is_wrong_usage(full, monkeypatch):
    monkeypatch.setenv("LINEAGE_PRIVATE_ADDRESSES", "home")
    assert "home is no network" in call("query", "http://127.0.0.1:9/a.jpg", "--store", full).stderr


def test_a_body_without_end_is_cut_off_and_told(server, full, monkeypatch):
    monkeypatch.setattr("lineage.read.places.files._MOST_ELSEWHERE", 1 << 20)
    server.endless.add("/a.jpg")
    said = call("query", f"{server.url}/a.jpg", "--store", full).stderr
    assert "a.jpg: larger than 1 MB, the most that is read from a place elsewhere" in said


def test_a_file_of_a_store_that_is_too_large_is_told(memory, full, monkeypatch):
    monkeypatch.setattr("lineage.read.places.files._MOST_ELSEWHERE", 1 << 10)
    assert "larger than 0 MB" in call("query", "memory://dam/spring/a.jpg", "--store", full).stderr


@pytest.fixture
def impatient(monkeypatch):
    """Waits a quarter of a second for the next bytes."""
    from lineage.read.places import link

    monkeypatch.setattr(link, "_READ_SECONDS", 0.25)
    monkeypatch.setattr(link, "_PATIENCE", 0.0)
    link._options.cache_clear()
    yield
    link._options.cache_clear()


@pytest.mark.usefixtures("impatient")
def test_a_server_that_never_answers_holds_nobody_up(full, monkeypatch):
    monkeypatch.setenv("LINEAGE_PRIVATE_ADDRESSES", "127.0.0.0/8")
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        said = call("query", f"http://127.0.0.1:{silent.getsockname()[1]}/a.jpg", "--store", full).stderr
    assert "it cannot be reached" in said


@pytest.mark.parametrize(
    "line", ["file:///etc/hostname", "local:///etc/hostname", "reference://x", "zip://a.jpg::file:///x"]
)
def test_a_list_elsewhere_names_nothing_that_only_this_machine_has(line, server, listed, store):
    server.files["/list.txt"] += f"\n{line}\n".encode()
    done = call("index", listed, "--store", store, "--json")
    (failed,) = json.loads(done.stdout)["failed"]
    assert (done.returncode, failed[0]) == (1, line)
    assert "may " in failed[1]


def test_an_address_that_no_file_system_understands_fails_alone(memory, store, tmp_path):
    (tmp_path / "list.txt").write_text("reference://x\nmemory://dam/spring/a.jpg\n")
    done = call("index", tmp_path / "list.txt", "--store", store, "--json")
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["added"], summary["failed"][0][0]) == (1, 1, "reference://x")


def test_no_command_tells_the_secrets_of_an_address(full):
    address = "http://me:hunter2@127.0.0.1:9/a.jpg?X-Amz-Signature=5ecret&size=1&sig=5ecret"
    done = call("query", address, "--store", full)
    assert "http://***@127.0.0.1:9/a.jpg?X-Amz-Signature=***&size=1&sig=***: " in done.stderr
    told = call("index", address, "--store", full).stderr + call("status", "--store", address).stderr
    assert "hunter2" not in told + done.stderr
    assert "5ecret" not in told + done.stderr


def test_what_lies_below_an_empty_part_of_a_key_is_counted(bucket, store, picture):
    bucket.pipe_file("bucket/dam//b.jpg", picture(7))
    summary = run("index", "s3://bucket/dam", "--store", store)
    assert (summary["added"], summary["skipped"]) == (3, {"below an empty part of a key (//)": 1})


def test_an_empty_file_of_a_bucket_fails_alone(bucket, store):
    bucket.pipe_file("bucket/dam/empty.jpg", b"")
    done = call("index", "s3://bucket/dam", "--store", store, "--json")
    assert json.loads(done.stdout)["failed"] == [["empty.jpg", "the file is empty"]]


class Fake(ThreadingHTTPServer):
    """Answers any request for a listing with the page that `page` makes of its path."""

    page: Callable[[str], bytes] = staticmethod(lambda path: b"")


class Faked(BaseHTTPRequestHandler):
    server: Fake

    def do_GET(self) -> None:
        page = self.server.page(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args) -> None:
        """Say nothing."""


@pytest.fixture
def fake(bucket, monkeypatch):
    """`fake(page)`: instead of S3 answers what makes a page of a path."""
    with Fake(("127.0.0.1", 0), Faked) as answering:

        def answer(page) -> None:
            answering.page = page
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{answering.server_port}")
            fsspec.get_filesystem_class("s3").clear_instance_cache()

        Thread(target=answering.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield answer
        answering.shutdown()
    monkeypatch.undo()
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def test_a_login_page_is_no_empty_bucket(fake, store):
    fake(lambda path: b"<html><body>sign in</body></html>")
    assert "s3://bucket: what answers there is no object store" in refused(3, "index", "s3://bucket", "--store", store)


def test_a_listing_without_end_is_told(fake, store):
    count = iter(range(1000))
    page = (
        "<ListBucketResult><Name>bucket</Name><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>t{}</NextContinuationToken></ListBucketResult>"
    )
    fake(lambda path: page.format(next(count) % 2).encode())
    assert "its listing does not come to an end" in refused(3, "index", "s3://bucket", "--store", store)
