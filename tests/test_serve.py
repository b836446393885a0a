"""`lineage serve`: what programs ask it, what people decide, who is let in."""

from __future__ import annotations

import asyncio
import hashlib
import json
import pickle
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import httpx
import jsonschema
import pytest
from PIL import Image

import lineage
from lineage.cli.service import AskedService
from lineage.errors import RemoteError, UsageError
from lineage.web.api import filling
from lineage.web.jobs import Job
from lineage.web.keys import read_keys
from tests.command import call
from tests.serving import served
from tests.web import web

SCHEMA = json.loads((Path(lineage.__file__).parent / "schema" / "query-1.json").read_text(encoding="utf-8"))
ROOT = Path(__file__).parent.parent
PROBLEM = "application/problem+json"
ONE, TWO, THREE = "one#of-the-keys-0001", "two-of-the-keys-0002", "three-of-the-keys-03"


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn) -> Path:
    """An index of five pictures, a twin of it that nobody serves, and posts."""
    place = tmp_path_factory.mktemp("place")
    (place / "library").mkdir()
    for seed in range(5):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.png")
    with lineage.open(place / "index", workers=1) as index:
        index.index(place / "library")
    shutil.copytree(place / "index", place / "twin")
    (place / "posts").mkdir()
    Image.fromarray(drawn(3)[20:220, 30:300]).save(place / "posts" / "copy.jpg", quality=80)
    Image.fromarray(drawn(9)).save(place / "posts" / "stranger.png")
    (place / "text.jpg").write_text("hello")
    return place


@pytest.fixture(scope="module")
def address(place) -> Iterator[str]:
    with served(place / "index", waiting_limit="2", fetch_hosts="localhost, *.example.org") as address:
        yield address


@pytest.fixture
def client(address) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def copy(place) -> bytes:
    return (place / "posts" / "copy.jpg").read_bytes()


