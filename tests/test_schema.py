"""The schema of the JSON line: real answers keep it, and it says of every name what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

import lineage
from lineage.records import JSON_SCHEMA
from tests.command import call

SCHEMA_FILE = Path(lineage.__file__).parent / "schema" / f"query-{JSON_SCHEMA}.json"
WRITTEN: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def answers(tmp_path_factory, drawn) -> list[dict[str, Any]]:
    """To a crop, a collage, a stranger, an asset itself, a plain ground and a text."""
    place = tmp_path_factory.mktemp("place")
    for folder in ("library", "posts"):
        (place / folder).mkdir()
    for seed in range(4):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.png")
    posts = {
        "crop.jpg": drawn(1)[20:220, 30:300],
        "collage.jpg": np.hstack([drawn(2), drawn(3)]),
        "stranger.jpg": drawn(9),
        "plain.jpg": np.full((200, 300, 3), 90, np.uint8),
    }
    for name, pixels in posts.items():
        Image.fromarray(pixels).save(place / "posts" / name, quality=80)
    (place / "posts/same.png").write_bytes((place / "library/0.png").read_bytes())
    (place / "posts/text.jpg").write_text("hello")
    assert call("index", place / "library", "--store", place / "index", "--workers", "1").returncode == 0
    asked = call("query", place / "posts", "--store", place / "index", "--json", "--evidence", place / "evidence")
    compared = call("compare", place / "posts/crop.jpg", place / "library/1.png", "--json")
    return [json.loads(line) for line in (asked.stdout + compared.stdout).splitlines()]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(WRITTEN)


def test_answers_of_every_kind_keep_the_schema(answers):
    validator = jsonschema.Draft202012Validator(WRITTEN, format_checker=jsonschema.FormatChecker())
    for answer in answers:
        kind = "failure" if answer["verdict"] is None else "answer"
        own = validator.evolve(schema={"$ref": f"#/$defs/{kind}", "$defs": WRITTEN["$defs"]})
        assert [error.message for error in own.iter_errors(answer)] == []
    assert {answer["verdict"] for answer in answers} == {"known", "novel", None}
    assert {"probability", "bytes", "plainness"} <= {answer.get("rests_on") for answer in answers}
    assert max(sum(match["claimed"] for match in answer["matches"]) for answer in answers) == 2


def test_the_schema_refuses_what_is_out_of_its_range(answers):
    wrong = {**answers[0], "probability": 1.5}
    assert not jsonschema.Draft202012Validator(WRITTEN).is_valid(wrong)
    assert not jsonschema.Draft202012Validator(WRITTEN).is_valid({**answers[0], "surprise": 1})


def named(part: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every name that the schema describes, references followed."""
    if isinstance(part, dict):
        for name, found in part.get("properties", {}).items():
            yield name, WRITTEN["$defs"][found["$ref"].rsplit("/", 1)[-1]] if "$ref" in found else found
        for inner in part.values():
            yield from named(inner)


def test_every_name_is_explained_and_every_number_has_its_range():
    free = {"amount"}  # of any sign and size, by its unit
    for name, part in named(WRITTEN):
        assert part["description"], name
        if name not in free and {"number", "integer"} & {*np.atleast_1d(part.get("type", ""))}:
            assert {"minimum", "exclusiveMinimum"} & set(part), name


def test_the_example_keeps_the_schema():
    (example,) = WRITTEN["$defs"]["answer"]["examples"]
    jsonschema.Draft202012Validator(WRITTEN, format_checker=jsonschema.FormatChecker()).validate(example)
