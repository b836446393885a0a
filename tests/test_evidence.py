import hashlib
import os
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.geometry import apply as mapped
from lineage.geometry import area, corners, overlap
from lineage.manipulate.apply import apply_all
from lineage.records import (
    Alignment,
    Asset,
    Candidate,
    Changes,
    Edit,
    Entry,
    Evidence,
    Fingerprint,
    Guarantee,
    Hashes,
    Keypoints,
    Location,
    Match,
    Objection,
    Picture,
    Report,
    Residual,
    Restoration,
    Verdict,
    Words,
)
from lineage.tell.evidence import WIDTH, Shown, draw, save_evidence
from lineage.tell.evidence.lettering import wrap
from lineage.tell.evidence.tiles import departures, fitted_into, overlaid, places
from lineage.tell.evidence.words import lines_below


def asset(path="spring/lip_042.tif", root="/library"):
    return Asset("id", "0" * 64, 320, 240, "TIFF", (Location(root, path, 1, 1),))


def alignment(picture, made):
    size, post_size = picture.shape[1::-1], made.pixels.shape[1::-1]
    in_post = overlap(mapped(made.original_to_result, corners(size)), corners(post_size))
    in_asset = mapped(np.linalg.inv(made.original_to_result), in_post)
    return Alignment(
        asset_to_post=made.original_to_result,
        inliers=80,
        agreeing=80,
        spread=1.0,
        expected=120,
        asset_seen=area(in_asset) / area(corners(size)),
        post_covered=area(in_post) / area(corners(post_size)),
        region_in_post=tuple(map(tuple, in_post.tolist())),
        region_in_asset=tuple(map(tuple, in_asset.tolist())),
    )


def verdict(decision="known", *, found=None, cells=None, path="spring/lip_042.tif", root="/library"):
    residual = None if cells is None else Residual(0.8, 0.9, 0.9, 0.05, cells)
    evidence = Evidence(
        Candidate("id", 0.83, "panel", 2.0, 0.4, ("vectors",)),
        asset(path, root),
        found,
        residual,
        edits=(Edit("c2pa.orientation", "mirrored", 1.0, "mirrored"),),
    )
    return Verdict(decision, 0.98, (Match(evidence, 0.98), Match(evidence, 0.01)))


@pytest.fixture(scope="module")
def picture(drawn):
    return drawn(1)


@pytest.fixture(scope="module")
def made(picture):
    return apply_all([("mirror", 0.5), ("rotate", 0.3), ("pad", 0.5)], picture, seed=3)


def head(picture):
    return tuple(int(v) for v in picture[4, 4])


def test_post_asset_and_overlay_stand_side_by_side(picture, made):
    shown = draw(made.pixels, verdict(found=alignment(picture, made)), assets={"id": Shown(picture)}, name="post.jpg")
    assert shown.shape[1] == WIDTH
    assert shown.dtype == np.uint8


def test_each_verdict_has_its_own_colour(picture, made):
    found = alignment(picture, made)
    heads = {
        head(draw(made.pixels, verdict(d, found=found), assets={"id": Shown(picture)}))
        for d in ("known", "review", "novel")
    }
    assert len(heads) == 3


def test_the_overlay_lays_the_post_onto_the_asset(picture, made):
    found = alignment(picture, made)
    laid = np.asarray(overlaid(made.pixels, picture, found, None, (320, 240)), np.float32)
    seen = cv2.fillConvexPoly(np.zeros((240, 320), np.uint8), (np.array(found.region_in_asset) * 320).astype(int), 1)
    inside = cv2.erode(seen, np.ones((9, 9), np.uint8)) > 0
    assert np.abs(laid - picture)[inside].mean() < 8


def test_outside_the_post_the_overlay_shows_the_asset_faded_and_grey(picture):
    half = apply_all([("crop", 0.9)], picture, seed=1)
    found = alignment(picture, half)
    laid = np.asarray(overlaid(half.pixels, picture, found, None, (320, 240)), np.int16)
    seen = cv2.fillConvexPoly(np.zeros((240, 320), np.uint8), (np.array(found.region_in_asset) * 320).astype(int), 1)
    outside = cv2.dilate(seen, np.ones((9, 9), np.uint8)) == 0
    assert (np.ptp(laid, axis=2)[outside] <= 1).all()
    assert laid[outside].min() > 100


def test_cells_that_disagree_are_red_and_those_without_an_answer_are_not(picture, made):
    cells = np.full((2, 2), 0.9, np.float32)
    cells[0, 0], cells[1, 1] = -0.5, np.nan
    found = alignment(picture, made)
    told = departures(verdict(found=found, cells=cells).matches[0].evidence)
    with_cells, without = (
        np.asarray(overlaid(made.pixels, picture, found, c, (320, 240)), np.int16) for c in (told, None)
    )
    changed = (with_cells != without).any(axis=2)
    assert changed[:120, :160].mean() > 0.9
    assert not changed[120:].any()
    assert not changed[:, 160:].any()


