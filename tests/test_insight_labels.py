"""Labels through the commands, on drawn pictures that show a red disc, a green cross, both or neither."""

from __future__ import annotations

import csv
import io
import json
import re

import cv2
import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from lineage.cli.labels import app
from lineage.errors import UsageError, WeightsError
from lineage.insight.labels import examples
from lineage.insight.labels.head import HeadRecipe
from lineage.insight.labels.model import load_model
from lineage.insight.labels.regions import look
from lineage.insight.labels.truth import LabelsForm, read_truth, with_same_together
from tests.insight_samples import paint, tiny_backbone, write_table
from tests.odd_names import ODD, SHOWN, raw_in

PICTURES = 60


def lineage(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)


def shown(number: int) -> list[str]:
    return [["disc"], ["cross"], ["disc", "cross"], [], []][number % 5]


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory, drawn, fast):
    """Labelled pictures with their CSV, strangers, and a model fitted to them."""
    place = tmp_path_factory.mktemp("labels")
    (place / "images").mkdir()
    (place / "strangers").mkdir()
    rows = []
    for number in range(PICTURES):
        background = cv2.GaussianBlur(drawn(number, width=160, height=120), (0, 0), 6)
        Image.fromarray(paint(background, shown(number), seed=number)).save(place / "images" / f"{number}.png")
        rows.append({"file": f"{number}.png", "brands": "|".join(shown(number)), "shoot": number // 2})
    for number in range(6):
        grey = np.random.default_rng(number).integers(0, 256, (60, 80, 1), np.uint8).repeat(3, 2)
        Image.fromarray(grey).save(place / "strangers" / f"{number}.png")
    write_table(place / "labels.csv", rows)
    done = lineage("fit", place / "labels.csv", "--labels", "brands", "--output", place / "model", *fast)
    assert done.exit_code == 0, done.output
    return place


@pytest.fixture(scope="module")
def fast(tmp_path_factory):
    """Options that keep the work small."""
    return "--region", "whole", "--copies", "1", "--backbone", tiny_backbone(tmp_path_factory.mktemp("weights"))


def complaint(done) -> str:
    assert isinstance(done.exception, (UsageError, WeightsError)), done.output
    return str(done.exception)


def test_labels_are_found_on_pictures(place):
    done = lineage("predict", place / "model", place / "images", "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    right = [set(answer["labels"]) == set(shown(int(answer["picture"].split("/")[-1][:-4]))) for answer in answers]
    assert len(answers) == PICTURES
    assert sum(right) > 0.8 * PICTURES


def test_pictures_of_something_else_get_no_label(place):
    answers = lineage("predict", place / "model", place / "strangers", "--json").stdout.splitlines()
    assert [json.loads(line)["labels"] for line in answers] == [[]] * 6


def test_csv_has_a_probability_a_class(place):
    (row,) = csv.DictReader(io.StringIO(lineage("predict", place / "model", place / "images/0.png", "--csv").stdout))
    assert row["labels"] == "disc"
    assert float(row["disc"]) > float(row["cross"])


def test_a_person_reads_none_where_nothing_is_shown(place):
    assert lineage("predict", place / "model", place / "strangers/0.png").stdout.endswith(
        "0.png  none of the classes\n"
    )


def test_an_odd_name_is_shown_as_it_is_written(place, tmp_path, clip):
    picture = tmp_path / f"{ODD}.png"
    picture.write_bytes((place / "images/0.png").read_bytes())
    assert f"{SHOWN}.png  disc" in lineage("predict", place / "model", picture).stdout
    texts = ("--text", "a [red] disc", "--text", "a [red] :smile:", "--backbone", clip)
    line = lineage("zero-shot", picture, *texts).stdout
    assert line.count("\n") == 1
    assert f"{SHOWN}.png  a [red] " in line


def test_a_report_is_drawn_for_odd_names(place, tmp_path, fast):
    rows = []
    for number in range(PICTURES):
        name = f"{ODD}{number}.png"
        (tmp_path / name).write_bytes((place / f"images/{number}.png").read_bytes())
        rows.append({"file": name, "brands": "|".join(f"{sign} $a$ [red]" for sign in shown(number))})
    write_table(tmp_path / "odd.csv", rows)
    done = lineage("report", tmp_path / "odd.csv", "--labels", "brands", "--output", tmp_path / "report", *fast)
    assert done.exit_code == 0, done.output
    assert not raw_in(tmp_path / "report")


def test_an_unreadable_picture_is_named_and_the_others_are_labelled(place, tmp_path):
    (tmp_path / "broken.jpg").write_text("no picture")
    done = lineage("predict", place / "model", tmp_path / "broken.jpg", place / "images/0.png")
    assert done.exit_code == 1
    assert "broken.jpg" in done.stderr
    assert "0.png  disc" in done.stdout


def test_a_model_is_read_back_as_it_was_written(place):
    model = load_model(place / "model")
    assert model.classes == ("cross", "disc")
    assert model.eyes[0].region == "whole"
    assert 0 < model.rule.known_from <= 1.1


@pytest.fixture(scope="module")
def reported(place, tmp_path_factory, fast):
    folder = tmp_path_factory.mktemp("report")
    arguments = ("--labels", "brands", "--group", "shoot", "--strangers", place / "strangers", "--output", folder)
    done = lineage("report", place / "labels.csv", *arguments, *fast)
    assert done.exit_code == 0, done.output
    return done, folder, json.loads((folder / "report.json").read_text())


def test_the_report_compares_with_neighbours_on_the_same_pictures(reported):
    assert set(reported[2]["rows"]) == {"torchscript:64@colours.pt whole", "nearest neighbours"}
    assert {"macro_f1", "known_auroc"} == set(reported[2]["above"]["torchscript:64@colours.pt whole"])
    assert "held-out pictures" in reported[0].stdout
    assert not re.search(r"[ (+–]\.\d", reported[0].stdout)  # 0.93, never .93


def test_figures_lie_within_their_intervals(reported):
    figures = [figure for row in reported[2]["rows"].values() for figure in row.values() if figure["low"] is not None]
    assert figures
    assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in figures)


def test_the_report_says_what_each_guard_lets_pass(reported):
    guards = reported[2]["guards"]
    assert (
        guards["and both, as shipped"]["strangers"]["value"]
        <= guards["thresholds of the classes alone"]["strangers"]["value"]
    )


def test_the_page_holds_its_plots(reported):
    page = (reported[1] / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 5
    assert "http" not in page


def test_tensorboard_gets_events(reported):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(reported[1] / "tensorboard")).Reload()
    assert "images" in events.Tags()
    assert any(tag.startswith("mean average precision/") for tag in events.Tags()["scalars"])
    assert sorted(events.Tags()["images"]) == ["classes", "confusion", "learning", "open-world"]


def test_two_regions_are_averaged_as_an_ensemble(place, tmp_path, fast):
    done = lineage(
        "report", place / "labels.csv", "--labels", "brands", "--output", tmp_path, *fast, "--region", "whole,tiles"
    )
    assert done.exit_code == 0, done.output
    assert "ensemble" in json.loads((tmp_path / "report.json").read_text())["rows"]


def test_search_chooses_among_recipes(place, tmp_path, fast):
    done = lineage("fit", place / "labels.csv", "--labels", "brands", "--output", tmp_path / "m", *fast, "--search")
    assert done.exit_code == 0, done.output
    assert re.search(r"held-out pictures: (labels exactly right on \d+ %|too few to say)", done.stdout)


def test_the_learning_curve_is_that_of_the_recipe_that_was_chosen(place, tmp_path, fast, monkeypatch):
    bad, good = HeadRecipe(alpha=1e6, landmarks=2), HeadRecipe()
    monkeypatch.setattr("lineage.insight.labels.head.SEARCHED", (bad, good))
    shared = ("report", place / "labels.csv", "--labels", "brands", *fast)
    for name, search in (("searched", ["--search"]), ("plain", [])):
        (tmp_path / name).mkdir()
        done = lineage(*shared, "--output", tmp_path / name, *search)
        assert done.exit_code == 0, done.output
    curves = [json.loads((tmp_path / name / "report.json").read_text())["curve"] for name in ("searched", "plain")]
    assert curves[0] == curves[1]


def test_files_of_one_picture_stay_together_when_pictures_are_divided(tmp_path, drawn):
    for number in range(3):
        Image.fromarray(drawn(min(number, 1))).save(tmp_path / f"{number}.{'jpg' if number == 2 else 'png'}")
    rows = [{"file": "0.png", "label": ""}, {"file": "1.png", "label": "a"}, {"file": "2.jpg", "label": "b"}]
    write_table(tmp_path / "labels.csv", rows)
    first, second, third = with_same_together(read_truth(tmp_path / "labels.csv", LabelsForm())).groups
    assert second == third != first


def test_a_level_that_the_pictures_of_none_cannot_back_is_told(place, tmp_path, fast):
    options = ("--labels", "brands", *fast, "--false-labels", 0.01)
    for command, output in (("fit", tmp_path / "m"), ("report", tmp_path / "report")):
        done = lineage(command, place / "labels.csv", *options, "--output", output)
        assert done.exit_code == 0, done.output
        assert (
            "labels.csv: too few pictures of none to back --false-labels 0.01, at least 99 unseen ones" in done.stderr
        )
    assert lineage("predict", tmp_path / "m", place / "images/0.png").stdout.endswith("0.png  none of the classes\n")


def test_pictures_of_something_else_may_be_given_as_negatives(place, tmp_path, fast):
    options = ("--labels", "brands", "--negatives", place / "strangers", "--output", tmp_path / "m")
    done = lineage("fit", place / "labels.csv", *options, *fast)
    assert f"2 classes from {PICTURES + 6} pictures" in done.stdout


def test_vectors_are_kept_so_that_a_second_run_makes_none(place, tmp_path, fast, monkeypatch):
    def refuse(*_):
        raise AssertionError("looked again")

    monkeypatch.setattr("lineage.insight.labels.examples.look", refuse)
    done = lineage("fit", place / "labels.csv", "--labels", "brands", "--output", tmp_path / "m", *fast)
    assert done.exit_code == 0, done.output


def test_vectors_that_other_code_or_libraries_made_are_made_anew(place, tmp_path, fast, monkeypatch):
    asked = []

    def noted(*given):
        asked.append(given)
        return look(*given)

    monkeypatch.setattr("lineage.insight.labels.examples.look", noted)
    options = ("fit", place / "labels.csv", "--labels", "brands", "--output", tmp_path / "m", *fast)
    for version in ("of today", "of tomorrow"):
        monkeypatch.setattr("lineage.machine.provenance.version", lambda _, version=version: version)
        examples._maker.cache_clear()
        lineage(*options)
    monkeypatch.undo()
    examples._maker.cache_clear()
    assert len(asked) == 2 * -(-PICTURES // examples.BATCH)


@pytest.mark.parametrize("flag", ["--other", "--skip"])
def test_a_misspelt_label_is_one_sentence(place, tmp_path, flag):
    done = lineage("fit", place / "labels.csv", "--labels", "brands", flag, "disc,crosss", "--output", tmp_path / "m")
    assert complaint(done).endswith(f"no picture has the label 'crosss' of {flag}; there are cross, disc")


@pytest.mark.parametrize("flag", ["--region", "--backbone"])
def test_nothing_between_commas_is_one_sentence(place, tmp_path, flag):
    done = lineage("fit", place / "labels.csv", "--labels", "brands", flag, " , ", "--output", tmp_path / "m")
    assert complaint(done).startswith(f"{flag} names nothing")


def test_a_region_that_is_named_twice_counts_once(place, tmp_path, fast):
    options = ("--labels", "brands", "--output", tmp_path / "m", *fast, "--region", "whole,whole")
    assert lineage("fit", place / "labels.csv", *options).exit_code == 0
    assert [eye.region for eye in load_model(tmp_path / "m").eyes] == ["whole"]


def test_a_store_for_pictures_is_refused(place):
    done = lineage("predict", place / "model", place / "images", "--store", place)
    assert complaint(done) == "--store is where --index looks; leave it out, or label what is in the index"


def test_an_unknown_label_column_is_one_sentence(place, tmp_path):
    done = lineage("fit", place / "labels.csv", "--labels", "colour", "--output", tmp_path / "m")
    assert complaint(done).endswith("has no column 'colour'; there are file, brands, shoot")


def test_one_class_that_all_pictures_show_is_one_sentence(place, tmp_path):
    file = write_table(place / "one.csv", [{"file": f"{n}.png", "brands": "disc"} for n in range(20)])
    assert "all 20 pictures have the label 'disc'" in complaint(lineage("fit", file, "--output", tmp_path / "m"))


def test_a_column_without_a_label_is_one_sentence(place, tmp_path):
    file = write_table(place / "zero.csv", [{"file": f"{n}.png", "hat": n % 2, "beard": 0} for n in range(20)])
    assert "no picture has the label 'beard'" in complaint(lineage("fit", file, "--output", tmp_path / "m"))


def test_a_cell_that_is_neither_0_nor_1_is_one_sentence(place, tmp_path):
    file = write_table(place / "odd.csv", [{"file": "0.png", "hat": "perhaps", "beard": 0}])
    assert "odd.csv, line 2: hat is 'perhaps'" in complaint(lineage("fit", file, "--output", tmp_path / "m"))


def test_a_missing_picture_is_one_sentence(place, tmp_path):
    file = write_table(place / "gone.csv", [{"file": "gone.png", "brands": "disc"}, {"file": "0.png", "brands": ""}])
    assert "there is no picture 'gone.png'" in complaint(lineage("fit", file, "--output", tmp_path / "m"))


def test_too_few_pictures_are_one_sentence(place, tmp_path):
    file = write_table(place / "few.csv", [{"file": f"{n}.png", "brands": "disc" * (n % 2)} for n in range(6)])
    assert "6 pictures in 6 groups are too few" in complaint(lineage("fit", file, "--output", tmp_path / "m"))


def test_several_labels_where_one_is_promised_are_one_sentence(place, tmp_path):
    done = lineage("fit", place / "labels.csv", "--labels", "brands", "--single", "--output", tmp_path / "m")
    assert "leave --single out" in complaint(done)


def test_a_missing_table_is_one_sentence(tmp_path):
    assert "no.csv: cannot be read" in complaint(lineage("fit", tmp_path / "no.csv", "--output", tmp_path / "m"))


def test_a_file_that_is_no_model_is_one_sentence(place):
    assert "not a label model" in complaint(lineage("predict", place / "labels.csv", place / "images"))


def test_an_unknown_region_is_one_sentence(place, tmp_path, fast):
    done = lineage("fit", place / "labels.csv", "--labels", "brands", "--output", tmp_path / "m", "--region", "feet")
    assert complaint(done).startswith("feet: no such region; there are whole, tiles, face, head")


TINY_CLIP = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """An open_clip model with a text tower and random weights."""
    folder = tmp_path_factory.mktemp("clip")
    (folder / "lineage-zero-shot.json").write_text(json.dumps(TINY_CLIP), encoding="utf-8")
    open_clip.add_model_config(folder / "lineage-zero-shot.json")
    torch.manual_seed(0)
    torch.save(open_clip.create_model("lineage-zero-shot").state_dict(), folder / "clip.pt")
    return f"open_clip:lineage-zero-shot@{folder / 'clip.pt'}"


def test_zero_shot_gives_each_sentence_a_probability(place, clip):
    done = lineage(
        "zero-shot", place / "images/0.png", "--text", "a disc", "--text", "a cross", "--backbone", clip, "--json"
    )
    shares = json.loads(done.stdout)["probabilities"]
    assert set(shares) == {"a disc", "a cross"}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)


def test_a_backbone_without_text_tower_is_one_sentence(place):
    done = lineage("zero-shot", place / "images/0.png", "--text", "a", "--text", "b", "--backbone", "lite0")
    assert "lite0: has no text tower" in complaint(done)


def test_one_sentence_is_nothing_to_choose_from(place, clip):
    assert "at least two" in complaint(lineage("zero-shot", place / "images", "--text", "a", "--backbone", clip))
