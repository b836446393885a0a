"""What routes take and give: forms of what comes in, which Pydantic checks, and records of what goes out.

Records of other rooms that are told as they are stand here by reference only, see `lineage.web.openapi`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from lineage.feedback.queue import Standing
from lineage.records import Asset, Basis

EXAMPLE_ID = "6ec5b8a4-4f7b-4d6a-9c39-3a2f9d1c7b10"


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
    what: Annotated[
        Literal["confirm", "reject", "ignore", "quarantine", "undo"], Field(description="Which of them it is.")
    ]
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

    model_config = {"json_schema_extra": {"examples": [{"url": "https://cdn.example.org/post.jpg"}]}}
    url: Annotated[str, Field(description="Of a web server that the setting fetch_hosts allows.")]


@dataclass(frozen=True, slots=True)
class State:
    """How the service is.

    Attributes:
        status: alive: the process lives · starting: index or network are not loaded yet · ready: posts are answered at
            once
    """

    status: Literal["alive", "starting", "ready"]


@dataclass(frozen=True, slots=True)
class FileTold:
    """Where a file of an asset lies.

    Attributes:
        root: the indexed folder, or the address of a place elsewhere
        path: relative to the root
        size: bytes; 0 where a place elsewhere does not say
    """

    root: str
    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetTold:
    """A file of the library.

    Attributes:
        id: by which it is asked for
        asset: path of its first location, the name by which a person knows it
        sha256: of its bytes, 64 hex digits
        width, height: px of the upright picture
        format: as Pillow names it
        locations: where its files lie
        preview: path of its preview
    """

    id: str
    asset: str
    sha256: str
    width: int
    height: int
    format: str
    locations: tuple[FileTold, ...]
    preview: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTold:
    """A post that waits for a person, or that somebody has decided about.

    Attributes:
        id: by which decisions about it are made
        when: it was asked, UTC, ISO 8601
        query: what the post is called
        asset, asset_id: path and id of the best match; empty where there is none
        probability: of the best match by the evidence alone, 0..1
        rests_on: what the verdict rests on, as in an answer
        decision: what was decided, and whether that was elsewhere (`follows`); null while it waits
        answer: path of what was said of the post
    """

    id: str
    when: str
    query: str
    asset: str
    asset_id: str
    probability: float
    rests_on: Basis
    decision: Mapping[str, object] | None
    answer: str


@dataclass(frozen=True, slots=True)
class Reviews:
    """The queue.

    Attributes:
        open: how many wait for a person
        decided: how many do not
        reviews: those that were asked for
    """

    open: int
    decided: int
    reviews: tuple[ReviewTold, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided.

    Attributes:
        decisions: oldest first
    """

    decisions: Sequence[Mapping[str, object]]


def asset_told(asset: Asset) -> AssetTold:
    """An asset as a program is told of it."""
    return AssetTold(
        id=asset.id,
        asset=asset.path,
        sha256=asset.sha256,
        width=asset.width,
        height=asset.height,
        format=asset.format,
        locations=tuple(FileTold(one.root, one.path, one.size) for one in asset.locations),
        preview=f"/v1/assets/{asset.id}/preview",
    )


def review_told(standing: Standing) -> ReviewTold:
    """A review as a program is told of it, and what was decided."""
    review, note = standing.review, standing.note
    return ReviewTold(
        id=review.id,
        when=review.when,
        query=review.query,
        asset=review.path,
        asset_id=review.asset,
        probability=round(review.probability, 6),
        rests_on=review.rests_on,
        decision=note.as_json() | {"follows": standing.follows} if note else None,
        answer=f"/v1/answers/{review.id}",
    )
