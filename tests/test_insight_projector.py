"""Maps of vectors: what they keep, and the files that show them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from lineage.cli import app
from lineage.errors import UsageError
from lineage.insight.projector.points import Points, group_of, largest_groups, points_of_index
from lineage.insight.projector.reduce import METHODS, reduce, trust
from lineage.insight.projector.sprites import LARGEST, sprite_sheet, sprite_side
from lineage.read.images import preview
from lineage.store.memory import MemoryStore
from tests.insight_samples import tiny_backbone, write_table
from tests.odd_names import ODD, SHOWN, raw_in
from tests.store_samples import entry, stamp

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def clusters():
    """Three tight bundles of directions, 30 each."""
    middles = RNG.normal(size=(3, 24)).repeat(30, 0)
    vectors = (middles + 0.1 * RNG.normal(size=middles.shape)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("method", METHODS)
def test_clusters_stay_apart(clusters, method):
    map_ = reduce(clusters, method, dimensions=2, seed=0).reshape(3, 30, 2)
    middles = map_.mean(1)
    spread = np.linalg.norm(map_ - middles[:, None], axis=2).max()
    gaps = np.linalg.norm(middles[:, None] - middles, axis=2)[np.triu_indices(3, 1)]
    assert gaps.min() > spread


def test_three_dimensions_are_given_where_asked_for(clusters):
    map_ = reduce(clusters, "pca", dimensions=3, seed=0)
    assert map_.shape == (90, 3)
    assert np.abs(map_).max() == pytest.approx(1)


def test_a_faithful_map_is_trusted_more_than_a_random_one(clusters):
    faithful = reduce(clusters, "pca", dimensions=2, seed=0)
    assert trust(clusters, faithful, seed=0) > trust(clusters, RNG.normal(size=faithful.shape), seed=0) + 0.2


def test_a_sample_of_an_index_is_drawn_from_all_of_it():
    store = MemoryStore(stamp())
    white = preview(np.full((4, 4, 3), 255, np.uint8))
    entries = [entry(number) for number in range(40)]
    store.upsert([replace(one, fingerprint=replace(one.fingerprint, preview=white)) for one in entries])
    points = points_of_index(store, sample=10, seed=0, groups=None)
    assert (len(points.names), points.total, len(set(points.names))) == (10, 40, 10)
    assert list(points.names) != sorted(entry(n).asset.path for n in range(40))[:10]


def test_a_path_is_grouped_by_its_folder_or_by_the_table():
    assert group_of("spring/lips/042.jpg", None) == "lips"
    assert group_of("spring/042.jpg", {"042.jpg": "red"}) == "red"
    assert group_of("spring/043.jpg", {"042.jpg": "red"}) == ""


def test_the_largest_groups_come_first():
    assert largest_groups(["b", "a", "b", "", "c"], count=2) == ["b", "a"]


def test_every_picture_has_its_tile_on_the_sheet():
    pictures = [np.full((20, 40, 3), shade, np.uint8) for shade in (10, 60, 110, 160, 210)]
    sheet = np.array(sprite_sheet(pictures, side=16))
    assert sheet.shape == (48, 48, 3)
    assert [int(sheet[8 + 16 * (n // 3), 8 + 16 * (n % 3), 0]) for n in range(5)] == [10, 60, 110, 160, 210]


def test_a_strip_keeps_to_its_tile():
    sheet = np.array(sprite_sheet([np.zeros((4, 100, 3), np.uint8), np.full((20, 40, 3), 99, np.uint8)], side=16))
    assert sheet.shape == (32, 32, 3)
    assert (sheet[:, 16:].min(), sheet[7, :16].max()) == (99, 0)


def test_tiles_of_many_pictures_shrink_until_the_sheet_is_allowed():
    assert sprite_side(100, wanted=72) == 72
    assert sprite_side(50_000, wanted=72) * 224 <= LARGEST


def project(*arguments):
    return CliRunner().invoke(app, ["projector", *map(str, arguments)])


@pytest.fixture(scope="module")
def projected(tmp_path_factory, drawn):
    """The output folder of a run over three folders of pictures, one file of which is broken."""
    place = tmp_path_factory.mktemp("projector")
    for seed in range(12):
        file = place / "library" / f"shoot{seed % 3}" / f"<{seed}>.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn(seed, width=80, height=60)).save(file)
    (place / "library" / "broken.jpg").write_text("no picture")
    options = ("--method", "pca,tsne", "--backbone", tiny_backbone(place), "--output", place / "map")
    done = project(place / "library", *options)
    assert done.exit_code == 1  # the broken file
    assert "broken.jpg" in done.stderr
    return place / "map", done


def test_the_page_holds_names_maps_and_pictures(projected):
    page = (projected[0] / "projector.html").read_text()
    (content,) = re.findall(r'type="application/json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(content)
    assert data["groups"] == ["shoot0", "shoot1", "shoot2"]
    assert {name: len(places) for name, places in data["maps"].items()} == {"pca": 12, "tsne": 12}
    assert "shoot0/<0>.png" in data["names"]
    assert "data:image/jpeg;base64," in page
    assert "http" not in page


def test_odd_names_are_shown_as_they_are_written(tmp_path, drawn):
    for seed in range(6):
        (tmp_path / ODD).mkdir(exist_ok=True)
        Image.fromarray(drawn(seed, width=80, height=60)).save(tmp_path / ODD / f"=cmd|{ODD}{seed}.png")
    options = ("--method", "pca", "--backbone", tiny_backbone(tmp_path), "--output", tmp_path / ODD / "map")
    done = project(tmp_path / ODD, *options)
    assert done.exit_code == 0, done.output
    assert f"{SHOWN}/map/projector.html: 6 of 6 pictures" in done.stdout
    assert not raw_in(tmp_path / ODD / "map")
    rows = (tmp_path / ODD / "map" / "tensorboard" / "metadata.tsv").read_text().splitlines()
    assert all(row.startswith("'=cmd|two lines ") for row in rows[1:])


def test_the_terminal_says_how_far_a_map_can_be_trusted(projected):
    said = r"tsne  neighbours on the map are near in truth: [01]\.\d\d \(1: all of them\)"
    assert re.search(said, projected[1].stdout)
    assert "12 of 13 pictures" in projected[1].stdout


def test_tensorboard_finds_vectors_names_and_sprites(projected):
    board = projected[0] / "tensorboard"
    config = (board / "projector_config.pbtxt").read_text()
    files = re.findall(r'path: "(.*?)"', config)
    assert {"vectors.tsv", "pca.tsv", "tsne.tsv", "metadata.tsv", "sprite.png"} == set(files)
    assert len((board / "vectors.tsv").read_text().splitlines()) == 12
    assert len((board / "metadata.tsv").read_text().splitlines()) == 13  # and a header
    with Image.open(board / "sprite.png") as sheet:
        assert sheet.size == (256, 256)


def test_tensorboard_reads_its_configuration(projected):
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    text = (projected[0] / "tensorboard" / "projector_config.pbtxt").read_text()
    config = text_format.Parse(text, ProjectorConfig())
    assert list(config.embeddings[0].sprite.single_image_dim) == [64, 64]


def test_each_map_is_a_picture_too(projected):
    with Image.open(projected[0] / "pca.png") as picture:
        assert min(picture.size) > 500


def complaint(done) -> str:
    assert isinstance(done.exception, UsageError), done.output
    return str(done.exception)


def test_an_unknown_projection_is_one_sentence(tmp_path):
    assert complaint(project(tmp_path, "--method", "som", "--output", tmp_path)).startswith("som: no such projection")


def test_a_backbone_is_for_a_folder_and_not_for_an_index(tmp_path):
    told = complaint(project("--backbone", "lite0", "--output", tmp_path))
    assert told == "--backbone is for a folder; an index has its vectors already, so leave it out"


def test_too_few_pictures_are_one_sentence(tmp_path, drawn):
    Image.fromarray(drawn(1)).save(tmp_path / "1.png")
    done = project(tmp_path, "--backbone", tiny_backbone(tmp_path), "--output", tmp_path / "map")
    assert complaint(done).startswith("1 pictures are too few")


@pytest.mark.parametrize("source", ["folder", "index"])
def test_entries_of_the_table_that_match_nothing_are_told(tmp_path, drawn, source):
    for seed in range(6):
        (tmp_path / "library").mkdir(exist_ok=True)
        Image.fromarray(drawn(seed, width=160, height=120)).save(tmp_path / "library" / f"{seed}.png")
    rows = [{"path": name, "label": "a"} for name in ("x/7.png", "0.png", "8.png")]
    options = ["--groups", write_table(tmp_path / "groups.csv", rows), "--method", "pca", "--sample", 5]
    options += ["--output", tmp_path / "map"]
    backbone, store = ("--backbone", tiny_backbone(tmp_path)), ("--store", tmp_path / "index")
    if source == "index":
        made = CliRunner().invoke(app, ["index", *map(str, (tmp_path / "library", *store, *backbone))])
        assert made.exit_code == 0
        done = project(*options, *store)
    else:
        done = project(tmp_path / "library", *options, *backbone)
    assert done.exit_code == 0, done.output
    assert f"{tmp_path / 'groups.csv'}: 2 of 3 entries match no picture, first x/7.png" in done.stderr


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [(("--by", "label"), "--by is a column of --groups"), (("--store", "x"), "--store is not looked at")],
)
def test_a_flag_that_would_do_nothing_is_one_sentence(tmp_path, flags, sentence):
    done = project(tmp_path, "--output", tmp_path / "map", *flags)
    assert isinstance(done.exception, UsageError)
    assert sentence in str(done.exception)


def test_a_table_without_the_column_is_one_sentence(tmp_path):
    table = write_table(tmp_path / "labels.csv", [{"file": "1.png", "colour": "red"}])
    done = project(tmp_path, "--groups", table, "--output", tmp_path / "map")
    assert "has no column 'label'; there are file, colour" in complaint(done)


def test_names_with_tabs_do_not_shift_the_table(tmp_path):
    from lineage.insight.projector.board import write_board

    points = Points(("a\tb",), ("",), np.ones((1, 2), np.float32), (np.zeros((4, 4, 3), np.uint8),), 1)
    write_board(points, {}, tmp_path)
    assert (tmp_path / "metadata.tsv").read_text() == "name\tgroup\na b\t-\n"
