"""The product as a recogniser: indexed and asked as a user would."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from eval.corpus import read_folder
from eval.engine import LineageEngine
from eval.regions import overlap
from lineage.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine(tmp_path_factory, drawn):
    root = tmp_path_factory.mktemp("library")
    for seed in range(6):
        Image.fromarray(drawn(seed)).save(root / f"{seed}.png")
    recogniser = LineageEngine(Settings(workers=1))
    recogniser.fit(read_folder(root).sources[:5])
    yield recogniser
    recogniser.close()


def test_a_crop_is_claimed_with_its_region(engine, drawn):
    answer = engine.answer(np.ascontiguousarray(drawn(2)[40:, 60:]))
    assert answer.claims[0].asset == "2.png"
    whole_post = ((0, 0), (1, 0), (1, 200 / 260), (0, 200 / 260))
    assert overlap(answer.claims[0].region_in_post, whole_post) > 0.9


def test_what_was_not_indexed_is_not_known(engine, drawn):
    assert engine.answer(drawn(5)).verdict != "known"


def test_every_stage_is_timed(engine, drawn):
    assert {"search", "align", "decide"} <= set(engine.answer(drawn(1)).seconds)


def test_an_asset_costs_what_the_index_grew_by(engine):
    assert 1_000 < engine.bytes_per_asset < 2_000_000


def test_another_calibration_is_another_version(engine, tmp_path):
    calibration = tmp_path / "decision.json"
    calibration.write_text("{}")
    assert LineageEngine(Settings(calibration=str(calibration))).versions != engine.versions


def test_asking_before_fitting_is_a_mistake_of_the_caller(drawn):
    with pytest.raises(RuntimeError, match="before it has been fitted"):
        LineageEngine(Settings()).answer(drawn(0))
