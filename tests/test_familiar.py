"""Evidence unlike any that the decision was fitted to: a person looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.decide.calibration_file import load_calibration, save_calibration
from lineage.decide.familiar import OUTSIDE, Familiar, familiar
from lineage.decide.features import FEATURES, OF_LIBRARY, SUBJECTS
from lineage.decide.objections import with_objections
from lineage.engine import Engine
from lineage.errors import WeightsError
from lineage.feedback.watch import sighting_about
from lineage.manipulate.dose import Dose
from lineage.manipulate.icons import icon
from lineage.records import Picture, Pixels, Report
from lineage.settings import Settings
from lineage.tell.evidence.caption import caption
from lineage.tell.report import as_text
from lineage.tell.rows import rows
from lineage.train.decision.fit import fit
from tests.engines import engine_for_files
from tests.test_decide import COPY, evidence, promising, shipped
from tests.test_train_decision import table

NAMES = ("size", "weight", "colour")


def claims(count: int, *, seed: int) -> np.ndarray:
    """Right claims: the weight follows the size, the colour neither."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(0, 10, count)
    return np.column_stack([size, 2 * size + rng.normal(0, 0.1, count), rng.uniform(0, 1, count)]).astype(np.float32)


@pytest.fixture(scope="module")
def seen() -> Familiar:
    found = familiar(claims(2000, seed=0), np.arange(2000) % 2 == 0, NAMES)
    assert found is not None
    return found


def test_the_next_right_claims_are_hardly_ever_outside(seen):
    outside = [bool(seen.strangest(row)) for row in claims(4000, seed=1)]
    assert np.mean(outside) <= 2.5 * OUTSIDE


@pytest.mark.parametrize("column", range(3))
def test_a_feature_at_ten_times_its_range_is_outside_and_named(seen, column):
    row = claims(1, seed=2)[0]
    row[column] = 200
    assert seen.strangest(row) == NAMES[column]


def test_features_that_never_go_together_are_outside_though_each_is_in_its_range(seen):
    assert seen.strangest(np.array([5.0, 10.0, 0.5], np.float32)) == ""
    assert seen.strangest(np.array([0.5, 19.0, 0.5], np.float32)) in ("size", "weight")


def test_few_claims_do_not_say_what_is_outside_of_them():
    assert familiar(claims(998, seed=0), np.arange(998) % 2 == 0, NAMES) is None
    assert familiar(claims(999, seed=0), np.arange(999) % 2 == 0, NAMES) is not None


def test_a_fit_keeps_what_right_claims_are_like_and_its_file_too(tmp_path):
    calibration = fit(table(3600), name="x", false_known=0.02)
    assert calibration.familiar is not None
    assert not OF_LIBRARY & {*calibration.familiar.features}
    save_calibration(calibration, tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json") == calibration


def test_every_feature_has_words():
    assert set(SUBJECTS) >= {*FEATURES} - OF_LIBRARY


def test_a_decision_of_before_has_no_outside(tmp_path):
    save_calibration(load_calibration(), tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    del content["familiar"]
    (tmp_path / "c.json").write_text(json.dumps(content))
    assert load_calibration(tmp_path / "c.json") == shipped()


@pytest.mark.parametrize("middle", [[0.5], [float("nan")] * 3, None])
def test_numbers_that_are_none_are_refused(tmp_path, seen, middle):
    save_calibration(replace(load_calibration(), familiar=seen), tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    content["familiar"]["middle"] = middle
    (tmp_path / "c.json").write_text(json.dumps(content))
    with pytest.raises(WeightsError, match=r"c\.json: not a calibration \("):
        load_calibration(tmp_path / "c.json")


ABSURD = replace(COPY, residual=COPY.residual and replace(COPY.residual, moved=40.0))


@pytest.fixture(scope="module")
def report() -> Report:
    return Report("post.jpg", with_objections(promising(load_calibration()).decide([ABSURD, evidence("other")])))


def test_what_the_trees_would_claim_goes_to_review_and_shows_no_p(report):
    assert promising(shipped()).decide([ABSURD]).decision == "known"
    verdict = report.verdict
    assert (verdict.decision, verdict.rests_on, verdict.scored, verdict.claims) == ("review", "outside", "known", ())
    assert (verdict.probability, verdict.novel_share) == (None, None)


def drawn(seed: int) -> Pixels:
    """An icon of 32 px."""
    colours, alpha = icon(Dose(0.5, np.random.default_rng(seed)), 200)
    laid = np.where(alpha[..., None] > 127, colours, 255).astype(np.uint8)
    return np.asarray(cv2.resize(laid, (32, 32), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[Engine]:
    files = [tmp_path_factory.mktemp("icons") / f"{seed}.png" for seed in (3, 6, 8)]
    for file in files:
        Image.fromarray(drawn(int(file.stem))).save(file)
    with engine_for_files([*sorted(Path("samples/library").glob("*/*.jpg")), *files], Settings()) as opened:
        yield opened


def enlarged(engine: Engine, seed: int) -> Report:
    post = np.asarray(cv2.resize(drawn(seed), (256, 256), interpolation=cv2.INTER_CUBIC), np.uint8)
    return engine.query(Picture(post, 256, 256, "PNG"), name="post")


@pytest.mark.parametrize("seed", [3, 6, 8])
def test_an_icon_enlarged_is_known_though_the_fit_has_seen_none(engine, seed):
    verdict = enlarged(engine, seed).verdict
    assert (verdict.decision, verdict.rests_on) == ("known", "probability")
    assert Path(verdict.matches[0].asset.path).name == f"{seed}.png"


@pytest.mark.parametrize("seed", [1, 5, 11])
def test_another_icon_is_not(engine, seed):
    assert enlarged(engine, seed).verdict.decision == "novel"


def test_text_json_csv_and_evidence_picture_say_why(report):
    why = "unlike anything that the decision was tried on, most of all in how well the rest of both agrees"
    remark = "outside of what was measured: fewer than 0.1 % of right claims have evidence as unusual"
    text = as_text(report).plain
    assert f"perhaps copy.jpg: {why}\n" in text
    assert remark in text
    assert "(p " not in text
    record = report.as_json()
    assert record["rests_on"] == "outside"
    assert record["matches"][0]["objection"]["test"] == "outside"
    (row,) = rows(report, evidence=None, about={})
    assert (row["verdict"], row["rests_on"], row["probability"]) == ("review", "outside", "")
    assert remark in str(row["remarks"])
    assert any(why in line for line in caption(report).lines)
    assert any(remark in line for line in caption(report).lines)


def test_what_is_held_back_counts_among_novel_posts_as_one_that_was_not_claimed(report):
    seen = sighting_about(replace(report, versions={"index": "i"}))
    assert (seen.decision, seen.score) == ("review", 0.0)
    assert seen.group == report.verdict.guarantee.group


@pytest.mark.parametrize("distances", [(), (2.0, 1.0), (1.0, float("nan"))])
def test_distances_that_do_not_increase_are_refused(seen, distances):
    with pytest.raises(ValueError, match="how far right claims lie"):
        replace(seen, distances=distances).require_sound()
