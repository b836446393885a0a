"""A network with the outputs of YuNet that takes red for a face: real enough for OpenCV to run it."""

from __future__ import annotations

from math import log
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64  # px, of the faces that it reports


def write_tiny_yunet(file: Path) -> Path:
    """Write it; cells of 32 px report faces, the finer ones none."""
    parts = [_outputs(stride) for stride in (8, 16, 32)]
    outputs = [value for _, _, values in parts for value in values]
    # OpenCV wants all scores before all objects, boxes and landmarks.
    outputs.sort(key=lambda value: ("cls", "obj", "bbox", "kps").index(value.name.split("_")[0]))
    graph = helper.make_graph(
        [node for nodes, _, _ in parts for node in nodes],
        "yunet",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, "h", "w"])],
        outputs,
        [constant for _, constants, _ in parts for constant in constants],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), file)
    return file


def _outputs(stride: int) -> tuple[list[Any], list[Any], list[Any]]:
    red = np.array([-0.5, -0.5, 1.0], np.float32) / 255 if stride == 32 else np.zeros(3, np.float32)  # of B, G, R
    size = log(SIDE / stride)
    heads = {"cls": (1, red, [0.0]), "obj": (1, red, [0.0])}
    heads |= {"bbox": (4, 0 * red, [0.5, 0.5, size, size]), "kps": (10, 0 * red, [0.0] * 10)}
    nodes = [
        helper.make_node("AveragePool", ["input"], [f"cells_{stride}"], kernel_shape=[stride] * 2, strides=[stride] * 2)
    ]
    constants, values = [], []
    for name, (width, weights, bias) in heads.items():
        key = f"{name}_{stride}"
        constants += [
            numpy_helper.from_array(np.tile(weights.reshape(1, 3, 1, 1), (width, 1, 1, 1)), f"w_{key}"),
            numpy_helper.from_array(np.array(bias, np.float32), f"b_{key}"),
            numpy_helper.from_array(np.array([1, -1, width], np.int64), f"s_{key}"),
        ]
        nodes += [
            helper.make_node("Conv", [f"cells_{stride}", f"w_{key}", f"b_{key}"], [f"c_{key}"], kernel_shape=[1, 1]),
            helper.make_node("Transpose", [f"c_{key}"], [f"t_{key}"], perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", [f"t_{key}", f"s_{key}"], [key]),
        ]
        values.append(helper.make_tensor_value_info(key, TensorProto.FLOAT, [1, None, width]))
    return nodes, constants, values
