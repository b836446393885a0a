"""Pages of a PDF and drawings of an SVG are pictures of a library like any others."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lineage.errors import ImageError
from lineage.read.drawn import DRAWN, LONGEST
from lineage.read.images import decode
from lineage.settings import Settings
from tests.engines import engine_for_files

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def pdf(*pages: np.ndarray, points: float = 72.0) -> bytes:
    """A PDF with a picture on each page, so many pixels an inch."""
    file = BytesIO()
    first, *others = map(Image.fromarray, pages)
    first.save(file, "PDF", save_all=True, append_images=others, resolution=points)
    return file.getvalue()


def svg(inside: str, shape: str = 'viewBox="0 0 40 20"', remark: str = "") -> bytes:
    return f"{remark}{HEAD} {shape}>{inside}</svg>".encode()


def linked(address: str) -> str:
    return f'<image width="40" height="20" href="{address}"/><image width="40" height="20" xlink:href="{address}"/>'


def png(pixels: np.ndarray) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_page_is_drawn_at_150_px_an_inch(drawn):
    picture = decode(pdf(drawn(1, width=320, height=240)))
    assert (picture.width, picture.height, picture.format) == (667, 500, "PDF")


def test_a_poster_is_drawn_no_larger_than_people_see_it(drawn):
    assert max(decode(pdf(drawn(1, width=320, height=240), points=2)).pixels.shape) == LONGEST


def test_pages_that_differ_are_one_picture(drawn):
    assert decode(pdf(drawn(1), drawn(2))).pixels.shape == (2 * 501, 667, 3)


def test_a_damaged_pdf_is_one_sentence():
    with pytest.raises(ImageError, match=r"^page\.pdf: the PDF is damaged"):
        decode(b"%PDF-1.7\nnothing", name="page.pdf")


def test_a_drawing_has_the_shape_that_it_says():
    red = decode(svg('<rect width="20" height="20" fill="red"/>')).pixels
    assert red.shape == (DRAWN // 2, DRAWN, 3)
    np.testing.assert_array_equal(red[256, [256, 768]], [[255, 0, 0], [255, 255, 255]])


def test_a_drawing_without_a_box_has_the_shape_of_its_sides():
    assert decode(svg("<rect/>", 'width="100mm" height="400mm"')).pixels.shape == (DRAWN, DRAWN // 4, 3)


def test_a_drawing_begins_behind_remarks():
    remark = f'<?xml version="1.0"?><!-- {"drawn by hand " * 100} -->'
    assert decode(svg("<rect/>", remark=remark)).pixels.shape == (DRAWN // 2, DRAWN, 3)


def test_white_artwork_of_a_drawing_is_seen():
    pixels = decode(svg('<circle cx="20" cy="10" r="8" fill="white"/>')).pixels
    assert pixels.min() == 0
    assert pixels.max() == 255


def test_a_drawing_shows_a_picture_in_it(drawn):
    inside = linked(f"data:image/png;base64,{b64encode(png(drawn(1))).decode()}")
    assert decode(svg(inside)).pixels.std() > 20


@pytest.mark.parametrize("way", ["", "file://"])
def test_a_drawing_shows_no_file_of_this_machine(tmp_path, drawn, way):
    (tmp_path / "secret.png").write_bytes(png(drawn(1)))
    assert decode(svg(linked(f"{way}{tmp_path}/secret.png"))).pixels.min() == 255


@pytest.mark.parametrize("shape", ['viewBox="0 0 1 100000"', 'width="0" height="3"'])
def test_a_drawing_of_no_shape_is_one_sentence(shape):
    with pytest.raises(ImageError, match=r"^thin\.svg: the SVG is damaged"):
        decode(svg("<rect/>", shape), name="thin.svg")


def test_other_text_is_no_drawing():
    with pytest.raises(ImageError, match="text, not a picture"):
        decode(b"<html><body>svg</body></html>")


def test_jpeg_2000_is_read(drawn):
    file = BytesIO()
    Image.fromarray(drawn(1)).save(file, "JPEG2000")
    np.testing.assert_array_equal(decode(file.getvalue()).pixels, drawn(1))


@pytest.mark.slow
def test_a_picture_of_the_second_page_is_known(tmp_path, drawn):
    (tmp_path / "brochure.pdf").write_bytes(pdf(drawn(1, width=640, height=480), drawn(2, width=640, height=480)))
    Image.fromarray(drawn(2, width=640, height=480)).crop((40, 30, 600, 460)).save(tmp_path / "post.jpg", quality=85)
    with engine_for_files([tmp_path / "brochure.pdf"], Settings()) as engine:
        (claim,) = engine.query(decode(tmp_path / "post.jpg"), name="post").verdict.claims
    assert claim.evidence.asset.path.endswith("brochure.pdf")
