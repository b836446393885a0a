from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from lineage.decide.calibration_file import load_calibration, save_calibration
from lineage.errors import WeightsError
from lineage.read.images import decode
from lineage.records import Laid
from lineage.settings import Settings
from lineage.train.autoencoder.departure import LearnedDeparture
from lineage.train.autoencoder.model import Model, load_model, save_restorer
from lineage.train.autoencoder.network import Autoencoder
from lineage.verify.restore import load_restorer
from lineage.verify.restore.departure import CELLS, pairs
from lineage.verify.restore.model import square
from lineage.verify.restore.shape import Shape
from tests.engines import engine_for_files
from tests.restorers import restorer_of
from tests.test_decide import WITHOUT_RESTORER

SMALL = Shape(side=64, width=8, halvings=3, code=4)
SAME = np.eye(3)
MIRRORED = np.array([(-1.0, 0, 1.0), (0, 1.0, 0), (0, 0, 1)])


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return Model(SMALL).eval()


@pytest.fixture(scope="module")
def restorer(model):
    return restorer_of(model)


def laid(post, asset, asset_to_post=SAME):
    return pairs([square(post, Laid(asset, asset_to_post), side=SMALL.side)])


@pytest.mark.parametrize("shape", [SMALL, Shape(64, 16, 2, 3), Shape(64, 8, 4, 1)])
def test_a_picture_is_redrawn_through_the_bottleneck(shape):
    network, numbers = Autoencoder(shape), torch.zeros(2, 4, 64, 64)
    assert network.encoder(numbers).shape == (2, shape.code, shape.grid, shape.grid)
    assert network(numbers).shape == (2, 3, 64, 64)


def test_a_picture_departs_less_from_itself_than_a_stranger_does(restorer, drawn):
    own, stranger = restorer.restore(drawn(1), [Laid(drawn(1), SAME), Laid(drawn(2), SAME)])
    assert own.loss < 0.5 * stranger.loss
    assert own.mean < 0.5 * stranger.mean
    assert own.explained > stranger.explained
    assert own.agreement > stranger.agreement


def test_the_edit_map_covers_an_asset_that_is_smaller_than_what_the_network_sees(restorer, drawn):
    asset = cv2.resize(drawn(1, width=320, height=320), (40, 40), interpolation=cv2.INTER_AREA)
    (found,) = restorer.restore(drawn(1, width=320, height=320), [Laid(asset, SAME)])
    assert np.isfinite(found.cells[-2:, -2:]).any()


def test_brightness_and_tint_of_the_whole_are_no_departure(restorer, drawn):
    tinted = (drawn(1) * (0.8, 0.6, 0.5) + 20).astype(np.uint8)
    edited, stranger = restorer.restore(tinted, [Laid(drawn(1), SAME), Laid(drawn(2), SAME)])
    assert edited.loss < 0.6 * stranger.loss


@pytest.mark.parametrize(
    "edit", [lambda p: 255 - p, lambda p: p[..., ::-1].copy(), lambda p: (p * 0.3).astype(np.uint8)]
)
def test_inverted_swapped_and_darkened_colours_are_given_back(drawn, edit):
    asset = drawn(1)
    both = laid(edit(asset), asset)
    assert np.abs(both.post - both.asset).mean() < 0.1


def test_a_bar_over_the_post_does_not_change_the_colours_of_the_rest(drawn):
    asset, post = drawn(1), drawn(1).copy()
    post[:80] = 0
    both = laid(post, asset)
    assert np.abs(both.post - both.asset)[:, :, 24:48].mean() < 0.3


def test_a_mirrored_post_is_laid_back_by_the_map(restorer, drawn):
    post = np.ascontiguousarray(drawn(1)[:, ::-1])
    back, astray = restorer.restore(post, [Laid(drawn(1), MIRRORED), Laid(drawn(1), SAME)])
    assert back.loss < 0.5 * astray.loss


def test_the_edit_map_departs_where_something_was_put_over_the_asset(restorer, drawn):
    covered = drawn(1).copy()
    covered[:120, :160] = drawn(2)[:120, :160]
    (found,) = restorer.restore(covered, [Laid(drawn(1), SAME)])
    rows, columns = 120 * CELLS // 320, 160 * CELLS // 320
    assert np.nanmean(found.cells[: rows - 1, : columns - 1]) > 0.3 + np.nanmean(found.cells[rows + 2 :])


