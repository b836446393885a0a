"""Recommendation: votes worked out by hand, and one profile through labels, index and picture."""

from __future__ import annotations

import json
import re
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from lineage.cli import app
from lineage.errors import UsageError
from lineage.insight.labels.predict import Labelled
from lineage.insight.recommend.choose import choose
from lineage.insight.recommend.picture import file_name
from lineage.reporting.contact_sheet import broken, contact_sheet
from tests.insight_samples import paint, tiny_backbone, write_table
from tests.odd_names import ODD, SHOWN
from tests.tiny_yunet import write_tiny_yunet

CLASSES = ("hat", "glasses")


def picture(name: str, labels: tuple[str, ...], hat: float = 0.1, glasses: float = 0.1) -> Labelled:
    return Labelled(name, labels, (hat, glasses), 1.0, 1.0)


def suggest(pictures, least=0.25):
    return choose("ann", pictures, CLASSES, least=least)


def test_the_label_on_most_pictures_is_suggested_with_the_pictures_that_led_to_it():
    found = suggest(
        [picture("1", ("hat",), hat=0.6), picture("2", ("hat", "glasses"), hat=0.9, glasses=0.99), picture("3", ())]
    )
    assert (found.label, found.share) == ("hat", 2 / 3)
    assert [lead.name for lead in found.leads] == ["2", "1"]
    assert found.shares == (("hat", 2 / 3), ("glasses", 1 / 3))


def test_of_equal_shares_the_more_probable_label_is_suggested():
    found = suggest([picture("1", ("hat", "glasses"), hat=0.6, glasses=0.9)])
    assert found.label == "glasses"
    assert found.title == "ann: glasses, on 1 of 1 picture; hat is on as many, less surely"


def test_nothing_is_suggested_below_the_least_share():
    found = suggest([picture("1", ("hat",)), *(picture(str(n), ()) for n in range(2, 6))])
    assert (found.label, found.leads) == (None, ())
    most = "hat, the commonest label, is on 1 of 5 pictures"
    assert found.title == f"ann: nothing to suggest; {most}, and 25 % are asked for"


def test_nothing_is_suggested_where_nothing_is_shown():
    found = suggest([picture("1", ()), picture("2", ())], least=0.0)
    assert found.label is None
    assert found.title == "ann: nothing to suggest; of 2 pictures none shows any of the labels"


@pytest.mark.parametrize("account", ["a/b", "../up", "", "..", "a\0b"])
def test_no_account_leads_out_of_the_output_folder(account):
    assert not {"/", "\0"} & set(file_name(account))
    assert not file_name(account).startswith("..")
    assert file_name(account) != file_name(account.replace("/", "_") + "x")


def test_an_account_that_is_a_file_name_keeps_it():
    assert file_name("@daily.looks") == "@daily.looks"


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def complaint(done) -> str:
    assert isinstance(done.exception, UsageError), done.output
    return str(done.exception)


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn):
    """A model for discs and crosses, an index of both, and profiles."""
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("recommend")
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        patch.setenv("LINEAGE_BACKBONE", tiny_backbone(place))
        patch.setenv("LINEAGE_STORE", str(place / "index"))

        def save(file, signs, seed):
            file.parent.mkdir(parents=True, exist_ok=True)
            background = cv2.GaussianBlur(drawn(seed, width=160, height=120), (0, 0), 6)
            Image.fromarray(paint(background, signs, seed=seed)).save(file)

        rows = []
        for number in range(48):
            signs = [["disc"], ["cross"], [], []][number % 4]
            save(place / "fit" / f"{number}.png", signs, number)
            rows.append({"file": f"{number}.png", "sign": "|".join(signs)})
        write_table(place / "fit" / "labels.csv", rows)
        for number in range(3):
            save(place / "library" / f"disc{number}.png", ["disc"], 100 + number)
            save(place / "library" / f"cross{number}.png", ["cross"], 100 + number)
            save(place / "ann" / f"{number}.png", ["disc"], 200 + number)
            save(place / "bob" / f"{number}.png", [], 204 + number)
        write_table(
            place / "posts.csv",
            [{"post": f"{who}/{n}.png", "account": who} for who in ("ann", "bob") for n in range(3)],
        )
        write_table(
            place / "catalogue.csv",
            [{"asset": f"{sign}{n}.png", "label": sign} for sign in ("disc", "cross") for n in range(3)],
        )
        options = ("--region", "whole", "--copies", 1, "--output", place / "model")
        assert run("labels", "fit", place / "fit/labels.csv", *options).exit_code == 0
        assert run("index", place / "library").exit_code == 0
        yield place


