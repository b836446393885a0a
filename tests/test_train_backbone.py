"""Training through its real parts, on drawn pictures and with few views."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import open_clip
import pytest
import torch

from lineage.backbones.catalog import LITE0
from lineage.backbones.heads import Head
from lineage.backbones.lite import Lite
from lineage.backbones.load import load, load_module
from lineage.backbones.module import ModuleEmbedder
from lineage.backbones.trainable import save_tuned
from lineage.backbones.tuned import Card
from lineage.errors import UsageError, WeightsError
from lineage.manipulate import apply
from lineage.train.backbone import trainer as loop
from lineage.train.backbone.bases import load_base
from lineage.train.backbone.checkpoint import CHECKPOINT
from lineage.train.backbone.gallery import digest_of, part_of, read_gallery
from lineage.train.backbone.network import student
from lineage.train.backbone.objective import Objective, koleo
from lineage.train.backbone.posts import Batches, rectangle_shown
from lineage.train.backbone.recipe import BackboneRecipe
from lineage.train.backbone.run import TEST_SEED, Place, run
from lineage.train.backbone.shorten import shorten
from lineage.train.backbone.sweep import trials
from lineage.train.backbone.switches import recipe_from
from lineage.train.backbone.teacher import teacher_vectors, turn_to_student
from lineage.train.backbone.validate import Exam, Marks, mark, set_exam
from tests.command import call
from tests.test_backbones import ONNX_RAW, TINY_CLIP, save_onnx

# The whole network, but little of everything else.
SHORT = BackboneRecipe(
    dim=16, views=48, batch=8, resolutions=((32, 0.5), (48, 0.5)), warmup=2, memory=32, distance=0, proxies=0
)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    made = []
    for number in range(60):
        picture = cv2.resize(rng.integers(0, 256, (5, 6, 3), np.uint8), (72, 60), interpolation=cv2.INTER_CUBIC)
        made.append(folder / f"{number:02}.png")
        cv2.imwrite(str(made[-1]), picture)
    return made


@pytest.fixture(scope="module")
def trained(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    return folder, run(files, SHORT, output=folder / "ours.safetensors", place=Place(folder / "run", "cpu", workers=0))


@pytest.fixture
def onnx_file(tmp_path) -> Path:
    return save_onnx(ONNX_RAW, tmp_path / "raw.onnx")


@pytest.fixture
def clip_name(tmp_path) -> str:
    (tmp_path / "lineage-tiny.json").write_text(json.dumps(TINY_CLIP), encoding="utf-8")
    open_clip.add_model_config(tmp_path / "lineage-tiny.json")
    torch.manual_seed(0)
    torch.save(open_clip.create_model("lineage-tiny").state_dict(), tmp_path / "clip.pt")
    return f"open_clip:lineage-tiny@{tmp_path / 'clip.pt'}"


def network(name: str) -> Any:
    embedder = load_module(name, device="cpu")
    assert isinstance(embedder, ModuleEmbedder)
    return embedder.module


class StoppedRunError(Exception):
    pass


def test_trained_weights_load_as_a_backbone(trained, drawn):
    embedder = load(f"tuned:{trained[0] / 'ours.safetensors'}", device="cpu")
    assert (embedder.spec.name, embedder.embed([drawn(1)]).shape) == ("tuned:ours.safetensors", (1, 16))


def test_frozen_layers_stay_as_they_came(trained):
    ours = network(f"tuned:{trained[0] / 'ours.safetensors'}").trunk.state_dict()
    imagenet = network("lite0").trunk.state_dict()
    moved = {name.split(".")[0] for name in ours if not torch.equal(ours[name].half(), imagenet[name].half())}
    assert moved == {"stage4", "stage5", "stage6", "stage7"}


def test_a_run_leaves_curves_and_view_grids_for_tensorboard(trained):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(trained[0] / "run")).Reload()
    assert {"loss/contrastive", "valid/recall@p90", "valid/recall@1"} <= set(events.Tags()["scalars"])
    assert events.Tags()["images"]


def test_pictures_of_the_test_part_are_never_trained_on(trained, files):
    assert trained[1].pictures == sum(part_of(digest_of(file)) == "train" for file in files)


@pytest.fixture
def graded(monkeypatch):
    """Gives validations the marks of a list; keeps the vectors of the posts that each of them saw."""
    marks: list[Marks] = []
    seen: list[Any] = []

    def grade(exam, embed):
        seen.append((exam, embed(exam.posts)))
        return marks[len(seen) - 1]

    monkeypatch.setattr(loop, "EVERY", 2)
    monkeypatch.setattr(loop, "mark", grade)
    return marks, seen


def test_a_resumed_run_ends_where_an_unbroken_one_does(files, tmp_path, monkeypatch, graded, trained):
    graded[0].extend(Marks(share, share, share) for share in (0.1, 0.2, 0.3))  # the last is the best, as in `trained`
    learn, output = loop.Trainer._learn, tmp_path / "ours.safetensors"
    monkeypatch.setattr(loop.Trainer, "_learn", stopping_at(4, learn))
    with pytest.raises(StoppedRunError):
        run(files, SHORT, output=output, place=Place(tmp_path / "run", "cpu", workers=0))
    monkeypatch.setattr(loop.Trainer, "_learn", learn)
    run(files, SHORT, output=output, place=Place(tmp_path / "run", "cpu", workers=0))
    assert output.read_bytes() == (trained[0] / "ours.safetensors").read_bytes()


@pytest.mark.parametrize(
    "best_is_second",
    [
        [Marks(0.5, 0.5, 0.1), Marks(0.1, 0.1, 0.4), Marks(0.9, 0.9, 0.3)],
        [Marks(0.5, 0.5, 0.0), Marks(0.6, 0.6, 0.0), Marks(0.5, 0.9, 0.0)],  # few pictures: recall@p90 says nothing
    ],
)
def test_the_weights_that_were_best_in_validation_are_written(files, tmp_path, graded, best_is_second):
    graded[0].extend(best_is_second)
    output = tmp_path / "ours.safetensors"
    run(files, SHORT, output=output, place=Place(tmp_path / "run", "cpu", workers=0))
    assert written_validation(output, graded[1]) == 1


def test_the_best_weights_outlast_an_interruption(files, tmp_path, graded, monkeypatch):
    graded[0].extend([Marks(0.5, 0.5, 0.9), Marks(0.5, 0.5, 0.8), Marks(0.5, 0.5, 0.7)])
    output, place = tmp_path / "ours.safetensors", Place(tmp_path / "run", "cpu", workers=0)
    learn = loop.Trainer._learn
    monkeypatch.setattr(loop.Trainer, "_learn", stopping_at(4, learn))
    with pytest.raises(StoppedRunError):
        run(files, SHORT, output=output, place=place)
    monkeypatch.setattr(loop.Trainer, "_learn", learn)
    run(files, SHORT, output=output, place=place)
    assert written_validation(output, graded[1]) == 0


def written_validation(output, seen):
    """Which validation saw the weights in a file; the file has 16 bits a number, so none did exactly."""
    exam, written = seen[0][0], load(f"tuned:{output}", device="cpu")
    away = [np.square(written.embed(exam.posts) - vectors).sum() for _, vectors in seen]
    return int(np.argmin(away))


def test_a_run_that_ended_early_is_not_trained_further(files, tmp_path, graded, monkeypatch):
    monkeypatch.setattr(loop, "PATIENCE", 1)
    graded[0].extend([Marks(0.5, 0.5, 0.9), Marks(0.5, 0.5, 0.8)])  # a third validation would find no marks
    output, place = tmp_path / "ours.safetensors", Place(tmp_path / "run", "cpu", workers=0)
    first = run(files, SHORT, output=output, place=place)
    written = output.read_bytes()
    again = run(files, SHORT, output=output, place=place)
    assert (first.steps, first.trained, again.steps, again.trained) == (4, 4, 4, 0)
    assert output.read_bytes() == written


def test_the_command_says_that_a_run_has_ended_early(files, tmp_path, graded, monkeypatch):
    monkeypatch.setattr(loop, "PATIENCE", 1)
    graded[0].extend([Marks(0.5, 0.5, 0.9), Marks(0.5, 0.5, 0.8)])
    first, again = (train_shortly(files[0].parent, tmp_path) for _ in range(2))
    assert "ended early, at step 4 of 6: no validation was better than that at step 2" in first.stderr
    assert (again.returncode, "had ended before" in again.stderr) == (0, True)


def train_shortly(pictures, folder):
    (folder / "short.toml").write_text(
        "dim = 16\nviews = 48\nbatch = 8\nresolutions = [[32, 1.0]]\nwarmup = 2\nmemory = 32\n"
    )
    switches, output = ("--switches", folder / "short.toml"), ("--output", folder / "ours.safetensors")
    return call(
        "train", "backbone", pictures, "--base", "lite0", "--workers", "0", "--device", "cpu", *switches, *output
    )


def stopping_at(step, learn):
    def stopping(self, batch):
        if self._progress.step == step:
            raise StoppedRunError
        return learn(self, batch)

    return stopping


def test_a_folder_of_another_run_is_refused(trained, files):
    other = replace(SHORT, rate=0.5)
    with pytest.raises(UsageError, match="other switches"):
        run(files, other, output=trained[0] / "x.safetensors", place=Place(trained[0] / "run", "cpu", workers=0))


def test_a_damaged_checkpoint_is_named(files, tmp_path):
    place = Place(tmp_path / "run", "cpu", workers=0)
    place.folder.mkdir()
    (place.folder / CHECKPOINT).write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"checkpoint\.pt: not a checkpoint of this version, or damaged; remove it"):
        run(files, SHORT, output=tmp_path / "x.safetensors", place=place)


@pytest.mark.parametrize("change", ["pictures", "groups", "teacher"])
def test_a_run_is_not_gone_on_with_on_other_material(trained, files, tmp_path, change):
    place = Place(shutil.copytree(trained[0] / "run", tmp_path / "run"), "cpu", workers=0)
    other = {
        "pictures": {"files": files[:-5]},
        "groups": {"files": files, "groups": dict.fromkeys(files, "a shoot")},
        "teacher": {"files": files, "teacher": "lite0"},
    }[change]
    recipe = replace(SHORT, dim=320) if change == "teacher" else SHORT
    with pytest.raises(UsageError, match=r"checkpoint\.pt: from a run (on other pictures|with other switches)"):
        run(**other, recipe=recipe, output=tmp_path / "x.safetensors", place=place)


def test_a_run_is_gone_on_with_where_its_pictures_were_moved(trained, files, tmp_path):
    moved = [Path(shutil.copy(file, tmp_path / file.name)) for file in files]
    place = Place(shutil.copytree(trained[0] / "run", tmp_path / "run"), "cpu", workers=0)
    assert run(moved, SHORT, output=tmp_path / "x.safetensors", place=place).trained == 0


def test_pictures_that_all_fall_into_one_part_are_too_few(files, tmp_path):
    copies = [Path(shutil.copy(files[0], tmp_path / f"{number}.png")) for number in range(60)]
    with pytest.raises(UsageError, match=r"of 60 pictures none is left for .*; the parts are drawn by"):
        run(copies, SHORT, output=tmp_path / "x", place=Place(tmp_path / "run", "cpu", workers=0))


def test_worker_processes_make_the_same_batches(files):
    batches = Batches(read_gallery(files), SHORT)
    loader = torch.utils.data.DataLoader(batches, batch_size=None, sampler=[3], num_workers=1)
    assert np.array_equal(next(iter(loader)).views, batches[3].views)


def test_resolution_grows_during_a_run(files):
    batches = Batches(read_gallery(files), SHORT)
    assert [batches[step].views.shape[1] for step in (0, 5)] == [32, 48]


def test_every_picture_is_in_a_batch_twice(files):
    _, counts = np.unique(Batches(read_gallery(files), SHORT)[0].picture, return_counts=True)
    assert set(counts) == {2}


def test_siblings_come_in_the_same_batch(files):
    groups = {file: str(number // 4) for number, file in enumerate(files)}
    chosen = Batches(read_gallery(files, groups), SHORT)[1].picture
    assert len(set(chosen // 4)) == 1


def test_the_shown_region_leaves_out_what_was_added_around():
    picture = np.full((60, 80, 3), 200, np.uint8)
    post = apply("pad", picture, strength=1.0, seed=3)
    inside = rectangle_shown(post, picture, np.random.default_rng(0))
    assert inside.shape[0] * inside.shape[1] < 0.9 * post.pixels.shape[0] * post.pixels.shape[1]
    assert (inside == 200).mean() > (post.pixels == 200).mean()


def test_the_teacher_is_asked_once_about_each_picture_and_of_a_few_again(files, tmp_path, monkeypatch):
    teacher, asked = load("lite0", device="cpu"), list[int]()
    embed = type(teacher).embed

    def counting(self, pictures):
        asked.append(len(pictures))
        return embed(self, pictures)

    monkeypatch.setattr(type(teacher), "embed", counting)
    first = teacher_vectors(files[:40], teacher, cache=tmp_path)
    assert np.array_equal(teacher_vectors(files[:40], teacher, cache=tmp_path), first)
    assert asked == [16, 16, 8, 16]


def test_a_teacher_that_answers_otherwise_than_before_is_asked_anew(files, tmp_path):
    teacher: Any = load("lite0", device="cpu")
    before = teacher_vectors(files[:20], teacher, cache=tmp_path)
    teacher._inference = upside_down(teacher._inference)  # the same weights in another code
    after = teacher_vectors(files[:20], teacher, cache=tmp_path)
    assert not np.allclose(after, before, atol=1e-3)
    assert np.array_equal(teacher_vectors(files[:20], teacher, cache=tmp_path), after)


def test_teacher_vectors_that_were_cut_off_while_being_written_are_not_kept(files, tmp_path, monkeypatch):
    teacher = load("lite0", device="cpu")
    monkeypatch.setattr(np, "save", cut_off)
    with pytest.raises(StoppedRunError):
        teacher_vectors(files[:2], teacher, cache=tmp_path)
    monkeypatch.undo()
    assert teacher_vectors(files[:2], teacher, cache=tmp_path).shape == (2, 320)


def cut_off(file, _table):
    file.write_bytes(b"\x93NUMPY")
    raise StoppedRunError


def upside_down(network):
    class Turned(torch.nn.Module):
        def forward(self, numbers):
            return network(numbers.flip(2))

    return Turned()


def test_distilling_brings_vectors_nearer_to_the_teacher(files, tmp_path):
    recipe = replace(SHORT, distance=1.0, contrastive=0.0, views=160, hardest=0.0, resolutions=((64, 1.0),))
    output = tmp_path / "ours.safetensors"
    run(files, recipe, output=output, place=Place(tmp_path / "run", "cpu", workers=0), teacher="lite0")
    pictures = read_gallery([file for file in files if part_of(digest_of(file)) == "train"]).pictures
    teacher = load("lite0", device="cpu").embed(pictures)
    cosine = (load(f"tuned:{output}", device="cpu").embed(pictures) * teacher).sum(1).mean()
    assert cosine > 0.5  # a fresh head starts at 0


def test_a_backbone_with_a_head_goes_on_after_a_teacher_of_another_length(files, tmp_path):
    recipe = replace(SHORT, base="lite", dim=None, distance=1.0, proxies=0.5, contrastive=0.0, views=8)
    output = tmp_path / "ours.safetensors"
    trained = run(files, recipe, output=output, place=Place(tmp_path / "run", "cpu", workers=0), teacher="lite0")
    assert (trained.recipe.dim, load(f"tuned:{output}", device="cpu").spec.dim) == (256, 256)


@pytest.mark.parametrize("length", [8, 12, 20])
def test_a_student_that_has_learnt_what_its_teacher_knows_is_wanted_as_it_is(length):
    rng = np.random.default_rng(0)
    knows = rng.normal(size=(50, min(length, 12))) @ rng.normal(size=(min(length, 12), 12))
    teacher = unit(knows)
    rotation = np.linalg.qr(rng.normal(size=(20, 20)))[0][:12]
    student = unit(teacher @ rotation) if length == 20 else unit(teacher @ first_axes(teacher, length))
    assert (turn_to_student(teacher, student) * student).sum(1) == pytest.approx(1.0, abs=1e-4)


def test_what_a_student_has_not_learnt_is_wanted_of_it():
    rng = np.random.default_rng(0)
    teacher = unit(rng.normal(size=(200, 12)))
    student = unit(teacher[:, :8] + rng.normal(size=(200, 8)))
    wanted = turn_to_student(teacher, student)
    assert correlation(wanted @ wanted.T, teacher @ teacher.T) > correlation(student @ student.T, teacher @ teacher.T)


def unit(vectors):
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def first_axes(vectors, count):
    return np.linalg.svd(vectors, full_matrices=False)[2][:count].T


def correlation(first, second):
    upper = np.triu_indices(len(first), 1)
    return np.corrcoef(first[upper], second[upper])[0, 1]


def test_matching_counts_only_the_distance():
    recipe = replace(SHORT, distance=1.0, proxies=1.0)
    targets = torch.nn.functional.normalize(torch.randn(5, 16))
    vectors, pictures = torch.randn(4, 16), torch.tensor([0, 0, 1, 1])
    pure = torch.tensor([[1.0, 0.0]] * 4)
    objective = Objective(recipe, targets)
    assert set(objective(vectors, pictures, pure, matching=True)) == {"distance"}
    assert set(objective(vectors, pictures, pure, matching=False)) == {"distance", "proxies", "contrastive"}


def test_distance_is_zero_where_the_teacher_is_met():
    targets = torch.nn.functional.normalize(torch.randn(2, 16))
    pure = torch.tensor([[1.0, 0.0]] * 2)
    for squared in (False, True):
        objective = Objective(replace(SHORT, distance=1.0, contrastive=0, squared=squared), targets)
        assert float(objective(targets, torch.tensor([0, 1]), pure, matching=False)["distance"]) == pytest.approx(
            0, abs=1e-6
        )


def test_a_blend_belongs_to_both_pictures():
    targets = torch.eye(16)[:2]
    objective = Objective(replace(SHORT, distance=1.0, contrastive=0), targets)
    blend = torch.nn.functional.normalize(targets.sum(0, keepdim=True)).repeat(2, 1)
    half = torch.full((2, 2), 0.5)
    assert float(objective(blend, torch.tensor([0, 1]), half, matching=False)["distance"]) == pytest.approx(0, abs=1e-6)


def test_koleo_prefers_vectors_that_are_spread():
    crowded, others = torch.nn.functional.normalize(torch.ones(4, 4) + 0.1 * torch.eye(4)), torch.eye(4) == 0
    assert koleo(torch.eye(4), others) < koleo(crowded, others)


def test_koleo_does_not_push_the_views_of_a_picture_apart():
    twins = torch.eye(3).repeat_interleave(2, 0)  # both views of a picture at one place, the pictures far apart
    assert float(spreading(twins, [0, 0, 1, 1, 2, 2])) == pytest.approx(-np.log(np.sqrt(2)), abs=1e-4)


def test_koleo_leaves_a_blend_near_both_of_its_pictures():
    vectors = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    mixed = torch.tensor([[0.5, 0.5], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    blended = spreading(torch.nn.functional.normalize(vectors), [0, 1, 0, 2], mixed)
    assert float(blended) == pytest.approx(-np.log(np.sqrt(2)), abs=1e-4)


def test_koleo_says_nothing_about_a_batch_of_one_picture():
    assert float(spreading(torch.eye(2), [7, 7])) == 0


def spreading(vectors, pictures, mixed=None):
    objective = Objective(replace(SHORT, contrastive=0, koleo=1.0), None)
    pure = torch.tensor([[1.0, 0.0]]).repeat(len(vectors), 1) if mixed is None else mixed
    return objective(vectors, torch.tensor(pictures), pure, matching=False)["koleo"]


def test_marks_of_a_perfect_and_of_a_blind_embedder():
    pictures = tuple(np.full((4, 4, 3), number, np.uint8) for number in range(8))
    exam = Exam(pictures, pictures)

    def perfect(shown):
        return np.eye(8, dtype=np.float32)[[int(picture[0, 0, 0]) for picture in shown]]

    assert (mark(exam, perfect).recall_at_1, mark(exam, perfect).recall_at_p90) == (1.0, 1.0)
    # Every cosine is the same: the first picture is claimed for all, which is right for one known post of four.
    assert mark(exam, lambda shown: np.ones((len(shown), 2), np.float32)).recall_at_p90 == 0.25


def test_vectors_shortened_to_their_components_keep_their_cosines():
    head, rng = Head(8, 6), np.random.default_rng(0)
    inputs = torch.from_numpy(rng.normal(size=(50, 8)).astype(np.float32))
    inputs[:, 3:] = 0  # with the bias, four dimensions are all there is
    with torch.no_grad():
        vectors = torch.nn.functional.normalize(head(inputs))
        short = torch.nn.functional.normalize(shorten(head, vectors.numpy(), keep=4)(inputs))
    assert short.shape == (50, 4)
    assert torch.allclose(short @ short.T, vectors @ vectors.T, atol=1e-5)


def test_a_head_with_a_hidden_layer_is_trained_shortened_and_read_back(files, tmp_path, drawn):
    place = Place(tmp_path / "run", "cpu", workers=0)
    run(files, replace(SHORT, between=12), output=tmp_path / "two.safetensors", place=place, keep=8)
    name = f"tuned:{tmp_path / 'two.safetensors'}"
    head = network(name).head
    assert isinstance(head, Head)
    assert (load(name, device="cpu").embed([drawn(1)]).shape, head.between) == ((1, 8), 12)


def test_a_hidden_layer_needs_a_fresh_head():
    with pytest.raises(UsageError, match="lite: goes on with the head that it has; start from lite0"):
        load_base(replace(SHORT, base="lite", dim=None, between=12), device=torch.device("cpu"))


def test_a_run_keeps_as_many_numbers_as_asked_for(trained, files, tmp_path, drawn):
    place = Place(trained[0] / "run", "cpu", workers=0)  # finished already
    run(files, SHORT, output=tmp_path / "short.safetensors", place=place, keep=8)
    assert load(f"tuned:{tmp_path / 'short.safetensors'}", device="cpu").embed([drawn(1)]).shape == (1, 8)


def test_more_numbers_than_there_are_cannot_be_kept_and_nothing_is_trained_first(files, tmp_path):
    place = Place(tmp_path / "run", "cpu", workers=0)
    with pytest.raises(UsageError, match="20 numbers cannot be kept of vectors of 16 on"):
        run(files, SHORT, output=tmp_path / "x", place=place, keep=20)
    assert not [*place.folder.iterdir()]


def test_weights_that_outgrow_half_precision_are_not_written(tmp_path):
    network = Lite(16)
    network.state_dict()["trunk.stage7.0.layers.1.running_var"][3] = 1e6
    card = Card("lite", 16, 192, (0.5,) * 3, (0.5,) * 3, "none")
    with pytest.raises(WeightsError, match=r"trunk\.stage7\.0\.layers\.1\.running_var outgrows half precision"):
        save_tuned(network, card, tmp_path / "x.safetensors")
    assert not [*tmp_path.iterdir()]


def test_an_unknown_part_to_freeze_is_refused():
    with pytest.raises(UsageError, match=r"trunk\.nowhere: no such part .* trunk\.stage1"):
        student(network("lite0"), LITE0, replace(SHORT, freeze="trunk.nowhere"))


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"views": "many"}, "views = 'many': must be a whole number"),
        ({"batch": 8.0}, "batch = 8.0: must be a whole number"),
        ({"koleo": True}, "koleo = True: must be a number"),
        ({"squared": 1}, "squared = 1: must be true or false"),
        ({"base": 3}, "base = 3: must be text"),
        ({"batch": 1}, "batch = 1: must be at least 2"),
        ({"temperature": 0}, "temperature = 0: must be at least 0.001"),
        ({"hardest": 7}, "hardest = 7: must be at most 1"),
        ({"mixup": float("nan")}, "mixup = nan: must be at least 0"),
        ({"resolutions": []}, "resolutions = []: must be a list of pairs"),
        ({"resolutions": [[96]]}, "must be a list of pairs"),
        ({"resolutions": [[96, "all"]]}, "must be a list of pairs"),
        ({"resolutions": [[0, 1.0]]}, "must be a list of pairs"),
        ({"views": 10}, "views = 10: fewer than one batch of 64, so that nothing would be trained"),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused_with_what_would(switches, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        recipe_from(switches)


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"match": 0.3, "distance": 1.0}, "match = 0.3: without a teacher there is nothing to match"),
        ({"contrastive": 0.0}, "every loss has the weight 0"),
    ],
)
def test_a_run_that_has_nothing_to_learn_from_is_refused(files, tmp_path, switches, words):
    with pytest.raises(UsageError, match=words):
        run(files, replace(SHORT, **switches), output=tmp_path / "x", place=Place(tmp_path / "run", "cpu", workers=0))


def test_a_batch_of_nothing_but_blends_may_say_nothing():
    objective = Objective(SHORT, None)
    vectors, blends = torch.randn(4, 16, requires_grad=True), torch.full((4, 2), 0.5)
    losses = objective(vectors, torch.tensor([0, 0, 1, 1]), blends, matching=False)
    assert losses["contrastive"].item() == 0


def test_an_unknown_switch_is_refused():
    with pytest.raises(UsageError, match="colour: no such switch"):
        recipe_from({"colour": 1})


def test_too_few_pictures_are_refused(files, tmp_path):
    with pytest.raises(UsageError, match="10 pictures are too few to train on; at least 50"):
        run(files[:10], SHORT, output=tmp_path / "x", place=Place(tmp_path / "run", "cpu"))


def test_a_backbone_that_is_no_torch_module_cannot_be_tuned(files, tmp_path, onnx_file):
    recipe = replace(SHORT, base=f"onnx:{onnx_file}")
    with pytest.raises(UsageError, match="cannot be tuned; it may be a teacher"):
        run(files, recipe, output=tmp_path / "x", place=Place(tmp_path / "run", "cpu", workers=0))


@pytest.mark.parametrize(("base", "numbers"), [("lite", 256), ("lite0", 512)])
def test_vectors_are_as_long_as_those_of_the_base_where_it_has_a_head(files, tmp_path, base, numbers):
    recipe = replace(SHORT, base=base, dim=None, views=8)
    output = tmp_path / "ours.safetensors"
    trained = run(files, recipe, output=output, place=Place(tmp_path / "run", "cpu", workers=0))
    assert (trained.recipe.dim, load(f"tuned:{output}", device="cpu").spec.dim) == (numbers, numbers)


def test_another_length_than_that_of_the_head_is_refused(files, tmp_path):
    recipe = replace(SHORT, base="lite", dim=512)
    with pytest.raises(UsageError, match="lite: has vectors of 256 numbers, not of 512; start from lite0"):
        run(files, recipe, output=tmp_path / "x", place=Place(tmp_path / "run", "cpu", workers=0))


def test_the_command_tunes_the_shipped_weights_unless_told_otherwise(files, tmp_path):
    few = "--views", "64", "--workers", "0", "--device", "cpu"
    done = call("train", "backbone", files[0].parent, "--output", tmp_path / "ours.safetensors", *few)
    assert done.returncode == 0, done.stderr
    assert load(f"tuned:{tmp_path / 'ours.safetensors'}", device="cpu").spec.dim == 256


def test_an_open_clip_tower_can_be_tuned(files, tmp_path, clip_name, drawn):
    recipe = replace(SHORT, base=clip_name, freeze="", views=16)
    output = tmp_path / "ours.safetensors"
    run(files, recipe, output=output, place=Place(tmp_path / "run", "cpu", workers=0))
    assert load(f"tuned:{output}", device="cpu").embed([drawn(1)]).shape == (1, 16)


def test_before_is_measured_before_a_tower_is_tuned(files, tmp_path, clip_name):
    recipe = replace(SHORT, base=clip_name, freeze="", views=80, rate=0.05)
    trained = run(files, recipe, output=tmp_path / "x", place=Place(tmp_path / "run", "cpu", workers=0))
    pictures = read_gallery([file for file in files if part_of(digest_of(file)) == "test"])
    exam = set_exam(pictures, seed=TEST_SEED, hardest=recipe.hardest)
    assert trained.before == mark(exam, load(clip_name, device="cpu").embed)


def test_a_frozen_tower_keeps_what_is_no_layer_of_its_own_as_well(clip_name):
    tower = load_base(replace(SHORT, base=clip_name), device=torch.device("cpu")).module
    student(tower, LITE0, replace(SHORT, freeze="trunk.visual.transformer.resblocks.0"))
    moving = {name for name, weights in tower.named_parameters() if weights.requires_grad}
    later = ("trunk.visual.transformer.resblocks.1", "trunk.visual.ln_post", "head")
    assert all(name.startswith(later) for name in moving)
    assert "trunk.visual.transformer.resblocks.1.attn.in_proj_weight" in moving


def test_a_network_that_is_frozen_as_a_whole_is_refused():
    with pytest.raises(UsageError, match="head: nothing of this network is left to train"):
        student(Lite(16), LITE0, replace(SHORT, freeze="head"))


def test_a_file_that_is_no_trained_backbone_is_refused(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="not a backbone that `lineage train` wrote"):
        load(f"tuned:{tmp_path / 'x.safetensors'}")


def test_a_sweep_is_every_combination_of_its_grid(tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text('views = 640\n[grid]\nkoleo = [0.0, 0.1]\nteacher = ["", "lite0"]\n')
    found = [(trial.name, trial.recipe.koleo, trial.recipe.views, trial.teacher) for trial in trials(file, SHORT, None)]
    assert found[1] == ("koleo=0.0 teacher=lite0", 0.0, 640, "lite0")
    assert len(found) == 4


@pytest.mark.parametrize("text", ["views = 640\n", "[grid]\n", "[grid]\nkoleo = 0.1\n", "[grid]\nkoleo = []\n"])
def test_a_sweep_without_a_grid_is_refused(tmp_path, text):
    file = tmp_path / "sweep.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"needs a table \[grid\]"):
        trials(file, SHORT, None)


def test_hyper_parameters_are_written_for_comparison(trained):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(trained[0] / "run")).Reload()
    assert "_hparams_/session_start_info" in events.summary_metadata