def ask(client: httpx.Client, post: bytes, name: str = "copy.jpg", **asked: str) -> dict[str, Any]:
    answer = client.post("/v1/query", files={"post": (name, post)}, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def lasting(line: str) -> dict[str, Any]:
    """An answer without what is of one run, or of one index, only."""
    kept = {key: value for key, value in json.loads(line).items() if key not in ("run", "time", "seconds", "answer")}
    return kept | {"evidence": ""}


def test_it_lives_and_is_ready(client):
    assert client.get("/health").json() == {"status": "alive"}
    assert client.get("/ready").json() == {"status": "ready"}


@pytest.mark.parametrize("path", ["/health", "/ready", "/"])
def test_head_is_what_get_would_answer_without_its_body(client, path):
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_an_answer_is_that_of_the_command_line(client, place, copy):
    told = call("query", place / "posts" / "copy.jpg", "--json", "--store", place / "twin").stdout
    found = ask(client, copy, str(place / "posts" / "copy.jpg"))
    assert found["verdict"] == "known"
    assert lasting(json.dumps(found)) | {"query": ""} == lasting(told) | {"query": ""}
    jsonschema.validate(found, SCHEMA)


def test_a_post_may_come_as_bytes(client, copy):
    answer = client.post("/v1/query?name=here.jpg", content=copy, headers={"Content-Type": "image/jpeg"})
    assert (answer.json()["query"], answer.json()["verdict"]) == ("here.jpg", "known")


@pytest.mark.parametrize("form", ["--json", "--csv", ""])
def test_the_command_says_the_same_through_a_service(address, place, form):
    options = [form] if form else []
    through = call("query", place / "posts", "--service", address, *options)
    direct = call("query", place / "posts", "--store", place / "twin", *options)
    assert through.returncode == direct.returncode == 0, through.stderr
    if form == "--json":
        assert [*map(lasting, through.stdout.splitlines())] == [*map(lasting, direct.stdout.splitlines())]
    else:
        timeless = [[line for line in told.stdout.splitlines() if " s" not in line] for told in (through, direct)]
        cut = [[",".join(line.split(",")[:17]) for line in lines] for lines in timeless]
        assert cut[0] == cut[1]


def test_evidence_comes_from_the_service(address, place, tmp_path):
    done = call("query", place / "posts" / "copy.jpg", "--service", address, "--evidence", tmp_path / "evidence")
    assert done.returncode == 0, done.stderr
    (picture,) = (tmp_path / "evidence").glob("*.lineage.png")
    with Image.open(picture) as image:
        assert image.size[0] == 1200
    assert "copy.jpg" in (tmp_path / "evidence" / "index.html").read_text(encoding="utf-8")


def test_the_service_may_come_from_the_settings(address, place, monkeypatch):
    monkeypatch.setenv("LINEAGE_SERVICE", address)
    assert call("query", place / "posts" / "copy.jpg").stdout.startswith("KNOWN")


def test_whoever_guesses_another_name_of_the_option_is_served(address, place):
    assert call("query", place / "posts" / "copy.jpg", "--server", address).stdout.startswith("KNOWN")
    assert "--server" not in call("query", "--help").stdout


def test_an_option_that_is_given_by_both_its_names_is_one_sentence(address):
    both = call("query", "post.jpg", "--server", address, "--service", address)
    assert (both.returncode, both.stderr.count("\n")) == (2, 1)


def test_whoever_guesses_another_name_of_the_variable_is_told_it(address, place, monkeypatch):
    monkeypatch.setenv("LINEAGE_SERVER", address)
    done = call("query", place / "posts" / "copy.jpg")
    assert (done.returncode, "is LINEAGE_SERVICE" in done.stderr) == (2, True), done.stderr


def test_a_post_that_cannot_be_read_is_told_as_ever(address, place):
    through = call("query", place / "text.jpg", "--service", address)
    direct = call("query", place / "text.jpg", "--store", place / "twin")
    assert (through.returncode, through.stderr) == (direct.returncode, direct.stderr)


def test_a_service_has_its_own_index(address, place):
    done = call("query", place / "posts" / "copy.jpg", "--service", address, "--store", place / "twin")
    assert (done.returncode, "leave --store out" in done.stderr) == (2, True)


def test_a_service_that_is_not_there_is_one_sentence(place):
    done = call("query", place / "posts" / "copy.jpg", "--service", "http://127.0.0.1:9")
    assert done.returncode == 3
    assert "does not answer" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("said", [b"hello", b"[]", b'{"status": "fine"}'])
def test_a_server_that_is_no_service_is_one_sentence(said):
    with web() as server:
        server.files["/v1/versions"] = said
        with AskedService(server.url, "") as service, pytest.raises(RemoteError, match="is no lineage"):
            _ = service.versions


def test_a_server_may_say_by_a_date_when_it_has_time():
    busy = httpx.Response(503, headers={"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"})
    versions = httpx.Response(200, json={"lineage": lineage.__version__})
    with AskedService("http://localhost:1", "") as service, mock.patch.object(service._client, "request") as request:
        request.side_effect = [busy, versions]
        assert service.versions == {"lineage": lineage.__version__}


@pytest.mark.parametrize(
    ("command", "way"),
    [
        (("query", "posts/copy.jpg"), "lineage query --service {}"),
        (("index", "library"), "{}/v1/index"),
        (("sync", "library"), "{}/v1/index"),
        (("status",), "curl {}/v1/status"),
        (("confirm", "posts/copy.jpg", "3.png"), "{}/v1/feedback"),
        (("check",), "answers at {}; end the service first"),
        (("serve", "--port", "0"), "open {}"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_whoever_is_refused_the_index_is_told_whom_to_ask(address, place, monkeypatch, command, way):
    monkeypatch.chdir(place)
    done = call(*command, "--store", "index")
    assert done.returncode == 3
    assert way.format(address) in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_program_is_told_the_address_of_the_service_that_has_the_index(address, place):
    with lineage.open(place / "index") as index, pytest.raises(lineage.StoreLocked) as refused:
        index.count()
    assert refused.value.address == address
    assert pickle.loads(pickle.dumps(refused.value)).address == address


def test_many_posts_are_answered_in_their_order(client, place, copy):
    posts = [("post", ("a.jpg", copy)), ("post", ("b.jpg", b"hello")), ("post", ("c.jpg", copy))] * 3
    answer = client.post("/v1/query/batch?name=other.jpg", files=posts)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(line["query"], line["verdict"]) for line in lines[:3]] == [
        ("a.jpg", "known"),
        ("b.jpg", None),
        ("c.jpg", "known"),
    ]
    assert len(lines) == 9
    for line in lines:
        jsonschema.validate(line, SCHEMA)


def test_no_name_breaks_or_turns_a_line_of_many(client, copy):
    names = ["a\u2028b.jpg", "a\u202egpj.exe", "no picture \u2029.jpg"]
    posts = [("post", (name, b"hello" if name[0] == "n" else copy)) for name in names]
    lines = client.post("/v1/query/batch", files=posts).text.splitlines()
    assert [json.loads(line)["query"] for line in lines] == names
    assert not {*"".join(lines)} & {*"\u2028\u2029\u202e"}


def test_two_pictures_are_compared(client, place, copy):
    asset = (place / "library" / "3.png").read_bytes()
    answer = client.post("/v1/compare", files={"post": ("copy.jpg", copy), "asset": ("3.png", asset)})
    assert (answer.json()["query"], answer.json()["verdict"]) == ("copy.jpg", "known")


def test_an_answer_and_its_pictures_can_be_looked_at_again(client, copy):
    found = ask(client, copy)
    again = client.get(f"/v1/answers/{found['answer']}").json()
    assert again["matches"] == found["matches"]
    assert client.get(found["evidence"]).content.startswith(b"\x89PNG")
    assert client.get(f"/v1/answers/{found['answer']}/post").content.startswith(b"RIFF")


def test_an_asset_is_told_and_shown(client, place, copy):
    asset = ask(client, copy)["matches"][0]["id"]
    found = client.get(f"/v1/assets/{asset}").json()
    assert (found["asset"], found["width"], found["height"]) == ("3.png", 320, 240)
    assert found["sha256"] == hashlib.sha256((place / "library" / "3.png").read_bytes()).hexdigest()
    for what in ("preview", "picture"):
        answer = client.get(f"/v1/assets/{asset}/{what}")
        assert answer.content.startswith(b"RIFF")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (404, ("GET", "/v1/nothing", {})),
        (404, ("GET", "/v1/assets/00000000-0000-0000-0000-000000000000", {})),
        (404, ("GET", "/v1/assets/unknown/preview", {})),
        (404, ("GET", "/v1/answers/unknown/evidence", {})),
        (404, ("GET", "/v1/jobs/unknown", {})),
        (405, ("DELETE", "/v1/query", {})),
        (415, ("POST", "/v1/query", {"content": b"x", "headers": {"Content-Type": "text/plain"}})),
        (422, ("POST", "/v1/query", {"files": {"post": ("text.jpg", b"hello")}})),
        (422, ("POST", "/v1/query", {"files": {"other": ("text.jpg", b"hello")}})),
        (422, ("POST", "/v1/compare", {"content": b"x", "headers": {"Content-Type": "image/png"}})),
        (422, ("POST", "/v1/query", {"json": {"address": 1}})),
        (422, ("POST", "/v1/query", {"content": b"[" * 60_000, "headers": {"Content-Type": "application/json"}})),
        (415, ("POST", "/v1/feedback", {"content": b"{}", "headers": {"Content-Type": "text/plain"}})),
        (422, ("POST", "/v1/feedback", {"json": {"what": "guess"}})),
        (422, ("POST", "/v1/feedback", {"json": {"what": "confirm", "answer": "unknown", "asset": "unknown"}})),
        (422, ("POST", "/v1/feedback", {"json": {"what": "undo", "decision": "unknown"}})),
        (422, ("POST", "/v1/index", {"json": {"paths": ["/there/is/no/such/folder"]}})),
        (422, ("GET", "/v1/reviews?limit=0", {})),
    ],
    ids=lambda value: value if isinstance(value, int) else f"{value[0]} {value[1]}",
)
def test_what_cannot_be_answered_is_a_problem_with_a_sentence(client, status, request_):
    method, path, sent = request_
    answer = client.request(method, path, **sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    told = answer.json()
    assert (told["status"], told["type"]) == (status, "about:blank")
    assert told["title"]
    assert told["detail"]


@pytest.mark.parametrize(
    "url",
    [
        "http://somewhere.example.com/post.jpg",
        "http://localhost/post.jpg",
        "http://localhost:8080/post.jpg",
        "file:///etc/passwd",
        "http://somebody:secret@a.example.org/post.jpg",
        "http://[::1]/post.jpg",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_nothing_is_fetched_from_this_network_or_from_hosts_that_nobody_has_allowed(client, url):
    answer = client.post("/v1/query", json={"url": url})
    assert answer.status_code in (403, 422), answer.text
    assert "fetched" in answer.text or "not public" in answer.text or "no address" in answer.text


SECRET = "https://me:hunter2@localhost:9/a.jpg?sig=5ecret"


@pytest.mark.parametrize(
    "request_",
    [
        {"url": "/v1/query", "params": {"name": SECRET}, "content": b"x", "headers": {"Content-Type": "image/jpeg"}},
        {"url": "/v1/query", "json": {"url": SECRET}},
        {"url": "/v1/query", "json": {"url": SECRET.replace("localhost:9", "example.com")}},
        {"url": "/v1/query", "files": {"post": (SECRET, b"x")}},
        {"url": "/posts", "files": {"post": (SECRET, b"x")}, "headers": {"Accept": "text/html"}},
    ],
    ids=["name", "address", "host", "form", "page"],
)
def test_no_error_tells_the_secrets_of_an_address(client, request_):
    answer = client.post(**request_)
    assert answer.status_code >= 400
    assert "***" in answer.text
    assert "hunter2" not in answer.text
    assert "5ecret" not in answer.text


def test_a_decision_is_known_to_the_next_query_and_to_whoever_comes_second(client, copy):
    first = ask(client, copy)
    decided = client.post(
        "/v1/feedback",
        json={"what": "reject", "answer": first["answer"], "asset": first["matches"][0]["id"], "by": "anna"},
    )
    assert decided.json()["who"] == "anna"
    assert ask(client, copy)["verdict"] == "novel"
    second = client.post(
        "/v1/feedback", json={"what": "confirm", "answer": first["answer"], "asset": first["matches"][0]["id"]}
    )
    assert second.status_code == 409
    assert (second.json()["decision"]["id"], second.json()["decision"]["who"]) == (decided.json()["id"], "anna")
    taken = client.post("/v1/feedback", json={"what": "undo", "decision": decided.json()["id"]})
    assert decided.json()["undone"] is None
    assert ask(client, copy)["verdict"] == "known"
    told = [one for one in client.get("/v1/feedback").json()["decisions"] if one["id"] == decided.json()["id"]]
    assert told == [taken.json()]
    assert told[0]["undone"]["who"]


def test_a_post_to_be_reviewed_waits_in_the_queue_until_somebody_decides(client, copy):
    asset = ask(client, copy)["matches"][0]["id"]
    held = client.post("/v1/feedback", json={"what": "quarantine", "asset": asset, "reason": "a bad scan"}).json()
    assert held["reason"] == "a bad scan"
    post = ask(client, copy, "unremembered.jpg", remember="false")
    assert post["verdict"] == "review"
    assert client.get("/v1/reviews").json()["open"] == 0
    post = ask(client, copy, "waits.jpg")
    assert ask(client, copy, "again.jpg")["answer"] == post["answer"]
    (waiting,) = client.get("/v1/reviews").json()["reviews"]
    assert (waiting["id"], waiting["query"], waiting["asset"], waiting["rests_on"]) == (
        *(post["answer"], "waits.jpg", "3.png", "quarantine"),
    )
    assert client.get(waiting["answer"]).json()["verdict"] == "review"
    note = client.post("/v1/feedback", json={"what": "confirm", "answer": waiting["id"], "asset": asset}).json()
    found = client.get("/v1/reviews?state=decided").json()
    assert (found["open"], found["decided"], found["reviews"][0]["decision"]["id"]) == (0, 1, note["id"])
    assert ask(client, copy)["verdict"] == "known"
    for one in (note, held):
        client.post("/v1/feedback", json={"what": "undo", "decision": one["id"]})
    assert client.get("/v1/reviews").json()["open"] == 1


def test_what_is_decided_by_a_command_meanwhile_is_known_too(client, place, copy):
    asset = ask(client, copy)["matches"][0]["id"]
    held = client.post("/v1/feedback", json={"what": "quarantine", "asset": asset}).json()
    assert ask(client, copy)["verdict"] == "review"
    assert call("feedback", "--undo", held["id"], "--store", place / "index").returncode == 0
    assert ask(client, copy)["verdict"] == "known"


def test_an_index_is_filled_by_a_job_that_can_be_followed(client, place, drawn, tmp_path):
    for seed in (20, 21):
        Image.fromarray(drawn(seed)).save(tmp_path / f"{seed}.png")
    begun = client.post("/v1/index", json={"paths": [str(tmp_path)]})
    assert begun.status_code == 202
    with client.stream("GET", f"{begun.headers['location']}/events") as events:
        told = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")]
        assert (events.headers["cache-control"], events.headers["x-accel-buffering"]) == ("no-store", "no")
    assert (told[-1]["state"], told[-1]["done"], told[-1]["result"]["added"]) == ("done", 2, 2)
    assert client.get(begun.headers["location"]).json() == told[-1]
    assert ask(client, (tmp_path / "20.png").read_bytes())["matches"][0]["asset"] == "20.png"
    assert client.get("/v1/status").json()["assets"] == 7


def test_whoever_follows_a_job_that_does_not_advance_hears_that_there_is_still_somebody(monkeypatch):
    monkeypatch.setattr(filling, "_SILENT", 0.02)
    monkeypatch.setattr(filling, "_BETWEEN", 0.01)
    job = Job(("library",), retry=False)

    async def heard() -> list[str]:
        events = filling._events(job)
        found = [await anext(events), await anext(events)]
        job.state = "done"
        return [*found, *[event async for event in events]]

    begun, silence, *ended = asyncio.run(heard())
    assert (begun.split("\n")[0], silence) == ("event: waiting", ": still there\n\n")
    assert [event.split("\n")[0] for event in ended if not event.startswith(":")] == ["event: done"]


def test_what_waits_in_too_long_a_line_is_told_to_come_again(client, copy):
    with ThreadPoolExecutor(12) as threads:
        answers = [*threads.map(lambda _: client.post("/v1/query", files={"post": ("p.jpg", copy)}), range(12))]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert {answer.status_code for answer in answers} == {200, 503}
    assert int(refused[0].headers["retry-after"]) >= 1


def test_who_asks_is_counted(client):
    client.get("/health")
    client.get("/v1/nothing/at/all")
    client.request("MADEUP", "/health")
    told = client.get("/metrics").text
    assert 'lineage_requests_total{method="GET",route="/health",status="200"}' in told
    assert "lineage_posts_total" in told
    assert "/at/all" not in told
    assert "MADEUP" not in told


def test_the_documentation_names_every_metric(client):
    told = {*re.findall(r"^# TYPE (\w+?)(?:_created)? ", client.get("/metrics").text, re.MULTILINE)} - {"lineage_posts"}
    documented = {*re.findall(r"`(\w+)`", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))}
    assert told - {"lineage_requests"} <= documented


def test_the_document_describes_answers_by_their_one_schema(client):
    document = client.get("/v1/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert {*SCHEMA["$defs"]} <= {*schemas}
    assert schemas["answer"]["properties"]["verdict"] == SCHEMA["$defs"]["answer"]["properties"]["verdict"]
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            assert described["summary"], (method, path)


def test_a_page_of_another_site_asks_in_nobodys_name(client, address, copy):
    sent = {"json": {"what": "undo", "decision": "x"}}
    assert client.post("/v1/feedback", headers={"Origin": "http://elsewhere.example"}, **sent).status_code == 403
    assert client.post("/v1/feedback", headers={"Sec-Fetch-Site": "cross-site"}, **sent).status_code == 403
    assert client.post("/v1/feedback", headers={"Origin": address}, **sent).status_code == 422
    for host in ("elsewhere.example", "[x"):
        assert client.get("/v1/status", headers={"Host": host}).status_code == 403
    assert client.post("/v1/feedback", headers={"Origin": "http://[x"}, **sent).status_code == 403


def test_a_form_that_a_proxy_passes_on_by_its_own_name_is_refused_by_both_names(client, address):
    refused = client.post("/decide", headers={"Origin": "https://dam.example.org"})
    assert refused.status_code == 403
    assert "https://dam.example.org" in refused.json()["detail"]
    assert address.removeprefix("http://") in refused.json()["detail"]


def test_a_form_that_a_proxy_passes_on_as_documented_is_answered(guarded):
    told = {"Host": "dam.example.org", "Origin": "https://dam.example.org", "X-Forwarded-Proto": "https"}
    answer = httpx.post(f"{guarded}/login", headers=told, data={"key": TWO, "to": "/queue"}, timeout=60)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    assert "Secure" in answer.headers["set-cookie"]


@pytest.fixture(scope="module")
def guarded(place, tmp_path_factory) -> Iterator[str]:
    keys = tmp_path_factory.mktemp("keys") / "keys.txt"
    keys.write_text(
        f"# who\nread nightly {ONE}\nreview anna {TWO}  # of the first floor\n"
        f"admin ops sha256:{hashlib.sha256(THREE.encode()).hexdigest()}\n"
    )
    limits = {"upload_limit": "100000", "rate_limit": "60", "pixel_limit": "100000"}
    with served(place / "twin", "--keys", keys, **limits) as address:
        yield address


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        ("", "/health", 200),
        ("", "/v1/status", 401),
        ("wrong", "/v1/status", 401),
        ("one", "/v1/status", 401),
        (ONE, "/v1/status", 200),
        (ONE, "/v1/reviews", 403),
        (TWO, "/v1/reviews", 200),
        (TWO, "/v1/jobs/x", 403),
        (THREE, "/v1/jobs/x", 404),
    ],
)
def test_keys_open_what_their_role_may_do(guarded, key, path, status):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = httpx.get(guarded + path, headers=headers, timeout=60)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_who_decides_is_who_has_the_key(guarded, copy):
    headers = {"Authorization": f"Bearer {TWO}"}
    with httpx.Client(base_url=guarded, headers=headers, timeout=60) as client:
        found = ask(client, copy)
        note = {"what": "confirm", "answer": found["answer"], "asset": found["matches"][0]["id"], "by": "somebody"}
        assert client.post("/v1/feedback", json=note).json()["who"] == "anna"


def test_the_command_sends_its_key(guarded, place, monkeypatch):
    post = place / "posts" / "copy.jpg"
    refused = call("query", post, "--service", guarded)
    assert (refused.returncode, "LINEAGE_SERVICE_KEY" in refused.stderr) == (3, True)
    monkeypatch.setenv("LINEAGE_SERVICE_KEY", ONE)
    assert call("query", post, "--service", guarded).stdout.startswith("KNOWN")


def chunks(size: int) -> Iterator[bytes]:
    """A body of a length that is not told."""
    yield from (b"x" * 1000 for _ in range(size // 1000))


def test_nobody_unknown_is_read_to(guarded):
    headers = {"Authorization": "Bearer wrong", "Content-Type": "application/json"}
    for path in ("/v1/feedback", "/v1/index"):
        assert httpx.post(guarded + path, content=b"{", headers=headers, timeout=60).status_code == 401


def test_json_is_short(guarded):
    headers = {"Authorization": f"Bearer {TWO}", "Content-Type": "application/json"}
    answer = httpx.post(f"{guarded}/v1/feedback", content=chunks(80_000), headers=headers, timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


@pytest.mark.parametrize("told", [True, False])
def test_what_is_too_large_is_refused(guarded, told):
    headers = {"Authorization": f"Bearer {ONE}", "Content-Type": "image/jpeg"}
    content = b"x" * 200_000 if told else chunks(200_000)
    answer = httpx.post(f"{guarded}/v1/query", content=content, headers=headers, timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
    assert "upload_limit" in answer.json()["detail"]


def test_a_picture_of_too_many_pixels_is_refused(guarded, tmp_path):
    Image.new("RGB", (1000, 1000)).save(tmp_path / "large.png")
    post = {"post": ("large.png", (tmp_path / "large.png").read_bytes())}
    answer = httpx.post(f"{guarded}/v1/query", files=post, headers={"Authorization": f"Bearer {ONE}"}, timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


GUESSES = [f"guess-{number}" for number in range(60)]


@pytest.mark.parametrize(
    ("keys", "path"),
    [([THREE], "/v1/jobs/x"), ([THREE], "/map/x.jpg"), (GUESSES, "/v1/jobs/x"), (GUESSES, "/library")],
    ids=["asks", "looks", "guesses", "guesses at a page"],
)
def test_who_asks_too_often_is_told_when_to_come_again(guarded, keys, path):
    sent = ({"Authorization": f"Bearer {keys[number % len(keys)]}"} for number in range(60))
    with httpx.Client(base_url=guarded, timeout=60) as client:  # faster than the bucket fills
        answers = [client.get(path, headers=headers) for headers in sent]
    late = [answer for answer in answers if answer.status_code == 429]
    assert late
    assert int(late[0].headers["retry-after"]) >= 1


def test_other_machines_are_answered_with_keys_only(place):
    done = call("serve", "--host", "0.0.0.0", "--store", place / "twin")
    assert (done.returncode, "--keys" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("owner anna some-long-enough-key", "must be role"),
        ("read anna", "must be role"),
        ("# nothing", "holds no key"),
        ("read anna short", "16 characters"),
        ("read anna #a-key-of-some-length", "must be role"),
        ("read anna sha256:äöü", "64 hexadecimal"),
        (f"read anna {TWO}\nadmin ben {TWO}", "line 2: the same key as that of anna"),
    ],
)
def test_a_line_that_is_no_key_is_told(tmp_path, line, said):
    (tmp_path / "keys.txt").write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_keys(tmp_path / "keys.txt")


def test_a_file_of_keys_that_holds_none_is_refused(place, tmp_path):
    (tmp_path / "keys.txt").write_text("owner anna key")
    shutil.copytree(place / "twin", tmp_path / "index", ignore=shutil.ignore_patterns("lock", "holder.json"))
    done = call("serve", "--keys", tmp_path / "keys.txt", "--store", tmp_path / "index")
    assert (done.returncode, "keys.txt" in done.stderr) == (2, True)


def test_a_place_without_an_index_is_told_before_anybody_is_answered(tmp_path):
    done = call("serve", "--port", "0", "--store", tmp_path / "none")
    assert (done.returncode, "no index" in done.stderr) == (3, True)


def begin(address: str) -> socket.socket:
    """A post of which the head comes, and two bytes."""
    there = urlsplit(address)
    sending = socket.create_connection((there.hostname, there.port))
    head = f"POST /v1/query HTTP/1.1\r\nHost: {there.netloc}\r\nContent-Type: image/jpeg\r\nContent-Length: 9999"
    sending.sendall(f"{head}\r\n\r\n".encode() + b"\xff\xd8")
    return sending


@pytest.fixture
def impatient(place, tmp_path) -> Iterator[str]:
    shutil.copytree(place / "twin", tmp_path / "index", ignore=shutil.ignore_patterns("lock", "holder.json"))
    with served(tmp_path / "index", waiting_limit="1", upload_seconds="2") as address:
        yield address


def test_who_sends_nothing_keeps_nobody_out(impatient, copy):
    silent = [begin(impatient) for _ in range(12)]
    with httpx.Client(base_url=impatient, timeout=60) as client:
        deadline = time.monotonic() + 30
        while client.post("/v1/query", files={"post": ("p.jpg", copy)}).status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    said = {one.makefile("rb").readline().split()[1] for one in silent}
    assert b"408" in said
    assert said <= {b"408", b"503"}  # all others than those were let in found no room
    for one in silent:
        one.close()


def test_who_hangs_up_within_a_post_is_no_fault_of_the_service(impatient):
    begin(impatient).close()
    with httpx.Client(base_url=impatient, timeout=60) as client:
        deadline = time.monotonic() + 30
        while 'route="/v1/query",status="499"' not in (told := client.get("/metrics").text):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert 'status="500"' not in told


def test_it_starts_without_what_it_never_needs():
    code = "import sys, lineage.web.app; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "qdrant_client", "sklearn", "scipy", "matplotlib", "httpx"} & {*loaded}


def test_who_hangs_up_is_forgotten(place, address, client, copy):
    """What waits in line leaves it, so that the line is free again long before its work could have been done."""
    with ThreadPoolExecutor(4) as threads:
        for _ in threads.map(lambda _: _hang_up(address, copy), range(4)):
            pass
    deadline = time.monotonic() + 30
    while "lineage_inside 0.0" not in client.get("/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert ask(client, copy)["verdict"] == "known"


def _hang_up(address: str, post: bytes) -> None:
    with pytest.raises(httpx.TimeoutException):
        httpx.post(f"{address}/v1/query", files={"post": ("p.jpg", post)}, timeout=0.05)
