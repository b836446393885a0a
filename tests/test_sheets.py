"""Contact sheets: many pictures in rows and columns are one asset, and each of them is found."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lineage.read.images import decode
from lineage.read.pictures import PictureReader
from lineage.read.sheets import MOST, decode_asset, pictures_on
from lineage.records import Picture
from lineage.settings import Settings
from tests.engines import engine_for_files

ROWS, COLUMNS = 4, 5


@pytest.fixture(scope="module")
def sheet_of(drawn):
    """Lays drawings out in rows and columns, with a gutter of so many px."""

    def laid(rows: int, columns: int, gutter: int) -> np.ndarray:
        sheet = np.full((rows * (240 + gutter) + gutter, columns * (320 + gutter) + gutter, 3), 255, np.uint8)
        for n in range(rows * columns):
            top, left = (gutter + at * (side + gutter) for at, side in zip(divmod(n, columns), (240, 320), strict=True))
            sheet[top : top + 240, left : left + 320] = drawn(30 + n)
        return sheet

    return laid


@pytest.fixture(scope="module")
def file(tmp_path_factory, sheet_of):
    file = tmp_path_factory.mktemp("sheets") / "sheet.png"
    Image.fromarray(sheet_of(ROWS, COLUMNS, 12)).save(file)
    return file


@pytest.mark.parametrize("gutter", [0, 12, 24])
@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (3, 3), (6, 5)])
def test_pictures_on_a_sheet_are_counted_with_gutters_and_without(sheet_of, rows, columns, gutter):
    sheet = Picture(sheet_of(rows, columns, gutter), 0, 0, "PNG").pixels
    small = np.array(Image.fromarray(sheet).resize((512, 512 * sheet.shape[0] // sheet.shape[1])))
    assert pictures_on(small) == rows * columns


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 4), (2, 2)])
def test_a_picture_a_row_and_four_pictures_are_no_sheet(sheet_of, rows, columns):
    assert pictures_on(sheet_of(rows, columns, 8)) == 1


def test_lines_at_odd_distances_make_no_sheet():
    chart = np.full((400, 500, 3), 255, np.uint8)
    chart[:, [30, 160, 190, 290, 300, 470]] = chart[[40, 260, 310, 330]] = 0
    assert pictures_on(chart) == 1


def test_a_sheet_is_decoded_longer_as_an_asset_alone(file):
    detail = min(MOST, (ROWS * COLUMNS) ** 0.5 / 2)
    assert decode_asset(file, longest=512).detail == pytest.approx(detail)
    assert max(decode_asset(file, longest=512).pixels.shape) == round(512 * detail)
    assert max(decode(file, longest=512).pixels.shape) == 512


def test_no_sheet_is_looked_at_longer_than_memory_allows(tmp_path, sheet_of):
    Image.fromarray(np.tile(sheet_of(3, 3, 6), (3, 3, 1))).save(tmp_path / "large.png")
    assert decode_asset(tmp_path / "large.png", longest=512).detail == MOST


def test_a_sheet_that_somebody_has_decoded_is_looked_at_like_its_file(file):
    with PictureReader(Settings()) as reader:
        (of_file, _), (of_array, _) = reader.asset(file), reader.asset(np.array(Image.open(file)))
    assert of_file.detail == of_array.detail
    assert of_file.pixels.shape == of_array.pixels.shape


@pytest.fixture(scope="module")
def engine(tmp_path_factory, file, drawn):
    other = tmp_path_factory.mktemp("others") / "other.png"
    Image.fromarray(drawn(90)).save(other)
    with engine_for_files([file, other], Settings()) as engine:
        yield engine


@pytest.mark.slow
def test_one_picture_of_a_sheet_is_known(engine, drawn):
    (claim,) = engine.query(Picture(drawn(37), 320, 240, "PNG"), name="one").verdict.claims
    assert claim.evidence.asset.path.endswith("sheet.png")


@pytest.mark.slow
def test_a_whole_sheet_is_known(engine, sheet_of):
    sheet = sheet_of(ROWS, COLUMNS, 12)
    (claim,) = engine.query(Picture(sheet, sheet.shape[1], sheet.shape[0], "PNG"), name="all").verdict.claims
    assert claim.evidence.asset.path.endswith("sheet.png")


@pytest.mark.slow
def test_a_picture_that_is_on_no_sheet_is_novel(engine, drawn):
    assert not engine.query(Picture(drawn(80), 320, 240, "PNG"), name="another").verdict.claims
