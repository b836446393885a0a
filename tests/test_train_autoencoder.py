import numpy as np
import pytest
import torch
from PIL import Image

from lineage.describe.keypoints import extract, words
from lineage.describe.post import PostFeatures
from lineage.errors import UsageError, WeightsError
from lineage.read.images import decode
from lineage.train.autoencoder.frozen import accuracy, read_labels
from lineage.train.autoencoder.gallery import Gallery, Rival, evenly, gallery, nearest, read_pictures
from lineage.train.autoencoder.losses import cost
from lineage.train.autoencoder.model import Model, load_model
from lineage.train.autoencoder.near_frames import _flow, next_frame
from lineage.train.autoencoder.plain import load_plain, train_plain
from lineage.train.autoencoder.posts import Posts, hidden_cells, shake
from lineage.train.autoencoder.recipe import AutoencoderRecipe
from lineage.train.autoencoder.separation import Trials, collect, enough, scores, separation
from lineage.train.autoencoder.sheet import GAP, TILE, columns, restored_columns
from lineage.train.autoencoder.trainer import train
from lineage.verify.align import align
from lineage.verify.restore import load_restorer
from lineage.verify.restore.departure import CELLS
from lineage.verify.restore.shape import Shape
from tests.command import call
from tests.restorers import restorer_of

TINY = Shape(side=32, width=8, halvings=3, code=4)
RECIPE = AutoencoderRecipe(TINY, steps=2, posts=2, rivals=1, hardest=0.3)


@pytest.fixture(scope="module")
def pictures(drawn):
    """Pairs of look-alikes: the second is the first with something else in one corner."""
    firsts = [drawn(seed, width=200, height=160) for seed in range(4)]
    seconds = [np.array(first) for first in firsts]
    for number, second in enumerate(seconds):
        second[80:, 100:] = drawn(100 + number, width=100, height=80)
    return tuple(one for pair in zip(firsts, seconds, strict=True) for one in pair)


@pytest.fixture(scope="module")
def found(pictures):
    return gallery(pictures)


def test_pictures_that_share_words_are_near(pictures):
    near = nearest([words(extract(picture)) for picture in pictures], 3)
    assert [numbers[0] for numbers in near] == [1, 0, 3, 2, 5, 4, 7, 6]


def test_look_alikes_come_with_the_map_that_lays_them_together(found):
    rival = found.rivals[0][0]
    assert rival.picture == 1
    assert np.abs(rival.rival_to_picture / rival.rival_to_picture[2, 2] - np.eye(3)).max() < 0.02


def test_too_few_pictures_are_refused(library):
    with pytest.raises(UsageError, match="3 pictures are too few"):
        read_pictures(sorted(library.rglob("*.*")))


def test_a_batch_holds_each_post_over_its_source_and_its_rivals(found):
    batch = next(iter(Posts(found, RECIPE)))
    assert batch.right.tolist() == [1, 0, 1, 0]
    assert batch.pairs.asset.shape == batch.pairs.post.shape == (4, 4, 32, 32)
    assert batch.pairs.counted.shape == (4, CELLS, CELLS)


def test_the_same_recipe_makes_the_same_posts(found):
    one, other = (next(iter(Posts(found, RECIPE))) for _ in range(2))
    assert np.array_equal(one.pairs.post, other.pairs.post)


def test_posts_are_used_again(found):
    posts = Posts(found, AutoencoderRecipe(TINY, posts=2, rivals=0, reuse=1000, hardest=0.3))
    stream = iter(posts)
    for _ in range(20):
        next(stream)
    assert len(posts._pool) <= 17


def test_a_sticker_is_hidden_and_the_rest_is_not(pictures):
    posts = iter(Posts(Gallery(pictures, ((),) * len(pictures)), AutoencoderRecipe(TINY, posts=8, rivals=0)))
    hidden = torch.cat([hidden_cells(next(posts).hidden) for _ in range(3)])
    assert 0.01 < float(hidden.mean()) < 0.7


def test_a_shaken_map_moves_corners_about_as_far_as_asked(pictures):
    rng = np.random.default_rng(0)
    moved = [shake(pictures[0], rng, 0.01)[:2, 2] for _ in range(100)]
    assert 0.005 < np.std(moved) < 0.02


def test_no_rival_is_the_source_itself(pictures):
    posts = Posts(Gallery(pictures, ((Rival(1, np.eye(3)),),) + ((),) * (len(pictures) - 1)), RECIPE)
    rivals = [posts._rival(0)[0] for _ in range(50)]
    assert all(
        np.abs(rival.astype(int) - pictures[0]).max() > 20 for rival in rivals if rival.shape == pictures[0].shape
    )
    assert any(rival is pictures[1] for rival in rivals)


