"""What the network looks at: parts that add up, heat where the likeness is, pictures that excite their channel."""

from __future__ import annotations

import json
import os
import re

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from lineage.backbones.clip import load_open_clip
from lineage.backbones.lite import Lite
from lineage.backbones.lite0 import fill_with_imagenet
from lineage.backbones.load import load
from lineage.backbones.module import ModuleEmbedder
from lineage.cli import app
from lineage.errors import UsageError
from lineage.insight.explain.channels import exciting_pictures, first_filters
from lineage.insight.explain.draw import with_heat
from lineage.insight.explain.heat import Heat, heat
from lineage.insight.explain.label import label_heat
from lineage.insight.explain.network import keep_maps, network_of
from lineage.insight.labels.model import load_model
from lineage.insight.labels.predict import load_members
from lineage.records import BackboneSpec
from tests.command import call
from tests.insight_samples import paint, tiny_backbone, write_table
from tests.odd_names import ODD, SHOWN

CPU = torch.device("cpu")
HALF = (0.5, 0.5, 0.5)


@pytest.fixture(scope="module")
def lite0():
    return load("lite0", threads=1, device="cpu")


@pytest.fixture(scope="module")
def pooled():
    """A network as the trained ones are, with a generalised mean and a linear layer."""
    torch.manual_seed(0)
    network = Lite(16)
    fill_with_imagenet(network.trunk, network.widen)
    torch.nn.init.zeros_(network.head.bias)
    return ModuleEmbedder(BackboneSpec("small", 16, 96, HALF, HALF, "none", "0" * 64), network, device=CPU)


@pytest.mark.parametrize("name", ["lite0", "pooled"])
def test_the_parts_of_all_places_add_up_to_the_cosine(name, drawn, request):
    embedder = request.getfixturevalue(name)
    found = heat(embedder, drawn(1), drawn(2))
    vectors = embedder.embed([drawn(1), drawn(2)])
    assert found.cosine == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-3)
    assert found.places.sum() == pytest.approx(found.cosine, abs=1e-3)
    assert found.channels.sum() == pytest.approx(found.cosine, abs=1e-3)


def test_heat_lies_where_the_other_picture_is(lite0, drawn):
    post = np.full((240, 480, 3), 255, np.uint8)
    post[:, :240] = drawn(3, width=240, height=240)
    places = heat(lite0, post, drawn(3, width=240, height=240)).places
    assert places[:, :3].sum() > 1.5 * places[:, 4:].sum()


def test_half_of_the_similarity_comes_from_the_fewest_places_that_reach_it():
    assert Heat(1.0, np.array([[0.6, 0.2], [0.2, -0.1]], np.float32), np.ones(1, np.float32)).half == 0.25
    assert Heat(1.0, np.full((2, 5), 0.1, np.float32), np.ones(1, np.float32)).half == 0.5


def test_filters_of_the_first_layer_are_small_colour_pictures(lite0):
    filters = first_filters(lite0)
    assert len(filters) == 32
    assert {one.shape for one in filters} == {(3, 3, 3)}
    assert all(max(one.max() - 127, 128 - int(one.min())) >= 127 for one in filters)


def excitement(embedder, pixels, channel: int) -> float:
    from lineage.backbones.preprocess import normalise

    numbers = torch.from_numpy(normalise(pixels[None], embedder.spec.mean, embedder.spec.std))
    with keep_maps(network_of(embedder)) as seen, torch.inference_mode():
        network_of(embedder)(numbers)
    assert seen.before is not None
    return float(seen.before[0, channel].mean())


def test_a_found_picture_excites_its_channel_more_than_that_of_the_other(lite0):
    one, other = exciting_pictures(lite0, [8, 57], seed=0)
    assert excitement(lite0, one, 8) > excitement(lite0, other, 8) + 1
    assert excitement(lite0, other, 57) > excitement(lite0, one, 57) + 1


def test_cold_places_stay_grey_and_warm_ones_are_coloured():
    pixels = np.full((40, 40, 3), (200, 40, 40), np.uint8)
    shown = with_heat(pixels, np.array([[1.0, 0.0], [0.0, 0.0]], np.float32)).astype(int)
    assert np.ptp(shown[38, 38]) == 0
    assert np.ptp(shown[2, 2]) > 40


TINY_VIT = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}


def test_a_transformer_is_refused_in_one_sentence(tmp_path, drawn):
    import open_clip

    (tmp_path / "lineage-explain.json").write_text(json.dumps(TINY_VIT), encoding="utf-8")
    open_clip.add_model_config(tmp_path / "lineage-explain.json")
    torch.save(open_clip.create_model("lineage-explain").state_dict(), tmp_path / "vit.pt")
    embedder = load_open_clip("lineage-explain", tmp_path / "vit.pt", name="vit", device=CPU)
    with pytest.raises(UsageError, match="vit: has no feature maps"):
        heat(embedder, drawn(1), drawn(2))


def explain(*arguments):
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


@pytest.fixture
def pair(tmp_path, drawn):
    """A picture and a crop of it, as files."""
    Image.fromarray(drawn(1)).save(tmp_path / "asset.png")
    Image.fromarray(drawn(1)[20:220, 30:300]).save(tmp_path / "post.png")
    return tmp_path / "post.png", tmp_path / "asset.png"