def test_the_edit_map_of_the_autoencoder_comes_before_the_residual(picture, made):
    evidence = verdict(found=alignment(picture, made), cells=np.full((3, 4), -0.5, np.float32)).matches[0].evidence
    square = np.full((4, 4), -2.0, np.float32)
    square[1, 2], square[0, 0], square[3] = 0.7, np.nan, np.nan
    told = departures(replace(evidence, restoration=Restoration(0.4, 0.5, 0.9, 4.0, square)))
    assert told is not None
    assert told.shape == (3, 4)
    assert told[1, 2] == pytest.approx(0.7)
    assert (told > 0).sum() == 1


@pytest.mark.parametrize(("part", "counted"), [(False, 3), (True, 1)])
def test_places_are_counted_where_they_are_drawn(picture, made, part, counted):
    cells = np.ones((6, 8), np.float32)
    cells[0, :2] = cells[3, 3] = cells[-1, -1] = -1
    middle = replace(alignment(picture, made), region_in_asset=((0.3, 0.3), (0.7, 0.3), (0.7, 0.6), (0.3, 0.6)))
    evidence = verdict(found=middle, cells=cells).matches[0].evidence
    assert places(evidence, part=part) == counted


UNCHANGED = Changes(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, np.ones((4, 4), np.float32))


def match(key, *, found=None, probability=0.98, objection=None):
    located = Asset(key, "0" * 64, 320, 240, "TIFF", (Location("/library", f"spring/{key}.tif", 1, 1),))
    seen = Evidence(Candidate(key, 0.8, "frame", 0.0, 0.4, ()), located, found, changes=UNCHANGED)
    return Match(seen, probability, objection, known_from=0.5)


def shows(drawn_picture, colour):
    return (np.abs(drawn_picture.astype(int) - colour) < 12).all(axis=2).mean() > 0.01


def in_colours(**colours):
    return {key: Shown(np.full((240, 320, 3), colour, np.uint8)) for key, colour in colours.items()}


GREEN, BLUE, OLIVE = (20, 250, 20), (20, 20, 250), (120, 120, 10)


def test_the_runner_up_is_drawn_below_the_asset(picture):
    told_apart = Verdict("known", 0.98, (match("green"), match("blue", probability=0.01)))
    shown = draw(picture, told_apart, assets=in_colours(green=GREEN, blue=BLUE))
    assert shows(shown, GREEN)
    assert shows(shown, BLUE)


def test_every_source_of_a_collage_is_drawn(picture, made):
    found = alignment(picture, made)
    sources = [match(key, found=found) for key in ("green", "blue", "olive")]
    collage = Verdict("known", 0.98, tuple(sources), guarantee=Guarantee(0.01, 1000, 0.5, 0.1))
    colours = in_colours(green=GREEN, blue=BLUE, olive=OLIVE)
    assert len(collage.claims) == 3
    shown = draw(made.pixels, collage, assets=colours)
    assert all(shows(shown, colour) for colour in (GREEN, BLUE, OLIVE))
    lines = lines_below(collage, (320, 240))
    assert [line.split()[2] for line in lines if line.startswith("made from")] == [
        "spring/green.tif",
        "spring/blue.tif",
        "spring/olive.tif",
    ]


def test_of_a_collage_only_the_part_that_shows_the_asset_is_laid_over_it(picture):
    half = apply_all([("crop", 0.9)], picture, seed=1)
    found = alignment(picture, half)
    left = replace(found, region_in_asset=((0.0, 0.0), (0.5, 0.0), (0.5, 0.75), (0.0, 0.75)))
    whole, part = (overlaid(half.pixels, picture, left, None, (320, 240), part=part) for part in (False, True))
    assert (np.ptp(np.asarray(part, np.int16), axis=2)[:, 165:] <= 1).all()
    assert (np.asarray(whole)[:, :158] == np.asarray(part)[:, :158]).all()


def test_what_speaks_for_an_asset_is_written_in_numbers(picture, made):
    found = verdict(found=alignment(picture, made), cells=np.full((3, 4), 0.9, np.float32))
    assert lines_below(found, (320, 240))[:2] == [
        "mirrored",
        "similarity as a whole 0.83 of 1 · 80 of 120 features agree · agreement where they overlap 0.90 of 1",
    ]


@pytest.mark.parametrize(("decision", "words"), [("review", "in doubt"), ("novel", "not this asset")])
def test_what_speaks_against_the_nearest_is_said_first(decision, words):
    objection = Objection("picture", "differs at the left")
    doubtful = Verdict(decision, 0.3, (match("green", probability=0.3, objection=objection),))
    assert lines_below(doubtful, (320, 240))[0] == f"{words}: differs at the left"


def test_a_verdict_that_does_not_rest_on_the_probability_shows_none(picture):
    rated = verdict()
    drawings = (draw(picture, one, assets={"id": Shown(picture)}) for one in (rated, rated.overruled("person")))
    corners_ = [drawing[:76, -174:].reshape(-1, 3) for drawing in drawings]
    assert [len(np.unique(pixels, axis=0)) > 1 for pixels in corners_] == [True, False]