def test_a_profile_gets_its_label_and_assets_of_that_label(place):
    options = ("--model", place / "model", "--catalogue", place / "catalogue.csv", "--json")
    answer = json.loads(run("recommend", place / "ann", *options).stdout)
    assert answer["label"] == "disc"
    assert {asset["path"] for asset in answer["assets"]} == {f"disc{n}.png" for n in range(3)}


def test_each_account_of_a_table_is_a_profile(place):
    done = run("recommend", place / "posts.csv", "--model", place / "model", "--nearest", 0)
    assert "ann: disc, on 3 of 3 pictures" in done.stdout
    assert "bob: nothing to suggest; of 3 pictures none shows any of the labels" in done.stdout


def test_odd_names_are_shown_as_they_are_written(place, tmp_path):
    picture = place / f"{ODD}.png"
    picture.write_bytes((place / "ann/0.png").read_bytes())
    posts = write_table(place / "odd.csv", [{"post": picture.name, "account": ODD}])
    done = run("recommend", posts, "--model", place / "model", "--nearest", 0, "--output", tmp_path)
    assert done.exit_code == 0, done.output
    title, lead, *_ = done.stdout.splitlines()
    assert title == f"{SHOWN}: disc, on 1 of 1 picture"
    assert f"{SHOWN}.png  disc " in lead


def test_the_picture_is_titled_with_the_suggestion(place, tmp_path):
    run("recommend", place / "ann", "--model", place / "model", "--output", tmp_path)
    run("recommend", place / "bob", "--model", place / "model", "--output", tmp_path)
    with Image.open(tmp_path / "ann.png") as found, Image.open(tmp_path / "bob.png") as nothing:
        assert found.height > nothing.height  # the nearest assets lie below


def test_below_the_floor_nothing_in_the_library_suits(place, tmp_path):
    options = ("--model", place / "model", "--least-similar", 1, "--output", tmp_path)
    done = run("recommend", place / "ann", *options)
    assert re.search(r"nothing in the library suits; the nearest is \w+\.png, similarity 0\.\d\d, below 1", done.stdout)
    assert " suits disc" not in done.stdout
    answer = json.loads(run("recommend", place / "ann", *options, "--json").stdout)
    assert answer["assets"] == []
    assert answer["nothing_suits"].startswith("nothing in the library suits")


@pytest.fixture
def team(place, tmp_path):
    """A folder of two profiles, and one picture right in it."""
    for name in ("ann", "bob"):
        shutil.copytree(place / name, tmp_path / "team" / name)
    shutil.copy(place / "ann" / "0.png", tmp_path / "team" / "own.png")
    return tmp_path / "team"


