"""Recommendation: votes worked out by hand, and one profile through labels, index and picture."""

from __future__ import annotations

import json

import cv2
import pytest
from PIL import Image
from typer.testing import CliRunner

from lineage.cli import app
from lineage.errors import UsageError
from lineage.insight.labels.predict import Labelled
from lineage.insight.recommend.choose import choose
from lineage.insight.recommend.picture import file_name
from tests.insight_samples import paint, tiny_backbone, write_table
from tests.odd_names import ODD, SHOWN

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
    assert suggest([picture("1", ("hat", "glasses"), hat=0.6, glasses=0.9)]).label == "glasses"


def test_nothing_is_suggested_below_the_least_share():
    found = suggest([picture("1", ("hat",)), *(picture(str(n), ()) for n in range(2, 6))])
    assert (found.label, found.leads) == (None, ())
    assert found.title == "ann: no items detected"


def test_nothing_is_suggested_where_nothing_is_shown():
    assert suggest([picture("1", ())], least=0.0).label is None


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
    assert "bob: no items detected" in done.stdout


def test_odd_names_are_shown_as_they_are_written(place, tmp_path):
    picture = place / f"{ODD}.png"
    picture.write_bytes((place / "ann/0.png").read_bytes())
    posts = write_table(place / "odd.csv", [{"post": picture.name, "account": ODD}])
    done = run("recommend", posts, "--model", place / "model", "--nearest", 0, "--output", tmp_path)
    assert done.exit_code == 0, done.output
    title, lead, *_ = done.stdout.splitlines()
    assert title == f"{SHOWN}: disc, on 1 of 1 pictures"
    assert f"{SHOWN}.png  p " in lead


def test_the_picture_is_titled_with_the_suggestion(place, tmp_path):
    run("recommend", place / "ann", "--model", place / "model", "--output", tmp_path)
    run("recommend", place / "bob", "--model", place / "model", "--output", tmp_path)
    with Image.open(tmp_path / "ann.png") as found, Image.open(tmp_path / "bob.png") as nothing:
        assert found.height > nothing.height  # the nearest assets lie below


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
    assert "ann: disc, on 1 of 1 pictures" in done.stdout


def test_entries_of_the_catalogue_that_the_index_lacks_are_told(place):
    rows = [{"asset": name, "label": "disc"} for name in ("gone.png", "disc0.png", "lost.png")]
    catalogue = write_table(place / "lacking.csv", rows)
    done = run("recommend", place / "ann", "--model", place / "model", "--catalogue", catalogue)
    assert done.exit_code == 0, done.output
    assert f"{catalogue}: 2 of 3 entries match nothing in the index, first gone.png" in done.stderr


def test_a_table_without_accounts_is_one_sentence(place):
    write_table(place / "odd.csv", [{"post": "ann/0.png", "account": ""}])
    assert "no post has an account" in complaint(run("recommend", place / "odd.csv", "--model", place / "model"))
