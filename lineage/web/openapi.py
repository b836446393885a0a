"""The document by which programs know the service: OpenAPI, as FastAPI has it and with what FastAPI cannot know.

Answers about posts are those of the command line, and `lineage/schema/query-1.json` is their one description: it is put
into the document as it is. What else is told is described by the records that it is told from, and what they say of
their attributes. Examples are answers of a service on `samples/`, in `lineage/schema/examples.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, make_dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, get_type_hints

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field, TypeAdapter

from indexer.books.promised import PromiseTold
from lineage.feedback.state import Undone
from lineage.records import Note
from lineage.web.jobs import Job
from lineage.web.problems import MEDIA_TYPE, Problem
from lineage.web.schema import Address, AssetTold, Decision, Decisions, Filling, Reviews, ReviewTold, State

Content = dict[str, Any]
_AT = "#/components/schemas/"
_ATTRIBUTE = re.compile(r"^ {4}(\w[\w, ]*): (.*(?:\n {8,}.*)*)", re.MULTILINE)
_GUARDED = (401, 403, 429)
"""What any route may say for which a key is needed."""
_REFUSED = {
    400: "A form that cannot be taken apart.",
    401: "No key, or one that is not known.",
    403: "The key may not do this; or a page of another site asks; or a host is not answered, or not fetched from.",
    404: "There is no such thing, or it is not kept any more.",
    409: "Somebody has decided already; `decision` is what.",
    413: "More bytes than a request may have, or more pixels than a picture.",
    415: "Nothing that holds what is asked for.",
    422: "A picture that cannot be read, or a request that makes no sense.",
    429: "Too many requests of one caller.",
    502: "The post cannot be fetched from its address.",
    503: "Too many requests wait already, or the index cannot be read just now.",
}


def told(name: str) -> Content:
    """Content of an answer: JSON by a schema of the document."""
    return {"application/json": {"schema": {"$ref": f"{_AT}{name}"}}}


def lines(*names: str) -> Content:
    """The same as JSON lines, each of one of these."""
    return {"application/jsonl": {"schema": {"oneOf": [{"$ref": f"{_AT}{name}"} for name in names]}}}


def shown(kind: str) -> Content:
    """Content of an answer: a picture."""
    return {kind: {"schema": {"type": "string", "format": "binary"}}}


def written(kind: str) -> Content:
    """Content of an answer: text."""
    return {kind: {"schema": {"type": "string"}}}


def answers(
    content: Content, *refusals: int, status: int = 200, describing: str = "Done.", **headers: str
) -> dict[int | str, dict[str, Any]]:
    """The documented answers of a route.

    Args:
        content: of success
        refusals: statuses of the problems that the route may answer with, besides those of every route with keys
        status: of success
        describing: success
        headers: of success, with what they say
    """
    about = {
        name.replace("_", "-"): {"description": said, "schema": {"type": "string"}} for name, said in headers.items()
    }
    done = {"description": describing, "content": content} | ({"headers": about} if about else {})
    return {status: done, **{one: _refusal(one) for one in refusals}, "default": _problem("Anything else.")}


def upload(*names: str, addresses: bool = False, many: bool = False) -> dict[str, Any]:
    """The documented body of a route that takes pictures, and the name that one may be given."""
    file = {"type": "string", "format": "binary"}
    kinds: dict[str, Any] = {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [*names],
                "properties": {name: {"type": "array", "items": file} if many else file for name in names},
            }
        }
    }
    if len(names) == 1 and not many:
        kinds |= {"image/*": {"schema": file}}
    if addresses:
        kinds |= _taken(Address)
    taken: dict[str, Any] = {"requestBody": {"required": True, "content": kinds}}
    if many:
        return taken
    name = {
        "name": "name",
        "in": "query",
        "description": "What the answer calls the post; else the name of its file.",
        "schema": {"type": "string", "default": ""},
        "example": "post-02.jpg",
    }
    return taken | {"parameters": [name]}


def told_as(form: type[BaseModel]) -> dict[str, Any]:
    """The documented body of a route that takes JSON of that form."""
    return {"requestBody": {"required": True, "content": _taken(form)}}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application."""
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    made["components"].setdefault("schemas", {}).update(described())
    examples = _examples()
    for name, operation in operations(made):
        if "security" in operation:
            operation["responses"] |= {str(one): _refusal(one) for one in _GUARDED}
        for given in operation.get("parameters", ()):
            if given["in"] == "path":
                given["example"] = examples[given["name"]]
        done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        if name in examples:
            (media,) = done["content"].values()
            media["example"] = examples[name]
    return made