def test_the_command_draws_heat_and_no_channels_unless_asked(pair, tmp_path):
    done = explain(*pair, "--output", tmp_path / "why", "--backbone", "lite0", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["cosine"] > 0.8
    assert 0 < answer["post_half"] <= 0.5
    assert [file.rsplit("/", 1)[-1] for file in answer["files"]] == ["heat.png"]
    with Image.open(tmp_path / "why" / "heat.png") as picture:
        assert min(picture.size) > 600


def test_what_never_ends_is_refused_at_once(pair, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    done = call("explain", tmp_path / "pipe.png", pair[1], "--output", tmp_path / "why")
    assert (done.returncode, done.stderr) == (1, f"lineage: {tmp_path}/pipe.png: not a regular file\n")


def test_odd_names_are_shown_as_they_are_written(pair, tmp_path):
    post = pair[0].rename(tmp_path / f"{ODD}.png")
    done = explain(post, pair[1], "--output", tmp_path / "why", "--backbone", "lite0")
    assert done.exit_code == 0, done.output
    assert f"{SHOWN}.png and " in done.stdout


def test_channels_are_drawn_where_wanted(pair, tmp_path):
    done = explain(*pair, "--output", tmp_path / "why", "--channels", 2, "--backbone", "lite0")
    assert done.exit_code == 0, done.output
    assert "similarity 0." in done.stdout
    assert {file.name for file in (tmp_path / "why").iterdir()} == {"heat.png", "filters.png", "channels.png"}


def test_without_an_asset_the_best_match_of_the_index_is_taken(pair, tmp_path, drawn):
    for seed in range(3):
        file = tmp_path / "library" / "spring" / f"{seed}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn(seed)).save(file)
    place = ("--store", tmp_path / "index", "--backbone", "lite0")
    assert CliRunner().invoke(app, ["index", *map(str, (tmp_path / "library", *place))]).exit_code == 0
    done = explain(pair[0], "--output", tmp_path / "why", *place)
    assert "post.png and spring/1.png: similarity" in done.stdout


def test_a_store_beside_two_pictures_is_refused(pair, tmp_path):
    done = explain(*pair, "--output", tmp_path / "why", "--store", tmp_path)
    assert isinstance(done.exception, UsageError)
    assert "--store is not looked at where both pictures are named" in str(done.exception)


@pytest.fixture(scope="module")
def signs(tmp_path_factory, drawn):
    """A model for discs and crosses, and a picture with a disc in its left half."""
    place = tmp_path_factory.mktemp("signs")
    rows = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        for number in range(60):
            signs = [["disc"], ["cross"], []][number % 3]
            background = cv2.GaussianBlur(drawn(number, width=160, height=120), (0, 0), 6)
            Image.fromarray(paint(background, signs, seed=number)).save(place / f"{number}.png")
            rows.append({"file": f"{number}.png", "sign": "|".join(signs)})
        table = write_table(place / "signs.csv", rows)
        look = ("--region", "whole", "--copies", 0, "--backbone", "lite0")
        options = (*look, "--false-labels", 0.1, "--output", place / "signs.labels")
        done = CliRunner().invoke(app, ["labels", "fit", str(table), *map(str, options)])
    assert done.exit_code == 0, done.output
    wide = cv2.GaussianBlur(drawn(99, width=240, height=120), (0, 0), 6)
    paint(wide[:, :120], ["disc"], seed=7)
    Image.fromarray(wide).save(place / "post.png")
    return place


def test_what_speaks_for_a_label_lies_where_the_picture_shows_it(signs):
    model, pixels = load_model(signs / "signs.labels"), np.array(Image.open(signs / "post.png"))
    found = label_heat(model, load_members(model, load), "post.png", pixels, "disc")
    places = found.places.clip(0)
    assert places[:, : places.shape[1] // 2].sum() > 0.7 * places.sum()
    assert found.without < 0.5 * found.probability


def test_the_command_says_why_a_label_was_given(signs, tmp_path):
    told = ("--model", signs / "signs.labels", "--output", tmp_path / "why")
    done = explain(signs / "post.png", "--label", "disc", *told)
    assert done.exit_code == 0, done.output
    said, half, without, drawn = done.stdout.splitlines()
    assert re.fullmatch(rf"{signs}/post\.png: disc [01]\.\d\d, given from 0\.\d\d on", said)
    assert re.fullmatch(r" +half of what speaks for disc lies in \d+ % of the picture", half)
    assert re.fullmatch(r" +with that blurred away: disc 0\.\d\d", without)
    assert drawn.endswith("why/heat.png")
    with Image.open(tmp_path / "why" / "heat.png") as picture:
        assert picture.width > 900


def test_the_command_says_why_a_label_was_not_given(signs, tmp_path):
    told = ("--model", signs / "signs.labels", "--output", tmp_path / "why", "--json")
    answer = json.loads(explain(signs / "post.png", "--label", "cross", *told).stdout)
    assert not answer["given"]
    assert answer["because"].startswith("not given: ")


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--label", "disc"), "takes both, --label and the --model that gives it"),
        (("--label", "disc", "--model", "signs.labels", "--channels", 3), "leave --channels out"),
        (("asset.png", "--label", "disc", "--model", "signs.labels"), "leave the second picture out"),
        (("--label", "hat", "--model", "signs.labels"), "hat: the model has no such label; there are cross, disc"),
    ],
)
def test_flags_about_a_label_that_do_not_go_together_are_one_sentence(signs, tmp_path, monkeypatch, flags, sentence):
    monkeypatch.chdir(signs)
    done = explain("post.png", *flags, "--output", tmp_path / "why")
    assert isinstance(done.exception, UsageError), done.output
    assert sentence in str(done.exception)


def test_a_backbone_that_cannot_be_looked_into_is_one_sentence(pair, tmp_path):
    done = explain(*pair, "--output", tmp_path / "why", "--backbone", tiny_backbone(tmp_path))
    assert isinstance(done.exception, UsageError)
    assert "cannot be looked into" in str(done.exception)
