"""Every operation of the OpenAPI document, asked with whatever it says it takes, and with what it does not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.web.problems import MEDIA_TYPE as PROBLEM
from tests.fuzzing import mutant, seeds
from tests.indexed import indexed
from tests.serving import served

MAY_FAIL = (502, 503, 504)
"""What a service may say of others, that they cannot be had, and of itself, that too many ask."""
SCHEMAS = "#/components/schemas/"
TYPES = ["", "text/plain", "application/json", "application/json; charset=utf-16", "image/png", "image/*", "a/b; c"]
FORMS = ["multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
Strategy = st.SearchStrategy[Any]
Document = Mapping[str, Any]


def _is_there(text: str) -> bool:
    """Whether a service that runs here might find a folder of that name, and begin to take it in."""
    return not text or ("\0" not in text and os.path.lexists(text.encode("utf-8", "surrogatepass")))


MADE_UP = st.text().filter(lambda text: not _is_there(text))
TEXT = MADE_UP | st.sampled_from(["\0", "\ud800", "a" * 9_000, "/etc/passwd", "http://localhost/a.jpg", "x://y"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=6,
)
FILE = st.sampled_from([*seeds().values()]) | st.integers(0, 10**9).map(lambda n: mutant(n)[1]) | st.binary()


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return indexed(tmp_path_factory.mktemp("place"), 3, width=96, height=64)


@pytest.fixture(scope="module")
def client(place) -> Iterator[httpx.Client]:
    limits = {"rate_limit": "1000000", "upload_limit": "1000000", "fetch_hosts": "localhost", "decode_seconds": "10"}
    with served(place / "index", **limits) as address, httpx.Client(base_url=address, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def document(client) -> Document:
    found: Document = client.get("/v1/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def there(client, place) -> Sequence[str]:
    """What there is to ask about: an asset, an answer, a job, a folder."""
    folder = place / "library"
    answer = client.post("/v1/query", files={"post": ("0.png", (folder / "0.png").read_bytes())}).json()
    job = client.post("/v1/index", json={"paths": [str(folder)]}).json()
    return [answer["matches"][0]["id"], answer["answer"], job["id"], str(folder)]


@pytest.fixture(scope="module")
def operations(document) -> list[tuple[str, str, Document]]:
    return [(method, path, told) for path, methods in document["paths"].items() for method, told in methods.items()]


def test_every_operation_of_the_api_is_asked(operations):
    assert len(operations) > 15


@settings(suppress_health_check=[*HealthCheck])
@given(data=st.data())
def test_every_operation_answers_anything_as_the_document_says(client, document, there, operations, data):
    method, path, told = data.draw(st.sampled_from(operations))
    for one in told.get("parameters", ()):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", written(data.draw(st.sampled_from(there) | TEXT)))
    asked = [one for one in told.get("parameters", ()) if one["in"] == "query" and data.draw(st.booleans())]
    query = "&".join(f"{one['name']}={written(data.draw(fitting(document, one['schema'], there)))}" for one in asked)
    sent = data.draw(body(document, told["requestBody"]["content"], there)) if "requestBody" in told else {}
    answer = client.request(method, f"{path}?{query}", **sent)
    assert_told(answer, told["responses"])


def assert_told(answer: httpx.Response, documented: Document) -> None:
    kind = answer.headers["content-type"].partition(";")[0]
    if answer.is_success:
        assert kind in documented[str(answer.status_code)]["content"]
        return
    assert answer.status_code < 500 or answer.status_code in MAY_FAIL, answer.text
    assert kind == PROBLEM in documented[str(answer.status_code)]["content"]
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (answer.status_code, "about:blank")
    assert problem["title"]
    assert problem["detail"]


def body(document: Document, contents: Document, there: Sequence[str]) -> Strategy:
    """What a request may carry: mostly of a form that the operation takes, and then filled with anything."""
    takes = [filled(document, kind, told["schema"], there) for kind, told in contents.items()]
    types = st.sampled_from([*TYPES, *FORMS]) | MADE_UP.map(quote)
    anything = st.builds(carrying, st.binary() | JSON.map(as_json) | FILE, types)
    return st.one_of(*takes, *takes, anything)


def filled(document: Document, kind: str, schema: Document, there: Sequence[str]) -> Strategy:
    if kind == "application/json":
        return st.builds(carrying, fitting(document, schema, there).map(as_json), st.just(kind))
    if kind == "multipart/form-data":
        part = st.tuples(st.sampled_from([*schema["properties"], "other"]), st.tuples(st.text(), FILE))
        return st.lists(part, min_size=1, max_size=3).map(lambda files: {"files": files})
    return st.builds(carrying, FILE, st.just(kind.replace("*", "png")))


def fitting(document: Document, schema: Document, there: Sequence[str]) -> Strategy:
    """Values by a JSON schema, and any other."""
    if "$ref" in schema:
        return fitting(document, document["components"]["schemas"][schema["$ref"].removeprefix(SCHEMAS)], there)
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | JSON
    kinds: dict[str, Strategy] = {
        "string": st.sampled_from(there) | TEXT,
        "integer": st.integers(),
        "boolean": st.booleans(),
    }
    if schema.get("type") == "array":
        return st.lists(fitting(document, schema["items"], there), max_size=3) | JSON
    if schema.get("type") == "object":
        parts = {name: fitting(document, part, there) for name, part in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional=parts) | JSON
    return kinds[schema["type"]] | JSON


def carrying(content: bytes, kind: str) -> dict[str, Any]:
    return {"content": content, "headers": {"Content-Type": kind}}


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def written(value: object) -> str:
    return quote(str(value), safe="", errors="surrogatepass")
