"""What routes take and give, as OpenAPI has it.

Answers about posts are those of the command line, and `lineage/schema/query-1.json` is their one description: it is put
into the document as it is. The rest is made from the records.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from lineage.feedback.queue import Standing
from lineage.records import Asset
from lineage.web.problems import MEDIA_TYPE, Problem

_AT = "#/components/schemas/"
EXAMPLE_ID = "6ec5b8a4-4f7b-4d6a-9c39-3a2f9d1c7b10"

ANSWER, FAILURE = f"{_AT}answer", f"{_AT}failure"
"""Of a post that was answered, and of one that could not be read."""


class Decision(BaseModel):
    """What somebody decides: about a post with an asset (confirm, reject), a post (ignore), an asset (quarantine), or a
    decision (undo).
    """

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {"what": "confirm", "answer": EXAMPLE_ID, "asset": "dd13625d-65cb-2ca0-982c-4960369b1a73"},
                {"what": "undo", "decision": EXAMPLE_ID},
            ]
        },
    }
    what: Literal["confirm", "reject", "ignore", "quarantine", "undo"]
    answer: Annotated[str, Field(description="Id of the answer or of the review that it is about.")] = ""
    asset: Annotated[str, Field(description="Id of the asset.")] = ""
    decision: Annotated[str, Field(description="Id of the decision that is taken back.")] = ""
    reason: Annotated[str, Field(description="Why an asset is not claimed; shown wherever it comes up.")] = ""
    by: Annotated[str, Field(description="Who decides, where the service has no keys that say so.")] = ""


class Filling(BaseModel):
    """What is taken into the index: places on the machine of the service, or addresses that it reads from."""

    model_config = {"extra": "forbid", "json_schema_extra": {"examples": [{"paths": ["/dam"]}]}}
    paths: Annotated[list[str], Field(min_length=1, description="Folders, files, places elsewhere, lists of them.")]
    retry: Annotated[bool, Field(description="Read those files again that failed before.")] = False


class Address(BaseModel):
    """Where a post lies, which the service fetches."""

    url: Annotated[str, Field(description="Of a web server that the setting fetch_hosts allows.")]


def asset_json(asset: Asset) -> dict[str, object]:
    """An asset as a program is told of it."""
    return {
        "id": asset.id,
        "asset": asset.path,
        "sha256": asset.sha256,
        "width": asset.width,
        "height": asset.height,
        "format": asset.format,
        "locations": [{"root": one.root, "path": one.path, "size": one.size} for one in asset.locations],
        "preview": f"/v1/assets/{asset.id}/preview",
    }


def review_json(standing: Standing) -> dict[str, object]:
    """A review as a program is told of it, and what was decided."""
    review, note = standing.review, standing.note
    return {
        "id": review.id,
        "when": review.when,
        "query": review.query,
        "asset": review.path,
        "asset_id": review.asset,
        "probability": round(review.probability, 6),
        "rests_on": review.rests_on,
        "decision": note.as_json() | {"follows": standing.follows} if note else None,
        "answer": f"/v1/answers/{review.id}",
    }


def answers(**media: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The documented answers of a route: of success, by media type; errors are problems."""
    content = {kind.replace("__", "/").replace("_", "-"): {"schema": schema} for kind, schema in media.items()}
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": f"{_AT}problem"}}}}
    return {200: {"description": "Done.", "content": content}, "default": {"description": "Refused.", **problem}}


def upload(*fields: str, addresses: bool = False, many: bool = False) -> dict[str, Any]:
    """The documented body of a route that takes pictures."""
    file = {"type": "string", "format": "binary"}
    kinds: dict[str, Any] = {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [*fields],
                "properties": {name: {"type": "array", "items": file} if many else file for name in fields},
            }
        }
    }
    if len(fields) == 1 and not many:
        kinds |= {"image/*": {"schema": file}}
    if addresses:
        told = {"schema": {"$ref": f"{_AT}{Address.__name__}"}, "example": {"url": "https://cdn.example.org/post.jpg"}}
        kinds |= {"application/json": told}
    return {"requestBody": {"required": True, "content": kinds}}


def told_as(form: type[BaseModel]) -> dict[str, Any]:
    """The documented body of a route that takes JSON of that form."""
    content = {"application/json": {"schema": {"$ref": f"{_AT}{form.__name__}"}}}
    return {"requestBody": {"required": True, "content": content}}


@cache
def described() -> Mapping[str, Any]:
    """The schema of answers, and of what is told in JSON, as components of OpenAPI."""
    text = files("lineage").joinpath("schema/query-1.json").read_text(encoding="utf-8")
    made: dict[str, Any] = json.loads(text.replace('"#/$defs/', f'"{_AT}'))["$defs"]
    members = {name: {"type": "string"} for name in ("type", "title", "detail")}
    problem = {
        "type": "object",
        "description": "RFC 9457. Of a second decision, `decision` is the first.",
        "required": ["type", "title", "status", "detail"],
        "properties": {**members, "status": {"type": "integer"}, "decision": {"type": "object"}},
        "example": Problem(422, "post.jpg: is not a picture that can be read").as_json(),
    }
    told = {form.__name__: form.model_json_schema() for form in (Decision, Filling, Address)}
    return {**made, **told, "problem": problem}
