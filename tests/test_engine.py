"""What one post shows: one asset, several, and with parts of the engine left out."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_info

from lineage.decide.look_alikes import with_look_alikes
from lineage.describe.hashes import perceptual_hashes
from lineage.describe.keypoints import SIDE, extract
from lineage.describe.post import PostFeatures, post_features
from lineage.engine import LEFT_OUT, RIVALS
from lineage.errors import UsageError
from lineage.feedback import Ignored
from lineage.read.images import decode
from lineage.records import Note, Picture, Pixels
from lineage.settings import Settings
from lineage.verify import candidates as verify
from tests.engines import engine_for_files
from tests.test_objections import COPY as UNTOUCHED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine(tmp_path_factory, drawn):
    """On eight drawn pictures, called 0.png to 7.png."""
    files = [tmp_path_factory.mktemp("library") / f"{seed}.png" for seed in range(8)]
    for seed, file in enumerate(files):
        Image.fromarray(drawn(seed)).save(file)
    with engine_for_files(files, Settings()) as opened:
        yield opened


@pytest.fixture(scope="module")
def wall(drawn) -> Picture:
    """Four of these pictures in two rows."""
    rows = [np.hstack([drawn(one), drawn(other)]) for one, other in ((0, 1), (2, 3))]
    pixels = np.vstack(rows)
    return Picture(pixels, pixels.shape[1], pixels.shape[0], "PNG")


def enlarged(pixels: Pixels) -> Picture:
    """Three times as large."""
    larger = cv2.resize(pixels, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    return Picture(np.asarray(larger, np.uint8), larger.shape[1], larger.shape[0], "PNG")


def names(matches) -> list[str]:
    return sorted(match.evidence.asset.path.rpartition("/")[2] for match in matches)


def test_every_tile_of_a_collage_is_named_with_its_place(engine, wall):
    claims = engine.query(wall, name="wall").verdict.claims
    assert names(claims) == ["0.png", "1.png", "2.png", "3.png"]
    boxes = {names([one])[0]: np.array(one.evidence.alignment.region_in_post) for one in claims}
    right, low = 0.5, 0.5 * wall.height / wall.width
    np.testing.assert_allclose([boxes["0.png"].min(0), boxes["0.png"].max(0)], [(0, 0), (right, low)], atol=0.01)
    np.testing.assert_allclose([boxes["3.png"].min(0), boxes["3.png"].max(0)], [(right, low), (1, 2 * low)], atol=0.01)


def test_a_picture_pasted_on_another_is_a_source_and_no_version_of_it(engine, drawn):
    post = cv2.resize(drawn(0), (960, 720), interpolation=cv2.INTER_CUBIC)
    post[200:440, 300:620] = drawn(1)
    verdict = engine.query(Picture(post, 960, 720, "PNG"), name="pasted").verdict
    assert names(verdict.claims) == ["0.png", "1.png"]
    assert {match.version_of for match in verdict.matches} == {""}


def test_a_crop_on_plain_ground_is_shown_no_further_than_it_goes(engine, drawn):
    post = np.full((700, 700, 3), (150, 40, 40), np.uint8)
    post[150:530, 100:600] = cv2.resize(drawn(0), (960, 720), interpolation=cv2.INTER_CUBIC)[150:530, 200:700]
    first = engine.query(Picture(post, 700, 700, "PNG"), name="padded").verdict.matches[0].evidence
    assert first.asset.path.endswith("0.png")
    region = np.array(first.alignment.region_in_post) * 700
    np.testing.assert_allclose([region.min(0), region.max(0)], [(100, 150), (600, 530)], atol=5)


def test_files_of_one_picture_are_not_its_look_alikes(tmp_path, drawn):
    files = [tmp_path / f"{n}.png" for n in range(9)]
    for number, file in enumerate(files):
        Image.fromarray(drawn(number // 8)).resize((240 + 8 * number, 180 + 6 * number)).save(file)
    with engine_for_files(files, Settings(candidates=6)) as opened:
        (found, *_) = (one for one in opened.evidence(drawn(0)) if one.crowded is not None)
        vectors = {one.asset.path: one.fingerprint.vector for batch in opened.store.scroll() for one in batch}
    own, other = vectors[found.asset.path], vectors[str(files[8])]
    assert found.crowded == pytest.approx(float(own @ other), abs=0.02)
    assert min(float(own @ vector) for vector in vectors.values()) == pytest.approx(float(own @ other))


def test_a_claim_is_a_look_alike_of_what_else_the_post_shows(engine, wall, monkeypatch):
    asked = []

    def noted(evidence, found, store, *, hidden):
        asked.append(hidden)
        return with_look_alikes(evidence, found, store, hidden=hidden)

    monkeypatch.setattr("lineage.engine.with_look_alikes", noted)
    monkeypatch.setattr(engine, "_candidates", 1)
    assert len(engine.query(wall, name="wall").verdict.claims) == 4
    assert len(asked) > 1
    assert set(asked) == {frozenset()}


def test_a_second_asset_is_found_once_the_first_is_masked(engine, wall, monkeypatch):
    monkeypatch.setattr(engine, "_candidates", 1)
    assert len(engine.without({"masking"}).query(wall, name="wall").verdict.claims) == 1
    assert names(engine.query(wall, name="wall").verdict.claims) == ["0.png", "1.png", "2.png", "3.png"]


def test_nothing_is_named_besides_a_plain_copy(engine, drawn):
    copy = Picture(drawn(5), 320, 240, "PNG")
    assert names(engine.query(copy, name="copy").verdict.claims) == ["5.png"]


def test_a_plain_reupload_is_known_before_its_parts_are_looked_up(engine, drawn):
    smaller = Image.fromarray(drawn(5)).resize((240, 180))
    report = engine.query(Picture(np.asarray(smaller), 240, 180, "PNG"), name="reupload")
    assert names(report.verdict.claims) == ["5.png"]
    assert len(report.verdict.matches) <= RIVALS < 8  # of eight assets, which are all looked at else


@pytest.fixture
def described(monkeypatch) -> list[int]:
    """The sides, px, to which posts are reduced for their features from here on."""
    sides: list[int] = []

    def noted(pixels: Pixels, *, side: int) -> PostFeatures:
        sides.append(side)
        return post_features(pixels, side=side)

    monkeypatch.setattr("lineage.engine.post_features", noted)
    return sides


def test_a_large_plain_copy_is_described_at_the_size_of_assets(engine, drawn, described):
    post = enlarged(drawn(5))
    assert names(engine.query(post, name="copy").verdict.claims) == ["5.png"]
    assert described == [SIDE]


def test_a_second_asset_on_a_strip_of_a_large_copy_is_named(engine, drawn):
    post = enlarged(drawn(5)).pixels.copy()
    post[652:] = 255
    post[662:710, 30:94] = cv2.resize(drawn(6), (64, 48), interpolation=cv2.INTER_AREA)  # of few features
    claims = engine.query(Picture(post, 960, 720, "PNG"), name="strip").verdict.claims
    assert names(claims) == ["5.png", "6.png"]


def test_what_looks_like_a_copy_and_is_none_is_described_at_its_own_size(engine, drawn, described):
    covered = drawn(5)
    covered[:, 160:] = drawn(6)[:, 160:]
    assert "5.png" in names(engine.query(enlarged(covered), name="half").verdict.claims)
    assert described[:2] == [SIDE, 960]


def test_a_large_plain_copy_is_searched_for_ignored_pictures_at_its_own_size(engine, drawn, described):
    ignored = Ignored(Note("n", "2026", "reviewer", "ignore", "6.png"), extract(drawn(6)))
    knowing = engine.knowing(replace(engine.feedback, ignored=(ignored,)))
    assert names(knowing.query(enlarged(drawn(5)), name="copy").verdict.claims) == ["5.png"]
    assert described == [960]


def test_what_a_caption_hides_of_a_plain_copy_is_not_said_to_be_seen(engine, drawn):
    captioned = drawn(5)
    captioned[200:] = 255
    cv2.putText(captioned, "c'est aujourd'hui", (10, 230), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    (claim,) = engine.query(Picture(captioned, 320, 240, "PNG"), name="captioned").verdict.claims
    assert claim.evidence.alignment.asset_seen == pytest.approx(200 / 240, abs=0.01)


def test_a_copy_that_leaves_room_for_another_is_looked_up_in_full(engine, drawn):
    framed = np.zeros((300, 320, 3), np.uint8)
    framed[30:270] = drawn(5)
    report = engine.query(Picture(framed, 320, 300, "PNG"), name="framed")
    assert names(report.verdict.claims) == ["5.png"]
    assert len(report.verdict.matches) == 8


def test_candidates_that_were_not_looked_for_are_not_said_to_be_nowhere(engine, drawn, monkeypatch):
    monkeypatch.setattr(verify, "FIRST", 3)
    framed = np.zeros((300, 320, 3), np.uint8)
    framed[30:270] = drawn(5)
    first, *others = engine.query(Picture(framed, 320, 300, "PNG"), name="framed").verdict.matches
    assert [one.evidence.examined for one in others].count(False) == 5
    left = {one.objection.label for one in others if not one.evidence.examined}
    assert left == {f"not looked for, since {first.evidence.asset.path} accounts for most of the post"}
    assert {one.objection.test for one in others if one.evidence.examined} == {"location"}


def test_a_large_post_that_was_read_smaller_is_not_said_to_be_scaled(engine, drawn):
    reduced = Picture(drawn(5, width=320, height=240), 320, 240, "PNG")
    larger = replace(reduced, width=960, height=720)
    (scaled,), (whole,) = (engine.query(post, name="post").verdict.claims for post in (larger, reduced))
    assert [edit.label for edit in whole.evidence.edits] == []
    assert [edit.label for edit in scaled.evidence.edits] == ["scaled to 300 % of the asset's size"]


@pytest.mark.parametrize("part", sorted(LEFT_OUT))
def test_any_one_part_can_be_left_out(engine, drawn, part):
    copy = Picture(drawn(5), 320, 240, "PNG")
    assert names(engine.without({part}).query(copy, name="copy").verdict.matches[:1]) == ["5.png"]


def test_an_unknown_part_is_refused(engine):
    with pytest.raises(UsageError, match="there is no part 'wheels' to leave out; there are: changes, competition, "):
        engine.without({"wheels"})


def test_products_of_matrices_run_on_one_thread_while_an_engine_is_open(engine):
    numpys = [library for library in threadpool_info() if "numpy" in library["filepath"]]
    assert {library["num_threads"] for library in numpys} == {1}


def inverted(pixels: np.ndarray) -> Picture:
    return Picture(255 - pixels, pixels.shape[1], pixels.shape[0], "PNG")


def test_the_negative_of_an_asset_is_known_and_told_as_inverted(engine, drawn):
    report = engine.query(inverted(drawn(3)[10:, 30:]), name="negative")
    (claim,) = report.verdict.claims
    assert names([claim]) == ["3.png"]
    assert "inverted" in {edit.kind for edit in claim.evidence.edits}


def test_the_mirrored_negative_of_an_asset_is_known(engine, drawn):
    verdict = engine.query(inverted(np.ascontiguousarray(drawn(3)[:, ::-1])), name="negative").verdict
    assert names(verdict.claims) == ["3.png"]


def test_what_a_post_does_not_claim_itself_its_negative_does_not_claim_for_it(engine, drawn, monkeypatch):
    decide = engine._decider.decide

    def doubtful(evidence):
        """Of the post itself: the best match is outside of what was measured, the others are sure."""
        verdict = decide(evidence)
        if verdict.claims:
            return verdict
        first, *others = verdict.matches
        seen = {"alignment": UNTOUCHED.evidence.alignment, "changes": UNTOUCHED.evidence.changes}
        sure = [replace(one, evidence=replace(one.evidence, **seen), probability=0.999) for one in others]
        outside = replace(first, probability=0.999, outside="in how it lies in the post")
        return replace(verdict, matches=(outside, *sure)).overruled("outside", decision="review")

    monkeypatch.setattr(engine._decider, "decide", doubtful)
    verdict = engine.query(inverted(drawn(3)), name="negative").verdict
    assert names(verdict.claims) == ["3.png"]
    assert {match.objection.test for match in verdict.matches if match.sure and match.objection} == {"review"}


def test_the_negative_of_a_stranger_is_not_known(engine, drawn):
    assert not engine.query(inverted(drawn(20)), name="negative").verdict.claims


def test_a_negative_is_remembered_by_what_it_looks_like_itself(engine, drawn):
    post = inverted(drawn(3))
    report = engine.query(post, name="negative")
    assert report.hashes == perceptual_hashes(post.pixels)


def test_a_picture_of_the_night_is_known_as_it_is_and_lifted(tmp_path, drawn):
    dark = (drawn(9, width=640, height=480) * 0.08).astype(np.uint8)
    Image.fromarray(dark).save(tmp_path / "night.png")
    lifted = cv2.convertScaleAbs(dark, alpha=4.0)
    with engine_for_files([tmp_path / "night.png"], Settings()) as opened:
        for post in (dark[30:, 40:], lifted[30:, 40:]):
            Image.fromarray(post).save(tmp_path / "post.jpg", quality=85)
            verdict = opened.query(decode(tmp_path / "post.jpg"), name="night").verdict
            assert names(verdict.claims) == ["night.png"]


def test_a_dark_picture_in_a_white_frame_is_known(tmp_path, drawn):
    dark = (drawn(9, width=640, height=480) * 0.15).astype(np.uint8)
    Image.fromarray(dark).save(tmp_path / "night.png")
    framed = np.full((760, 800, 3), 250, np.uint8)
    framed[140:620, 80:720] = dark
    with engine_for_files([tmp_path / "night.png"], Settings()) as opened:
        report = opened.query(Picture(framed, 800, 760, "PNG"), name="framed")
    (claim,) = report.verdict.claims
    assert claim.evidence.candidate.similarity is not None
    assert claim.evidence.candidate.similarity > 0.9


def test_the_negative_of_a_bright_picture_is_known(tmp_path, drawn):
    bright = 255 - (drawn(9, width=640, height=480) * 0.15).astype(np.uint8)
    Image.fromarray(bright).save(tmp_path / "bright.png")
    with engine_for_files([tmp_path / "bright.png"], Settings()) as opened:
        assert names(opened.query(inverted(bright), name="negative").verdict.claims) == ["bright.png"]


def test_without_the_look_at_negatives_none_is_known(engine, drawn):
    verdict = engine.without({"negative"}).query(inverted(drawn(3)), name="negative").verdict
    assert not verdict.claims