def test_each_sub_folder_is_a_profile_of_its_own(place, team):
    done = run("recommend", team, "--model", place / "model", "--nearest", 0)
    titles = [line.split(":")[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert sorted(titles) == ["ann", "bob", "team"]


def test_sub_folders_are_one_profile_where_that_is_wanted(place, team):
    done = run("recommend", team, "--model", place / "model", "--nearest", 0, "--one-profile")
    assert done.stdout.startswith("team: disc, on 4 of 7 pictures\n")


def test_the_faces_that_a_model_looks_at_are_drawn(place, tmp_path):
    network = write_tiny_yunet(tmp_path / "yunet.onnx")
    options = ("--region", f"face@{network}", "--copies", 0, "--output", tmp_path / "faces")
    assert run("labels", "fit", place / "fit/labels.csv", *options).exit_code == 0
    for model in ("model", "faces"):
        file = place / "model" if model == "model" else tmp_path / "faces"
        done = run("recommend", place / "bob", "--model", file, "--nearest", 0, "--output", tmp_path / f"{model} drawn")
        assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "model drawn/bob.png") as plain, Image.open(tmp_path / "faces drawn/bob.png") as faces:
        assert faces.height > plain.height + 200


def test_a_long_title_is_broken_and_not_cut():
    pixels = np.full((50, 50, 3), 128, np.uint8)
    short, long = (contact_sheet([(pixels, ["a"])], title=title) for title in ("one", "one word after the other " * 9))
    assert long.width == short.width
    assert long.height >= short.height + 40


def test_a_strip_covers_no_picture_beside_it():
    strip, beside = np.zeros((30, 360, 3), np.uint8), np.full((90, 90, 3), 99, np.uint8)
    sheet = np.array(contact_sheet([(beside, ["a"]), (strip, ["b"])], side=90))
    assert (sheet[:90] == 99).sum() == beside.size


def test_a_long_path_below_a_picture_is_shown_whole():
    path = "spring/2026/campaign with a long name/IMG_20260401_120000_final.tif"
    lines = list(broken(path, 180))
    assert len(lines) > 1
    assert " ".join(lines).replace(" ", "") == path.replace(" ", "")


def test_an_empty_profile_is_one_sentence(place, tmp_path):
    (tmp_path / "empty").mkdir()
    assert complaint(run("recommend", tmp_path / "empty", "--model", place / "model")).endswith("no pictures found")


def test_a_profile_without_a_readable_picture_is_one_sentence(place, tmp_path):
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve/1.jpg").write_text("no picture")
    assert "eve: none of its 1 pictures can be read" in complaint(
        run("recommend", tmp_path / "eve", "--model", place / "model", "--nearest", 0)
    )


@pytest.mark.parametrize("flag", ["--catalogue", "--store"])
def test_a_flag_that_would_do_nothing_is_one_sentence(place, flag):
    options = ("--model", place / "model", "--nearest", 0, flag, place / "catalogue.csv")
    assert f"--nearest 0 names no assets; leave {flag} out" in complaint(run("recommend", place / "ann", *options))


def test_the_other_profiles_are_told_where_one_cannot_be(place):
    (place / "eve").mkdir()
    (place / "eve/1.jpg").write_text("no picture")
    rows = [{"post": name, "account": name[:3]} for name in ("eve/1.jpg", "ann/0.png")]
    done = run("recommend", write_table(place / "some.csv", rows), "--model", place / "model", "--nearest", 0)
    assert done.exit_code == 1
    assert "eve: none of its 1 pictures can be read" in done.stderr
    assert "ann: disc, on 1 of 1 picture" in done.stdout


def test_entries_of_the_catalogue_that_the_index_lacks_are_told(place):
    rows = [{"asset": name, "label": "disc"} for name in ("gone.png", "disc0.png", "lost.png")]
    catalogue = write_table(place / "lacking.csv", rows)
    done = run("recommend", place / "ann", "--model", place / "model", "--catalogue", catalogue)
    assert done.exit_code == 0, done.output
    assert f"{catalogue}: 2 of 3 entries match nothing in the index, first gone.png" in done.stderr


def test_a_table_without_accounts_is_one_sentence(place):
    write_table(place / "odd.csv", [{"post": "ann/0.png", "account": ""}])
    assert "no post has an account" in complaint(run("recommend", place / "odd.csv", "--model", place / "model"))