def test_nothing_is_said_beyond_the_asset_and_outside_the_post(restorer, drawn):
    (found,) = restorer.restore(np.ascontiguousarray(drawn(1)[:, :160]), [Laid(drawn(1), np.diag([4 / 3, 4 / 3, 1.0]))])
    assert np.isnan(found.cells[CELLS * 3 // 4 :]).all()
    assert np.isnan(found.cells[:, CELLS // 2 + 1 :]).all()
    assert np.isfinite(found.cells[: CELLS // 2, : CELLS // 2 - 1]).any()


def test_candidates_keep_their_order_and_do_not_disturb_each_other(restorer, drawn):
    (alone,) = restorer.restore(drawn(1), [Laid(drawn(2), SAME)])
    _, among = restorer.restore(drawn(1), [Laid(drawn(3), SAME), Laid(drawn(2), SAME)])
    assert (among and among.agreement) == pytest.approx(alone and alone.agreement, abs=1e-4)


def test_flat_pictures_say_nothing(restorer):
    white = np.full((200, 300, 3), 255, np.uint8)
    assert restorer.restore(white, [Laid(white, SAME)]) == [None]


def test_a_sliver_of_the_asset_says_nothing(restorer, drawn):
    moved = np.array([(1, 0, 0.97), (0, 1, 0), (0, 0, 1.0)])
    assert restorer.restore(drawn(1), [Laid(drawn(1), moved)]) == [None]


def test_no_candidates_cost_nothing(restorer, drawn):
    assert restorer.restore(drawn(1), []) == []


def test_the_best_cells_make_the_loss_so_that_stickers_do_not_count(drawn):
    counted = torch.zeros(1, CELLS, CELLS, dtype=torch.bool)
    counted[0, 0, :10] = True
    cells = torch.full((1, CELLS, CELLS), 5.0)
    cells[0, 0, :7] = 1.0
    cells[0, 0, 7:10] = 3.0
    trimmed, mean, _ = LearnedDeparture().figures(cells, counted)[0].tolist()
    assert trimmed == pytest.approx(1.0)
    assert mean == pytest.approx(1.6)


def test_what_is_not_seen_has_no_say(drawn):
    asset, post = drawn(1), drawn(1).copy()
    half = np.diag([4 / 3, 4 / 3, 1.0])
    one = laid(np.ascontiguousarray(post[:, :160]), asset, half)
    other = asset.copy()
    other[:, 200:] = 0
    two = laid(np.ascontiguousarray(post[:, :160]), other, half)
    seen = one.asset[0, 3] > 0
    assert np.allclose(one.asset[0][:, seen], two.asset[0][:, seen], atol=0.1)
    assert np.abs(one.asset[0, :3][:, ~seen]).max() == 0


def test_weights_that_are_saved_again_are_the_same(model, tmp_path):
    one, two = tmp_path / "w.safetensors", tmp_path / "again.safetensors"
    save_restorer(model, one)
    save_restorer(load_model(one), two)
    assert load_restorer(one).version == load_restorer(two).version
    assert len(load_restorer(one).version) == 8


@pytest.mark.parametrize("content", [None, b"", b"junk" * 100])
def test_weights_that_are_none_are_refused_with_the_file_named(tmp_path, content):
    file = tmp_path / "w.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"w\.safetensors"):
        load_restorer(file)


def test_blur_that_the_post_has_is_no_departure(restorer, drawn):
    small = np.asarray(cv2.resize(drawn(1), (48, 36), interpolation=cv2.INTER_AREA), np.uint8)
    reduced, stranger = restorer.restore(small, [Laid(drawn(1), SAME), Laid(drawn(2), SAME)])
    assert reduced.loss < 0.6 * stranger.loss


@pytest.fixture(scope="module")
def fitted(model, tmp_path_factory):
    """Weights, and a calibration that says that it was fitted with them."""
    folder = tmp_path_factory.mktemp("fitted")
    save_restorer(model, folder / "w.safetensors")
    version = load_restorer(folder / "w.safetensors").version
    save_calibration(replace(load_calibration(), restorer=version), folder / "decision.json")
    return Settings(restorer=str(folder / "w.safetensors"), calibration=str(folder / "decision.json")), version


def test_a_query_is_told_what_the_weights_of_the_settings_say(fitted, library):
    settings, version = fitted
    files = sorted(library.rglob("*.*"))
    with engine_for_files(files, settings) as engine:
        best = next(one for one in engine.evidence(decode(files[0]).pixels) if one.alignment)
        assert best.restoration
        assert best.restoration.loss > 0
        assert engine.versions["autoencoder"] == version


def test_a_calibration_that_was_fitted_with_an_autoencoder_is_refused_without_it(fitted, library):
    settings, version = fitted
    with (
        pytest.raises(WeightsError, match=f"autoencoder {version}"),
        engine_for_files(sorted(library.rglob("*.*")), replace(settings, restorer="none")),
    ):
        pass


def test_a_calibration_that_was_fitted_without_an_autoencoder_needs_none(fitted, library):
    settings = replace(fitted[0], restorer="", calibration=str(Path(fitted[0].calibration).with_name("plain.json")))
    save_calibration(WITHOUT_RESTORER, Path(settings.calibration))
    files = sorted(library.rglob("*.*"))
    with engine_for_files(files, settings) as engine:
        assert "autoencoder" not in engine.versions
        assert not any(one.restoration for one in engine.evidence(decode(files[0]).pixels))


def test_weights_that_the_settings_name_and_that_are_missing_are_an_error(library, tmp_path):
    with (
        pytest.raises(WeightsError, match=r"no\.safetensors"),
        engine_for_files(sorted(library.rglob("*.*")), Settings(restorer=str(tmp_path / "no.safetensors"))),
    ):
        pass