def test_without_geometry_there_is_no_overlay(picture, made):
    two = draw(made.pixels, verdict("review"), assets={"id": Shown(picture)})
    assert two.shape[1] == WIDTH
    assert (two[130:140, WIDTH // 2 - 4 : WIDTH // 2 + 4] == two[120, 2]).all()  # the gap between two tiles


def test_a_post_that_nothing_resembles_stands_alone(picture):
    alone = draw(picture, Verdict("novel", 0.9, ()), name="post.jpg")
    assert alone.shape[1] == WIDTH


@pytest.mark.parametrize("shape", [(40, 4000, 3), (4000, 40, 3), (1, 1, 3)])
def test_extreme_shapes_are_drawn_at_a_sane_size(shape, picture):
    extreme = np.full(shape, 90, np.uint8)
    shown = draw(extreme, verdict("review"), assets={"id": Shown(picture)})
    assert 200 < shown.shape[0] < 900


@pytest.mark.parametrize(
    "path", ["Frühjahr/Größe.tif", "春/カタログ.tif", "a" * 400 + "/x.tif", "line\nbreak.tif", "\udce4.tif"]
)
def test_any_path_can_be_written(path, picture):
    assert draw(picture, verdict("review", path=path), assets={"id": Shown(picture)}, name=path).shape[1] == WIDTH


def test_long_texts_go_on_in_the_next_line_and_lose_nothing():
    text = "not spring/lip_043.tif (p 0.004): differs at the left: 12 % of what can be compared"
    lines, font = wrap(text, size=20, width=300)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(font.getlength(line) <= 300 for line in lines)


def test_only_a_name_longer_than_a_line_loses_its_middle():
    lines, font = wrap("made from campaigns/2024/" + "folder/" * 40 + "lip_042.tif · mirrored", size=20, width=300)
    first, name, last = lines
    assert (first, last) == ("made from", "· mirrored")
    assert name.startswith("campa")
    assert name.endswith("_042.tif")
    assert "…" in name
    assert font.getlength(name) <= 300


def test_short_texts_are_left_alone():
    assert wrap("lip_042.tif", size=20, width=300)[0] == ["lip_042.tif"]


def test_a_tile_keeps_the_shape_of_its_picture(picture):
    assert fitted_into(picture, (160, 400)).size == (160, 120)


class Shelf:
    """As much of a store as is asked here: one entry."""

    def __init__(self, entry):
        self.entry = entry

    def entries(self, ids):
        return dict.fromkeys(ids, self.entry)


def entry(picture, root):
    none = np.zeros((0,), np.float32)
    preview = cv2.imencode(".webp", picture[..., ::-1])[1].tobytes()
    keypoints = Keypoints(none.reshape(0, 2), none, none, np.zeros((0, 32), np.uint8))
    words = Words(none.astype(np.uint32), none)
    file = root / "a.png"
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "0" * 64
    known = replace(asset("a.png", str(root)), sha256=digest)
    return Entry(known, Fingerprint(none, Hashes("0" * 16, "0" * 64, 0), keypoints, words, preview))


def saved(picture, root, folder, query, *, kept=None):
    engine = SimpleNamespace(store=Shelf(kept or entry(picture, root)))
    report = Report(query, verdict(path="a.png", root=str(root)))
    return save_evidence(engine, Picture(picture, 320, 240, "PNG"), report, folder)


def test_the_file_is_named_after_the_post(picture, tmp_path):
    path = saved(picture, tmp_path, tmp_path / "new" / "folder", "post.jpg")
    assert path == tmp_path / "new" / "folder" / "post.jpg.lineage.png"
    with Image.open(path) as image:
        assert image.width == WIDTH


@pytest.mark.parametrize("letter", ["a", "é", "\udcff"])
def test_posts_with_the_longest_names_get_files_of_their_own(picture, tmp_path, letter):
    names = [letter * (250 // len(os.fsencode(letter))) + end for end in ("1.jpg", "2.jpg")]
    one, other = (saved(picture, tmp_path, tmp_path / "e", name) for name in names)
    assert one != other
    assert one.exists()
    assert other.exists()


def test_posts_of_the_same_name_in_two_folders_get_two_files(picture, tmp_path):
    assert saved(picture, tmp_path, tmp_path, "a/post.jpg") != saved(picture, tmp_path, tmp_path, "b/post.jpg")


def tile(path):
    """The asset as drawn beside the post."""
    with Image.open(path) as image:
        return np.asarray(image)[120:400, 620:1180]


def test_the_assets_file_is_shown_as_long_as_it_is_the_assets(drawn, tmp_path):
    Image.fromarray(drawn(2)).save(tmp_path / "a.png")
    kept = entry(drawn(1), tmp_path)  # with a preview that can be told from the file
    there = tile(saved(drawn(1), tmp_path, tmp_path / "e", "there.jpg", kept=kept))
    Image.fromarray(drawn(3)).save(tmp_path / "a.png")
    replaced = tile(saved(drawn(1), tmp_path, tmp_path / "e", "replaced.jpg", kept=kept))
    (tmp_path / "a.png").unlink()
    gone = tile(saved(drawn(1), tmp_path, tmp_path / "e", "gone.jpg", kept=kept))
    assert (there != gone).mean() > 0.5
    assert np.array_equal(replaced, gone)
