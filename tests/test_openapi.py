"""The document of a service: what it says of every operation is what a service answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from lineage.web.openapi import operations
from tests.indexed import indexed
from tests.serving import served

KEYS = {role: f"{role}-key-of-the-tests" for role in ("read", "review", "admin")}
PROBLEM = "application/problem+json"
SUBJECT = re.compile(r"{(\w+)}")
Document = Mapping[str, Any]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    place = indexed(tmp_path_factory.mktemp("place"), 3)
    (place / "keys.txt").write_text("".join(f"{role} {role} {key}\n" for role, key in KEYS.items()))
    return place


@pytest.fixture(scope="module")
def service(place) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {KEYS['admin']}"}
    limits = {"upload_limit": "200000", "rate_limit": "1000000"}
    keys = place / "keys.txt"
    with served(place / "index", "--keys", keys, **limits) as address, httpx.Client(base_url=address) as client:
        client.headers, client.timeout = headers, 60
        yield client


@pytest.fixture(scope="module")
def document(service) -> Document:
    return service.get("/v1/openapi.json").json()


@pytest.fixture(scope="module")
def told(service, place) -> dict[str, httpx.Response]:
    """What a service answers, by operation."""
    files = {"post": ("0.png", (place / "library" / "0.png").read_bytes())}
    found = {"POST /v1/query": service.post("/v1/query", files=files)}
    answered = found["POST /v1/query"].json()
    asset = answered["matches"][0]["id"]
    held = service.post("/v1/feedback", json={"what": "quarantine", "asset": asset, "reason": "a bad scan"}).json()
    found |= {
        "GET /v1/status": service.get("/v1/status"),
        "POST /v1/query/batch": service.post(
            "/v1/query/batch", files=[*files.items(), ("post", ("text.jpg", b"hello"))]
        ),
        "POST /v1/compare": service.post("/v1/compare", files={**files, "asset": files["post"]}),
        "GET /v1/reviews": service.get("/v1/reviews"),
    }
    service.post("/v1/feedback", json={"what": "undo", "decision": held["id"]})
    found["POST /v1/feedback"] = service.post(
        "/v1/feedback", json={"what": "confirm", "answer": answered["answer"], "asset": asset}
    )
    found["POST /v1/index"] = service.post("/v1/index", json={"paths": [str(place / "library")]})
    subjects = {"answer": answered["answer"], "asset": asset, "job": found["POST /v1/index"].json()["id"]}
    for subject in ("answer", "asset"):
        for path in ("", *{"answer": ("/post", "/evidence"), "asset": ("/preview", "/picture")}[subject]):
            found[f"GET /v1/{subject}s/{{{subject}}}{path}"] = service.get(f"/v1/{subject}s/{subjects[subject]}{path}")
    for path in ("/v1/jobs/{job}/events", "/v1/jobs/{job}"):  # the first waits until it has ended
        found[f"GET {path}"] = service.get(path.replace("{job}", subjects["job"]))
    for path in ("/health", "/ready", "/metrics", "/v1/versions", "/v1/feedback"):
        found[f"GET {path}"] = service.get(path)
    return found


def faults(document: Document, operation: str, answer: httpx.Response) -> list[str]:
    """What is wrong with an answer by the document."""
    documented = dict(operations(document))[operation]["responses"]
    if str(answer.status_code) not in documented:
        return [f"status {answer.status_code} is not documented"]
    kind = answer.headers["content-type"].partition(";")[0]
    content = documented[str(answer.status_code)]["content"]
    if kind not in content:
        return [f"type {kind} is not documented"]
    return wrong(document, kind, content[kind]["schema"], answer.text)


def wrong(document: Document, kind: str, schema: Document, text: str) -> list[str]:
    """What is wrong with a text of a type by a schema; of what is no JSON nothing is known."""
    validator = jsonschema.Draft202012Validator({**schema, "components": document["components"]})
    values = text.splitlines() if kind.endswith("jsonl") else [text] if kind.endswith("json") else []
    return [error.message for value in values for error in validator.iter_errors(json.loads(value))]


def test_every_operation_answers_as_the_document_says(document, told):
    assert {*told} == {name for name, _ in operations(document)}
    assert {name: answer.status_code for name, answer in told.items() if not answer.is_success} == {}
    assert {name: said for name, answer in told.items() if (said := faults(document, name, answer))} == {}


def test_events_are_what_is_told_of_a_job(document, told):
    job = {"$ref": "#/components/schemas/Job"}
    events = [line[6:] for line in told["GET /v1/jobs/{job}/events"].text.splitlines() if line.startswith("data: ")]
    assert events
    assert [said for event in events for said in wrong(document, "application/json", job, event)] == []


def test_every_operation_has_an_example_that_keeps_its_schema(document):
    for name, operation in operations(document):
        (answer,) = (one for status, one in operation["responses"].items() if status.startswith("2"))
        ((kind, media),) = answer["content"].items()
        assert "example" in media or kind.startswith("image/"), name
        if "example" in media:
            example = media["example"]
            text = example if isinstance(example, str) else json.dumps(example)
            assert wrong(document, kind, media["schema"], text) == [], name
        for given in operation.get("parameters", ()):
            assert "example" in given or "default" in given["schema"], (name, given["name"])
        for kind, media in operation.get("requestBody", {"content": {}})["content"].items():
            if kind == "application/json":
                assert wrong(document, kind, media["schema"], json.dumps(media["example"])) == [], name


def test_every_name_that_is_told_is_explained(document):
    for kind, schema in document["components"]["schemas"].items():
        for name, part in schema.get("properties", {}).items():
            assert part.get("description") or "$ref" in part, (kind, name)


@pytest.mark.parametrize(
    ("status", "operation", "sent"),
    [
        (400, "POST /v1/query", {"content": b"--y", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}),
        (401, "GET /v1/status", {"headers": {"Authorization": "Bearer of-nobody-at-all"}}),
        (403, "POST /v1/index", {"headers": {"Authorization": f"Bearer {KEYS['read']}"}, "json": {"paths": ["x"]}}),
        (404, "GET /v1/answers/{answer}", {}),
        (404, "GET /v1/assets/{asset}/picture", {}),
        (404, "GET /v1/jobs/{job}", {}),
        (404, "GET /v1/jobs/{job}/events", {}),
        (413, "POST /v1/query", {"content": b"x" * 300_000, "headers": {"Content-Type": "image/png"}}),
        (413, "POST /v1/feedback", {"content": b"x" * 70_000, "headers": {"Content-Type": "application/json"}}),
        (415, "POST /v1/compare", {"content": b"x", "headers": {"Content-Type": "text/plain"}}),
        (415, "POST /v1/index", {"content": b"x"}),
        (422, "POST /v1/query", {"files": {"post": ("a.jpg", b"hello")}}),
        (422, "POST /v1/query/batch", {"files": {"other": ("a.jpg", b"hello")}}),
        (422, "POST /v1/feedback", {"json": {"what": "guess"}}),
        (422, "GET /v1/reviews", {"params": {"limit": "0"}}),
        (422, "GET /v1/assets/{asset}/picture", {"params": {"longest": "1"}}),
    ],
)
def test_what_is_refused_is_documented(document, service, status, operation, sent):
    method, path = SUBJECT.sub("unknown", operation).split()
    answer = service.request(method, path, **sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert faults(document, operation, answer) == []


def test_a_second_decision_is_refused_with_the_first_as_documented(document, service, told):
    asset = told["POST /v1/query"].json()["matches"][0]["id"]
    for expected in (200, 409):
        answer = service.post("/v1/feedback", json={"what": "quarantine", "asset": asset})
        assert (answer.status_code, faults(document, "POST /v1/feedback", answer)) == (expected, [])


def test_whoever_needs_a_key_is_told_so(document):
    schemes = document["components"]["securitySchemes"]
    assert (schemes["key"]["type"], schemes["key"]["scheme"]) == ("http", "bearer")
    for name, operation in operations(document):
        wanted = name not in ("GET /health", "GET /ready")
        assert ({"key": []} in operation.get("security", ())) == wanted, name
        assert ({"401", "403", "429"} <= {*operation["responses"]}) == wanted, name
