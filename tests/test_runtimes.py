"""ONNX Runtime, which asks, and torch, which trains, say the same of every picture."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from lineage.backbones import lite_graph
from lineage.backbones import load as chooser
from lineage.backbones.catalog import IMAGENET_MEAN, IMAGENET_STD
from lineage.backbones.graph import Graph
from lineage.backbones.lite import Lite
from lineage.backbones.load import load, load_module
from lineage.backbones.module import ModuleEmbedder
from lineage.backbones.runtime import Network
from lineage.backbones.trainable import save_tuned
from lineage.backbones.tuned import Card, LiteEmbedder
from lineage.errors import WeightsError
from lineage.machine.processors import processors, threads_of_numbers
from lineage.read.images import decode
from lineage.records import Laid
from lineage.settings import Settings
from lineage.train.autoencoder.model import Model, load_model, save_restorer
from lineage.train.autoencoder.network import Autoencoder
from lineage.train.same_shot.network import SameShotModule
from lineage.verify.restore import load_restorer
from lineage.verify.restore import network as networks
from lineage.verify.restore import same_shot as pairs_network
from lineage.verify.restore.departure import Departure, pairs
from lineage.verify.restore.model import SHIPPED, square
from lineage.verify.restore.planes import GRID, PLANES
from lineage.verify.restore.shape import Shape
from tests.conftest import SAMPLES
from tests.engines import engine_for_files

# The largest differences seen on 48 pairs of real pictures are a tenth of these, or less (2026-11-29).
ROOT = Path(__file__).parent.parent
COSINE = 1 - 1e-6
LOGIT = 1e-4
SAME = np.eye(3)
SHAPES = (Shape(), Shape(64, 16, 2, 3), Shape(64, 8, 4, 1), Shape(96, 48, 4, 40))


def arrays(module: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: weights.numpy().copy() for name, weights in module.state_dict().items()}


def stirred(module: torch.nn.Module) -> torch.nn.Module:
    """The same module with statistics and affine maps that are not those it begins with."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, numbers in module.state_dict().items():
            if numbers.ndim == 1 and numbers.is_floating_point():
                noise = 0.2 * torch.randn(numbers.shape, generator=generator)
                numbers.add_(noise.abs() if name.endswith("var") else noise)
    return module.eval()


@pytest.fixture(scope="module")
def samples():
    return [decode(file, longest=512).pixels for file in sorted((SAMPLES / "posts").iterdir())]


def test_the_shipped_backbone_makes_the_same_vectors(samples):
    here, there = load("lite", device="cpu"), load_module("lite", device="cpu")
    assert isinstance(here, LiteEmbedder)
    assert isinstance(there, ModuleEmbedder)
    assert here.spec == there.spec
    assert (here.embed(samples) * there.embed(samples)).sum(1).min() > COSINE


@pytest.mark.parametrize(("dim", "between"), [(8, 0), (320, 0), (24, 16)])
def test_so_does_one_with_a_head_of_its_own(tmp_path, samples, dim, between):
    torch.manual_seed(0)
    file = tmp_path / "ours.safetensors"
    card = Card("lite", dim, 96, IMAGENET_MEAN, IMAGENET_STD, "", between)
    save_tuned(stirred(Lite(dim, between=between)), card, file)
    here, there = load(f"tuned:{file}", device="cpu"), load_module(f"tuned:{file}", device="cpu")
    assert here.spec == there.spec
    assert (here.embed(samples) * there.embed(samples)).sum(1).min() > COSINE


@pytest.mark.parametrize("shape", SHAPES)
def test_an_autoencoder_of_any_shape_redraws_the_same(shape):
    torch.manual_seed(0)
    module = stirred(Autoencoder(shape))
    weights, numbers = arrays(module), torch.randn(3, 4, shape.side, shape.side)
    model = networks.autoencoder(weights, shape)
    assert not weights
    with torch.inference_mode():
        np.testing.assert_allclose(Network(model, name="")(numbers.numpy()), module(numbers).numpy(), atol=1e-4)


def test_the_network_of_pairs_says_the_same():
    torch.manual_seed(0)
    module = stirred(SameShotModule())
    numbers = torch.randn(4, PLANES, GRID, GRID)
    numbers[:, 0] = numbers[:, 0].clamp(0, 1)
    numbers[0] = 0  # the post covers nothing
    told = pairs_network.SameShot(arrays(module), file=Path("weights"))(numbers.numpy())
    with torch.inference_mode():
        np.testing.assert_allclose(told, module(numbers).numpy(), atol=LOGIT)


def test_what_departs_is_read_the_same(samples):
    model = load_model()
    side = model.shape.side
    both = pairs([square(samples[0], Laid(one, SAME), side=side) for one in samples[:3]])
    post, asset, counted = (torch.from_numpy(part) for part in (both.post, both.asset, both.counted))
    with torch.inference_mode():
        restored, redrawn = model.redraw(post, asset)
        cells = model.departure(restored, redrawn, asset[:, :3])
        figures = model.departure.figures(cells, counted)
        logits = model.departure.logit(figures)
    here = Departure(arrays(model.departure))
    for n in range(3):
        own = here.cells(restored[n].numpy(), redrawn[n].numpy(), both.asset[n, :3])
        np.testing.assert_allclose(own, cells[n].numpy(), atol=1e-4)
        found = here.figures(own, both.counted[n])
        np.testing.assert_allclose(found, figures[n].numpy(), atol=1e-4)
        assert here.logit(found) == pytest.approx(float(logits[n]), abs=1e-3)