def test_a_twin_shows_the_picture_with_its_parts_moved(pictures):
    picture, rng = pictures[0], np.random.default_rng(0)
    twins = [next_frame(picture, rng) for _ in range(5)]
    shared = [
        align(PostFeatures(extract(picture), extract(picture), size=(200, 160)), extract(one), asset_size=(200, 160))
        for one in twins
    ]
    assert all(one.shape == picture.shape for one in twins)
    assert any(found is not None for found in shared)
    assert all(np.abs(one.astype(int) - picture).mean() > 2 for one in twins)


def test_a_twin_does_not_move_as_a_whole():
    flow = _flow((200, 160), np.random.default_rng(0))
    assert np.abs(flow.mean((0, 1))).max() < 0.3 * np.abs(flow).mean()


def test_look_alikes_of_many_pictures_are_sought_for_some():
    assert evenly(range(10), 4) == [0, 2, 5, 7]
    assert evenly(range(3), 4) == [0, 1, 2]


@pytest.mark.parametrize("loss", ["mse", "l1", "ms-ssim", "perceptual"])
def test_each_loss_is_least_for_the_picture_itself_and_blind_where_nothing_is_seen(loss):
    torch.manual_seed(0)
    picture, seen = torch.rand(2, 3, 64, 64), torch.zeros(2, 1, 64, 64)
    seen[..., :32] = 1
    pay, elsewhere = cost(loss), picture.clone()
    elsewhere[..., 48:] += 1
    own, unseen, wrong = (float(pay(one, picture, seen)) for one in (picture, elsewhere, 1 - picture))
    assert own == pytest.approx(0, abs=1e-3)
    assert wrong > 10 * max(unseen, 1e-3)


def test_training_moves_the_network_towards_its_target(found):
    told = []
    recipe = AutoencoderRecipe(TINY, steps=60, posts=2, rivals=1, hardest=0.1)
    train(found, recipe, report=lambda _done, loss: told.append(loss))
    assert np.mean(told[-10:]) < 0.8 * np.mean(told[:5])


def test_without_a_margin_the_network_learns_only_to_redraw(found):
    both = [train(found, AutoencoderRecipe(TINY, margin=margin, steps=2, posts=2, rivals=1)) for margin in (0.0, 1.0)]
    weights = [model.network.encoder[1].weight for model in both]
    assert not torch.equal(*weights)
    assert both[0].departure.limit.item() != 0


def test_other_shapes_are_no_start(found):
    with pytest.raises(UsageError, match="start from"):
        train(found, RECIPE, start=Model(Shape(side=32, width=16)))


def test_the_sheet_has_originals_above_and_redrawn_below(found):
    batch = next(iter(Posts(found, RECIPE)))
    sheet = columns(restored_columns(Model(TINY).eval(), batch.pairs))
    assert sheet.shape == (5 * (TILE + GAP) + GAP, 4 * (TILE + GAP) + GAP, 3)


RIGHT = np.tile([True, False], 50)


def trials(**noise):
    """Fifty posts with a right and a wrong candidate; columns that say which, blurred by so much noise."""
    rng = np.random.default_rng(0)
    columns = {name: (RIGHT + rng.normal(0, amount, 100))[:, None].astype(np.float32) for name, amount in noise.items()}
    return Trials(RIGHT, np.repeat(np.arange(50), 2), columns)


def test_candidates_that_differ_are_told_apart():
    made = trials(good=0.3)
    assert enough(made)
    result = separation(made, scores(made, ["good"]))
    assert 0.9 < result.low <= result.value <= result.high <= 1


def test_what_adds_nothing_gains_nothing():
    made = trials(good=0.5, useless=100)
    gain = separation(made, scores(made, ["good", "useless"]), against=scores(made, ["good"]))
    assert gain.low < 0.01
    assert gain.high > -0.01


def test_trials_compare_the_source_with_its_look_alikes(pictures, tmp_path):
    torch.manual_seed(0)
    made = collect(pictures, {"ae": restorer_of(Model(TINY))}, posts=6, seed=0)
    assert set(made.columns) == {"geometry", "residual", "moved", "ae"}
    assert made.right.any()
    assert (~made.right).any()
    assert all(len(column) == len(made.right) for column in made.columns.values())


