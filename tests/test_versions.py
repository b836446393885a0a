"""One claim a place: versions of one picture are no further sources."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.decide.features import rivals
from lineage.decide.versions import nearest_version_first, with_versions
from lineage.engine import Engine
from lineage.read.images import decode
from lineage.records import Alignment, Asset, Candidate, Changes, Evidence, Location, Match, Picture, Residual, Verdict
from lineage.settings import Settings
from tests.engines import engine_for_files

UNCHANGED = Changes(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, np.ones((4, 4), np.float32))


def residual(covered):
    cells = np.full((16, 16), 0.9, np.float32)
    if covered:
        cells[:, slice(*covered)] = 0.1
    return Residual(0.8, 0.9, float((cells > 0.5).mean()), 0.0, cells)


def match(name, left, right, *, known_from=0.5, confirmed=False, covered=None):
    """A match that lies in the post from `left` to `right`, and is covered there from one of 16 columns to another."""
    region = ((left, 0.0), (right, 0.0), (right, 1.0), (left, 1.0))
    alignment = Alignment(np.diag((right - left, 1.0, 1.0)), 50, 1.0, 60, 1.0, right - left, region, region)
    alignment.asset_to_post[0, 2] = left
    asset = Asset(name, name * 64, 100, 100, "JPEG", (Location("/dam", f"{name}.jpg", 1, 1),))
    evidence = Evidence(Candidate(name, 0.9, "frame", 0.0, 0.0, ("vectors",)), asset, alignment, residual(covered))
    evidence = replace(evidence, changes=UNCHANGED)
    return Match(evidence, 0.9, confirmed=confirmed, known_from=known_from)


def told(*matches):
    verdict = with_versions(Verdict("known", 0.9, matches))
    return [one.evidence.asset.id for one in verdict.claims], [one.version_of for one in verdict.matches]


def test_what_lies_beside_a_claim_is_a_further_source():
    assert told(match("a", 0.0, 0.5), match("b", 0.5, 1.0)) == (["a", "b"], ["", ""])


def test_what_lies_in_the_place_of_a_claim_is_a_version_of_it():
    assert told(match("a", 0.0, 1.0), match("b", 0.1, 0.9)) == (["a"], ["", "a"])


@pytest.mark.parametrize(("left", "right", "together"), [(0.35, 0.65, False), (0.2, 0.65, True)])
def test_what_was_pasted_over_an_asset_is_no_rival_of_it(left, right, together):
    shirt, hat = match("shirt", 0.0, 1.0).evidence, match("hat", left, right).evidence
    shirt = replace(shirt, hidden=(((0.34, 0.0), (0.66, 0.0), (0.66, 1.0), (0.34, 1.0)),))
    np.testing.assert_array_equal(rivals([shirt, hat]), [[False, together], [together, False]])


@pytest.mark.parametrize("pasted_first", [False, True])
def test_what_is_pasted_on_another_claim_is_a_further_source(pasted_first):
    shirt, hat = match("shirt", 0.0, 1.0, covered=(6, 10)), match("hat", 6 / 16, 10 / 16)
    claims = (hat, shirt) if pasted_first else (shirt, hat)
    assert told(*claims) == ([one.evidence.asset.id for one in claims], ["", ""])


def test_a_version_with_another_border_is_a_version_however_much_the_border_differs():
    assert told(match("a", 0.3, 0.7), match("framed", 0.0, 1.0, covered=(0, 4))) == (["a"], ["", "a"])


def test_a_sticker_on_both_leaves_a_version_a_version():
    assert told(match("a", 0.0, 1.0, covered=(6, 10)), match("b", 0.0, 1.0, covered=(6, 10))) == (["a"], ["", "a"])


def test_a_version_of_a_version_is_one_of_the_claim():
    assert told(match("a", 0.0, 0.5), match("b", 0.5, 1.0), match("c", 0.55, 0.95)) == (["a", "b"], ["", "", "b"])


def test_what_a_person_confirmed_stays_a_claim():
    assert told(match("a", 0.0, 1.0), match("b", 0.0, 1.0, confirmed=True))[0] == ["a", "b"]


def test_what_is_claimed_without_being_located_has_no_versions():
    confirmed = match("a", 0.0, 1.0, confirmed=True)
    nowhere = replace(confirmed, evidence=replace(confirmed.evidence, alignment=None, residual=None))
    assert told(nowhere, match("b", 0.0, 0.5), match("c", 0.5, 1.0)) == (["a", "b", "c"], ["", "", ""])


def test_what_is_not_claimed_is_no_version():
    assert told(match("a", 0.0, 1.0), match("b", 0.0, 1.0, known_from=math.inf)) == (["a"], ["", ""])


def alike(name, *, similarity, hash_distance, right=1.0, known_from=0.5):
    one = match(name, 0.0, right, known_from=known_from)
    candidate = replace(one.evidence.candidate, similarity=similarity, hash_distance=hash_distance)
    return replace(one, evidence=replace(one.evidence, candidate=candidate))


SQUARE = alike("square", similarity=0.91, hash_distance=0.42, right=0.6)
GRADED = alike("graded", similarity=0.98, hash_distance=0.01)
MASTER = alike("master", similarity=0.99, hash_distance=0.01)


def test_the_most_similar_version_that_the_post_is_as_a_whole_leads():
    assert nearest_version_first([SQUARE, GRADED, MASTER]) == [MASTER, SQUARE, GRADED]


@pytest.mark.parametrize(
    "other",
    [
        alike("cropped", similarity=0.99, hash_distance=0.01, right=0.9),
        alike("another", similarity=0.99, hash_distance=0.2),
        alike("unsure", similarity=0.99, hash_distance=0.01, known_from=0.95),
    ],
)
def test_nothing_else_goes_before_what_is_surer(other):
    assert nearest_version_first([SQUARE, other]) == [SQUARE, other]


@pytest.mark.parametrize(
    "first", [replace(SQUARE, known_from=0.95), replace(SQUARE, outside="in how it lies in the post")]
)
def test_where_the_surest_is_no_claim_nothing_goes_before_it(first):
    assert nearest_version_first([first, MASTER]) == [first, MASTER]


@pytest.fixture(scope="module")
def family(tmp_path_factory) -> Iterator[tuple[Engine, list[Path]]]:
    """A library with a picture, a square cut out of it and a version that is a little warmer."""
    folder, samples = tmp_path_factory.mktemp("family"), sorted(Path("samples/library").glob("*/*.jpg"))
    master = decode(samples[3]).pixels
    side = min(master.shape[:2])
    graded = (np.clip(master * np.array((1.04, 1.0, 0.95)) + 2, 0, 255)).astype(np.uint8)
    files = []
    for name, pixels in (("master", master), ("square", master[:side, :side]), ("graded", graded)):
        files.append(folder / f"{name}.png")
        Image.fromarray(pixels).save(files[-1])
    with engine_for_files([*samples[:3], *samples[4:], *files], Settings()) as engine:
        yield engine, files


@pytest.mark.parametrize("number", range(3), ids=["master", "square", "graded"])
def test_a_plain_copy_of_each_version_is_told_to_be_of_it(family, number):
    engine, files = family
    pixels = cv2.resize(decode(files[number]).pixels, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 75])
    post = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    verdict = engine.query(Picture(post, post.shape[1], post.shape[0], "JPEG"), name="post").verdict
    assert [claim.asset.path for claim in verdict.claims] == [str(files[number])]