def test_nothing_counted_makes_figures_of_nothing():
    here = Departure(arrays(load_model().departure))
    assert here.figures(np.zeros((16, 16), np.float32), np.zeros((16, 16), np.bool_)) == (0, 0, 0)


@pytest.mark.parametrize("build", ["lite", "autoencoder", "pairs"])
def test_graphs_are_what_the_standard_asks_for(build):
    graphs = {
        "lite": lambda: lite_graph._graph(arrays(Lite(8)), 192),
        "autoencoder": lambda: networks.autoencoder(arrays(Autoencoder(Shape())), Shape()),
        "pairs": lambda: pairs_network._graph(arrays(SameShotModule())),
    }
    onnx.checker.check_model(onnx.load_model_from_string(graphs[build]()), full_check=True)


def test_numbers_of_any_size_are_written_as_the_standard_has_them():
    graph = Graph((None, 300))
    model = onnx.load_model_from_string(graph.model(graph.add("Flatten", graph.input, axis=70000)))
    assert model.graph.node[0].attribute[0].i == 70000
    assert model.graph.input[0].type.tensor_type.shape.dim[1].dim_value == 300


def test_a_network_goes_to_another_process_and_is_the_same_there():
    graph = Graph((None, 3))
    network = Network(graph.model(graph.add("Relu", graph.input)), name="", threads=1)
    numbers = np.array([[-1, 0, 2]], np.float32)
    before = network(numbers)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(network))(numbers), before)


def test_many_threads_may_be_the_first_to_ask_a_network():
    graph, told = Graph((None, 3)), list[float]()
    network = Network(graph.model(graph.add("Relu", graph.input)), name="")
    numbers = np.ones((1, 3), np.float32)
    threads = [threading.Thread(target=lambda: told.append(float(network(numbers).sum()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [3.0] * 8


def test_layers_that_do_not_fit_together_are_an_error_that_names_the_file(tmp_path, drawn):
    model = Model(Shape(64, 8, 3, 4))
    model.network.encoder[3] = torch.nn.Conv2d(8, 24, 3, stride=2, padding=1)
    file = tmp_path / "odd.safetensors"
    save_restorer(model, file)
    with pytest.raises(WeightsError, match=r"odd\.safetensors"):
        load_restorer(file).restore(drawn(1), [Laid(drawn(1), SAME)])


def test_layers_that_lite_has_not_are_refused(tmp_path):
    network = Lite(8)
    network.more = torch.nn.Linear(2, 2)
    file = tmp_path / "more.safetensors"
    save_tuned(network, Card("lite", 8, 32, IMAGENET_MEAN, IMAGENET_STD, ""), file)
    with pytest.raises(WeightsError, match="not the layers of lite"):
        load(f"tuned:{file}")


def test_threads_are_as_many_as_the_variable_for_such_programs_says(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads_of_numbers() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert threads_of_numbers() == processors()
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert threads_of_numbers() == processors()


def test_a_graphics_card_that_only_torch_can_use_is_used_by_torch(monkeypatch):
    monkeypatch.setattr(chooser, "graphics_card", lambda: True)
    assert isinstance(load("lite"), ModuleEmbedder)
    assert isinstance(load("lite", device="cpu"), LiteEmbedder)


def test_nobody_is_told_what_networks_are_used_for(tmp_path):
    code = (
        "import numpy, os, pathlib; from lineage.backbones.load import load; "
        "load('lite', device='cpu').embed([numpy.zeros((32, 32, 3), numpy.uint8)]); "
        "print(*(os.readlink(one) for one in pathlib.Path('/proc/self/fd').iterdir() if one.exists()), sep='\\n')"
    )
    told = {
        name: value for name, value in os.environ.items() if name not in {"ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"}
    }
    environment = {**told, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "onnxruntime.db" not in done.stdout
    assert not [file for file in tmp_path.rglob("*") if "onnxruntime" in str(file)]


def test_one_module_alone_loads_the_runtime():
    loading = [
        file.relative_to(ROOT).as_posix()
        for package in ("lineage", "indexer", "eval")
        for file in (ROOT / package).rglob("*.py")
        if re.search(r"^(import|from) onnxruntime", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert loading == ["lineage/backbones/runtime.py"]


def test_what_ships_goes_together():
    assert load_restorer().version == load_restorer(SHIPPED).version


@pytest.mark.slow
def test_posts_get_the_same_verdicts_from_either():
    library, posts = (sorted((SAMPLES / part).rglob("*.jpg")) for part in ("library", "posts"))
    told = []
    for embedder in (load("lite", device="cpu"), load_module("lite", device="cpu")):
        with engine_for_files(library, Settings(), embedder) as engine:
            reports = [engine.query(decode(post, longest=Settings().post_longest), name=post.name) for post in posts]
        told.append([(one.verdict.decision, [claim.asset.id for claim in one.verdict.claims]) for one in reports])
    assert told[0] == told[1]
    assert {decision for decision, _ in told[0]} >= {"known", "novel"}