def _examples() -> Mapping[str, Any]:
    """An answer of each operation, and what addresses name, by the name of either."""
    (answered,) = _read("query-1.json")["$defs"]["answer"]["examples"]
    return {"POST /v1/query": answered, "GET /v1/answers/{answer}": answered, **_read("examples.json")}


def operations(made: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation of a document, called as `GET /health`."""
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@cache
def described() -> Mapping[str, Any]:
    """The schemas of all that is told and taken as JSON."""
    answered = json.loads(json.dumps(_read("query-1.json")["$defs"]).replace('"#/$defs/', f'"{_AT}'))
    forms = {form.__name__: form.model_json_schema() for form in (Decision, Filling, Address)}
    kinds: list[TypeAdapter[Any]] = [TypeAdapter(kind) for kind in _records()]
    _, found = TypeAdapter.json_schemas(
        [(None, "serialization", kind) for kind in kinds], ref_template=f"{_AT}{{model}}"
    )
    records = {name: _explained(schema) for name, schema in found["$defs"].items()}
    return {**answered, **forms, **records, "problem": _PROBLEM}


def _records() -> Sequence[type]:
    """What is told: records as they are, or what they say is told of them, and what it is told with."""
    from indexer.books.status import DecidingTold, Status  # the write path, for which nobody waits who only asks
    from indexer.pipeline import Summary

    undone = Annotated[Undone | None, Field(description="when it was taken back; null while it holds")]
    follows = Annotated[bool, Field(description="whether it was decided about another copy, or by a command")]
    assets = Annotated[int, Field(description="that the index holds now")]
    store = Annotated[str, Field(description="folder or address of the index")]
    decided: Any = _part("Decided", Note, undone=undone)
    of_review: Any = _part("DecidedReview", Note, follows=follows)
    review: Any = _part("Review", ReviewTold, decision=of_review | None)
    since = ("calibration_of", "calibration_since")  # within `calibration`
    filled: Any = _part("Filled", Summary, "profile", assets=assets, store=store)
    return (
        State,
        _part("Asset", AssetTold),
        decided,
        _part("Decisions", Decisions, decisions=Sequence[decided]),
        _part("Job", Job, result=filled | None),
        _part("Note", Note),
        _part("Reviews", Reviews, reviews=Sequence[review]),
        _part("Status", Status, *since, calibration=DecidingTold, promise=PromiseTold | None),
    )


def _part(name: str, record: type, *without: str, **more: object) -> type:
    """What is told of a record: its attributes, of other kinds where these are given, and others besides."""
    kinds = get_type_hints(record)
    names = getattr(record, "TOLD", [field.name for field in fields(record)])
    made = make_dataclass(name, ({one: kinds[one] for one in names if one not in without} | more).items())
    made.__doc__ = record.__doc__
    return made


def _explained(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with each attribute described by what the record says of it, and with no others."""
    about, _, attributes = schema.get("description", "").partition("\n\nAttributes:\n")
    for names, said in _ATTRIBUTE.findall(attributes):
        for one in names.split(", "):
            if one in schema["properties"]:
                schema["properties"][one]["description"] = " ".join(said.split())
    return schema | {"description": " ".join(about.split()), "additionalProperties": False}


def _taken(form: type[BaseModel]) -> Content:
    """Content of a request: JSON of a form."""
    example, *_ = form.model_json_schema()["examples"]
    return {"application/json": {"schema": {"$ref": f"{_AT}{form.__name__}"}, "example": example}}


def _refusal(status: int) -> dict[str, Any]:
    again = {"Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "integer"}}}
    return _problem(_REFUSED[status]) | ({"headers": again} if status in (429, 503) else {})


def _problem(describing: str) -> dict[str, Any]:
    return {"description": describing, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_AT}problem"}}}}


@cache
def _read(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(files("lineage").joinpath("schema", name).read_text(encoding="utf-8"))


_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Of a second decision, `decision` is the first.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "about:blank: the status says which kind it is."},
        "title": {"type": "string", "description": "The phrase of the status."},
        "status": {"type": "integer", "description": "Of HTTP."},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "decision": {"$ref": f"{_AT}Note"},
    },
    "example": Problem(422, "post.jpg: is not a picture that can be read").as_json(),
}
