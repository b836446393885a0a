"""A library that has one picture in several files."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.read.images import decode
from lineage.records import Picture
from lineage.settings import Settings
from lineage.tell.report import as_text
from tests.engines import engine_for_files
from tests.test_readme import ROOT

pytestmark = pytest.mark.slow

POST, SOURCE = ROOT / "samples/posts/post-02.jpg", ROOT / "samples/library/shirts/00255.jpg"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A shirt, saved anew, and smaller, and other pictures of the sample library."""
    place = tmp_path_factory.mktemp("twins")
    original = Image.open(SOURCE).convert("RGB")
    original.save(place / "original.png")
    original.save(place / "anew.jpg", quality=80)
    original.resize((original.width // 2, original.height // 2), Image.Resampling.LANCZOS).save(place / "small.png")
    return [*sorted(place.iterdir()), *sorted((ROOT / "samples/library/jackets").iterdir())]


@pytest.fixture(scope="module")
def engine(files):
    with engine_for_files(files, Settings()) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(engine):
    return engine.query(decode(POST, longest=800), name="post")


def name(asset) -> str:
    return asset.path.rpartition("/")[2]


def test_a_picture_that_the_library_has_in_several_files_is_known_as_one(report):
    assert report.verdict.decision == "known"
    assert len(report.verdict.claims) == 1


def test_the_other_files_of_the_picture_are_named(report):
    (claim,) = report.verdict.claims
    named = {name(asset) for asset in (claim.evidence.asset, *claim.evidence.twins)}
    assert named == {"original.png", "anew.jpg", "small.png"}
    (first, *_) = report.as_json()["matches"]
    assert len(first["same_picture"]) == 2
    assert "the same picture: " in as_text(report).plain


def test_a_product_in_another_colour_is_a_candidate_of_its_own(files, tmp_path):
    original = Image.open(files[1])
    Image.merge("RGB", original.split()[::-1]).save(tmp_path / "blue.png")
    with engine_for_files([files[1], tmp_path / "blue.png"], Settings()) as engine:
        verdict = engine.query(decode(POST, longest=800), name="post").verdict
    assert {name(match.evidence.asset) for match in verdict.matches} == {"original.png", "blue.png"}


def test_a_file_that_is_an_asset_byte_for_byte_is_named_before_the_others_of_its_picture(engine, files):
    small = next(file for file in files if file.name == "small.png")
    (entry,) = [kept for batch in engine.store.scroll() for kept in batch if name(kept.asset) == "small.png"]
    answer = engine.query(decode(small, longest=800), name="small", sha256=entry.asset.sha256)
    assert name(answer.verdict.claims[0].evidence.asset) == "small.png"
    assert len(answer.verdict.claims) == 1


def test_each_source_of_a_collage_is_claimed_once(engine):
    tiles = [decode(file, longest=400).pixels for file in (SOURCE, next((ROOT / "samples/library/jackets").iterdir()))]
    height = min(len(tile) for tile in tiles)
    wall = np.hstack([cv2.resize(tile, (height, height)) for tile in tiles])
    claims = engine.query(Picture(wall, wall.shape[1], wall.shape[0], "PNG"), name="wall").verdict.claims
    assert len(claims) == 2