def test_the_plain_form_redraws_what_it_was_fitted_to(pictures, tmp_path):
    recipe = AutoencoderRecipe(Shape(side=32, width=8, halvings=3, code=8), loss="mse", steps=150, rate=5e-3)
    trained = train_plain(pictures[::2], recipe)
    before = train_plain(pictures[::2], AutoencoderRecipe(recipe.shape, loss="mse", steps=1))
    assert trained.novelty(pictures[:1])[0] < 0.7 * before.novelty(pictures[:1])[0]
    assert trained.features(pictures[:3]).shape == (3, 4 * 4 * 8)
    trained.save(tmp_path / "p.safetensors")
    again = load_plain(tmp_path / "p.safetensors")
    assert again.novelty(pictures) == pytest.approx(trained.novelty(pictures), rel=1e-3)


def test_weights_of_the_other_form_are_refused(pictures, tmp_path):
    train_plain(pictures, AutoencoderRecipe(TINY, steps=1)).save(tmp_path / "p.safetensors")
    with pytest.raises(WeightsError):
        load_restorer(tmp_path / "p.safetensors")


@pytest.fixture
def folder(tmp_path, drawn):
    root = tmp_path / "pictures"
    root.mkdir()
    for seed in range(50):
        Image.fromarray(drawn(seed, width=96, height=80)).save(root / f"{seed}.png")
    return root


TINY_FLAGS = ("--side", "32", "--width", "8", "--code", "4", "--steps", "2")


def test_the_command_writes_weights_and_a_sheet(folder, tmp_path):
    out, sheet = tmp_path / "w.safetensors", tmp_path / "sheet.png"
    done = call("train", "autoencoder", folder, "--output", out, "--show", sheet, *TINY_FLAGS)
    assert done.returncode == 0, done.stderr
    assert "held back" in done.stdout
    assert load_model(out).shape == TINY
    assert decode(sheet).pixels.shape[0] == 5 * (TILE + GAP) + GAP


def test_who_interrupts_a_training_is_told_that_nothing_of_it_is_kept(folder, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lineage.train.autoencoder.runs.fit_restoring", interrupted)
    done = call("train", "autoencoder", folder, "--output", tmp_path / "out.safetensors")
    assert done.returncode == 130
    assert "nothing of this training is kept; --minutes ends one early" in done.stderr
    assert not (tmp_path / "out.safetensors").exists()


def test_the_command_goes_on_from_weights(folder, tmp_path):
    out, again = tmp_path / "w.safetensors", tmp_path / "again.safetensors"
    call("train", "autoencoder", folder, "--output", out, *TINY_FLAGS)
    done = call("train", "autoencoder", folder, "--output", again, "--start", out, "--steps", "1")
    assert done.returncode == 0, done.stderr
    assert load_model(again).shape == TINY


def test_the_command_fits_the_plain_form_and_says_how_well_it_knows_its_own(folder, tmp_path):
    out, sheet = tmp_path / "p.safetensors", tmp_path / "sheet.png"
    done = call("train", "autoencoder", folder, "--plain", "--output", out, "--show", sheet, *TINY_FLAGS)
    assert done.returncode == 0, done.stderr
    assert "never saw; AUROC" in done.stdout
    assert decode(sheet).pixels.shape[0] == 2 * (TILE + GAP) + GAP


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (("--side", "40"), "--side 40"),
        (("--width", "12"), "--width 12"),
        (("--plain", "--start", "w.safetensors"), "--start"),
        (("--show", "sheet.xyz"), "sheet.xyz: must end with one of .jpeg, .jpg, .png, .webp"),
    ],
)
def test_switches_that_make_no_sense_are_refused_in_one_sentence(folder, tmp_path, flags, reason):
    done = call("train", "autoencoder", folder, "--output", tmp_path / "w.safetensors", *flags)
    assert done.returncode == 2
    assert done.stderr.startswith(f"lineage: {reason}")
    assert done.stderr.count("\n") == 1


def test_weights_to_start_from_that_are_missing_end_with_3(folder, tmp_path):
    done = call("train", "autoencoder", folder, "--output", tmp_path / "w", "--start", tmp_path / "no.safetensors")
    assert done.returncode == 3
    assert "no.safetensors" in done.stderr


def test_a_classifier_on_features_that_tell_classes_apart_is_right():
    rng = np.random.default_rng(0)
    labels = np.repeat(["hat", "shoe"], 20)
    told = (labels == "hat")[:, None] + rng.normal(0, 0.1, (40, 3))
    noise = rng.normal(0, 1, (40, 3))
    assert accuracy(told.astype(np.float32), labels)[0] > 0.95
    assert accuracy(noise.astype(np.float32), labels)[0] < 0.75


def test_classes_too_small_for_the_folds_are_left_out(tmp_path):
    lines = ["file,class", *(f"{k}.jpg,hat" for k in range(12)), "x.jpg,rare", "y.jpg,"]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    pairs = read_labels(tmp_path / "labels.csv", limit=100)
    assert len(pairs) == 12
    assert {label for _, label in pairs} == {"hat"}
