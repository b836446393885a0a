import cv2
import numpy as np

from lineage.verify.overlay import lay

HALVED = np.diag([0.5, 0.5, 1.0])


def test_post_and_asset_lie_in_the_frame_of_the_asset(drawn):
    asset = drawn(1)
    post = np.zeros((480, 640, 3), np.uint8)
    post[:240, :320] = asset
    laid = lay(post, asset, HALVED, side=160)
    assert laid.asset.shape == laid.post.shape == (120, 160, 3)
    assert np.abs(laid.asset.astype(int) - laid.post).mean() < 4


def test_what_the_post_does_not_show_lies_outside(drawn):
    asset = drawn(1)
    laid = lay(np.ascontiguousarray(asset[:, :160]), asset, np.diag([4 / 3, 4 / 3, 1.0]), side=160)
    assert laid.inside[:, :78].min() == 1
    assert laid.inside[:, 82:].max() == 0


def test_the_asset_is_no_sharper_than_a_small_post(drawn):
    asset = drawn(1)
    post = np.asarray(cv2.resize(asset, (40, 30), interpolation=cv2.INTER_AREA), np.uint8)
    laid = lay(post, asset, np.eye(3), side=320)
    sharpness = [cv2.Laplacian(plane, cv2.CV_32F).std() for plane in (asset, laid.asset)]
    assert sharpness[1] < 0.3 * sharpness[0]


def test_a_small_asset_is_not_enlarged(drawn):
    assert lay(drawn(1), drawn(2, width=60, height=40), np.eye(3), side=160).asset.shape == (40, 60, 3)


def test_under_a_post_of_a_few_pixels_an_asset_is_blurred_no_wider_than_itself(drawn, monkeypatch):
    widths, real = [], cv2.GaussianBlur

    def noted(plane, size, sigma):
        widths.append(sigma)
        return real(plane, size, min(sigma, 100.0))

    monkeypatch.setattr(cv2, "GaussianBlur", noted)
    laid = lay(drawn(2, width=3, height=3), drawn(1, width=320, height=16), np.diag([0.01, 0.01, 1.0]), side=320)
    assert widths == [80.0]
    assert laid.asset.std() < 0.3 * drawn(1, width=320, height=16).std()
