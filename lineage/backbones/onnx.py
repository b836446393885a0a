"""Any ONNX descriptor by path, run by ONNX Runtime.

What the file says is taken from it: layout (N, 3, H, W) or (N, H, W, 3), input size, number type. What it cannot say is
a convention: uint8 inputs take the pixels as they are, because such files normalise inside; float inputs take pixels
scaled to 0..1 and normalised as for ImageNet. Channel order is R G B.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lineage.backbones.batches import BatchEmbedder
from lineage.backbones.catalog import IMAGENET_MEAN, IMAGENET_STD
from lineage.backbones.files import sha256_of
from lineage.backbones.preprocess import normalise
from lineage.backbones.runtime import FAILURES, open_session, providers_for
from lineage.errors import UsageError, WeightsError
from lineage.records import BackboneSpec, Floats, Pixels

if TYPE_CHECKING:
    import onnxruntime

INPUT_SIZE = 288  # px, where neither file nor user say one; as SSCD is measured by its authors (arXiv 2202.10261, §5)

_DTYPES = {"tensor(uint8)": np.uint8, "tensor(float)": np.float32, "tensor(float16)": np.float16}


class OnnxEmbedder(BatchEmbedder):
    """An ONNX graph with one picture input; its first output is the descriptor."""

    def __init__(self, spec: BackboneSpec, session: onnxruntime.InferenceSession) -> None:
        super().__init__(spec)
        self._session = session

    def _forward(self, batch: Pixels) -> Floats:
        return _run(self._session, batch)


def load_onnx(file: Path, *, size: int | None, name: str, threads: int | None, device: str | None) -> OnnxEmbedder:
    """A descriptor as an ONNX file.

    Args:
        file: the graph with its weights
        size: px, side of the input; None: what the file fixes, else 288
        name: what the index remembers
        threads: of the processor; None: as many as programs for numbers take
        device: cpu or cuda; None: the graphics card where ONNX Runtime can use one

    Raises:
        UsageError: ONNX Runtime cannot use that device, or the file fixes another size
        WeightsError: the file cannot be read or does not turn a picture into a vector
    """
    weights = sha256_of(file)
    providers = providers_for(device)
    try:
        session = open_session(file, threads=threads, providers=providers)
    except FAILURES as error:
        raise WeightsError(f"{file}: not an ONNX model, or damaged") from error
    side = _side(session, size, file)
    dim = _dimension(session, side, file)
    raw = session.get_inputs()[0].type == "tensor(uint8)"
    mean, std = ((0.0,) * 3, (1 / 255,) * 3) if raw else (IMAGENET_MEAN, IMAGENET_STD)
    return OnnxEmbedder(BackboneSpec(name, dim, side, mean, std, "that of the file", weights), session)


def _side(session: onnxruntime.InferenceSession, size: int | None, file: Path) -> int:
    """Side of the input in px, after a check that the graph takes pictures at all."""
    inputs = session.get_inputs()
    shape = inputs[0].shape
    if len(inputs) != 1 or len(shape) != 4 or 3 not in {shape[1], shape[3]} or inputs[0].type not in _DTYPES:
        raise WeightsError(f"{file}: takes {inputs[0].type} {shape}, not pictures (N, 3, H, W) or (N, H, W, 3)")
    fixed = shape[2]  # the height, or in the other layout the width
    if not isinstance(fixed, int):
        return size or INPUT_SIZE
    if size not in {None, fixed}:
        raise UsageError(f"{file}: made for pictures of {fixed} px, not {size}")
    return fixed


def _dimension(session: onnxruntime.InferenceSession, side: int, file: Path) -> int:
    try:
        vectors = _run(session, np.zeros((1, side, side, 3), np.uint8))
    except FAILURES as error:
        raise WeightsError(f"{file}: fails on a picture of {side} px") from error
    if vectors.ndim != 2:
        raise WeightsError(f"{file}: does not turn a picture into one vector but into {vectors.shape[1:]}")
    return int(vectors.shape[1])


def _run(session: onnxruntime.InferenceSession, batch: Pixels) -> Floats:
    asked = session.get_inputs()[0]
    raw = asked.type == "tensor(uint8)"
    numbers = batch.transpose(0, 3, 1, 2) if raw else normalise(batch, IMAGENET_MEAN, IMAGENET_STD)
    if asked.shape[1] != 3:
        numbers = numbers.transpose(0, 2, 3, 1)
    numbers = np.ascontiguousarray(numbers, _DTYPES[asked.type])
    # A graph that was exported for one picture refuses more.
    parts = np.split(numbers, len(numbers)) if asked.shape[0] == 1 else [numbers]
    return np.concatenate([session.run(None, {asked.name: part})[0] for part in parts])
