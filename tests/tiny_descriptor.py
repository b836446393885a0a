"""A descriptor as an ONNX file, small enough to be written by a test: mean colours of a grid."""

from __future__ import annotations

from pathlib import Path

import onnx.parser

GRAPH = """<ir_version: 8, opset_import: ["": 17]> descriptor (float[N, 3, 32, 32] image) => (float[N, V] vector) {{
    pooled = AveragePool <kernel_shape = [{0}, {0}], strides = [{0}, {0}]> (image)
    vector = Flatten <axis = 1> (pooled)
}}"""


def write_descriptor(file: Path, *, kernel: int = 8) -> None:
    """Write the file and the folders above it; `kernel` px is the side of a cell of the 32 px input."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(onnx.parser.parse_model(GRAPH.format(kernel)).SerializeToString())
