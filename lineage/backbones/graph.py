"""Networks as ONNX graphs, written node by node with their weights inside. It takes nothing but numpy.

A model is a message of protocol buffers; `onnx.proto` of ONNX numbers its fields. Convolutional networks need little of
it, and so a network of any width is written when its weights are read: no graph is kept that could grow stale, and
neither torch nor the package `onnx` has to be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
import numpy.typing as npt

from lineage.records import Floats

IR, OPSET = 8, 17  # of ONNX 1.12: every runtime since 2022 reads them
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_INT, _STRING, _INTS = 2, 3, 7  # AttributeProto.AttributeType

Attribute = int | str | Sequence[int]
Message = list[bytes]
"""In pieces, so that weights are copied once, when all is put together."""
Weights = dict[str, Floats]
"""Of a network, by the names of its torch module; whoever builds a layer takes its weights out."""


class Graph:
    """A network in the making, of one input and one output with as many axes. What a node yields is handed on by name.

    Args:
        shape: of the input; None: any
    """

    def __init__(self, shape: Sequence[int | None]) -> None:
        self._shape = shape
        self._nodes: Message = []
        self._constants: Message = []
        self._names = map(str, count())
        self.input = next(self._names)

    def add(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """One node of an operator of ONNX; the name of what it yields."""
        output = next(self._names)
        ends = [*(_field(1, name) for name in inputs), _field(2, output), _field(4, operator)]
        self._nodes += _field(1, _message(*ends, *(_field(5, _attribute(*one)) for one in attributes.items())))
        return output

    def constant(self, numbers: Floats | npt.NDArray[np.int64]) -> str:
        """The name of these numbers: float32, or int64 for shapes."""
        name, kind = next(self._names), _INT64 if numbers.dtype == np.int64 else _FLOAT
        dims = (_field(1, side) for side in numbers.shape)
        data = np.ascontiguousarray(numbers, None if kind == _INT64 else np.float32).tobytes()
        self._constants += _field(5, _message(*dims, _field(2, kind), _field(8, name), _field(9, data)))
        return name

    def convolution(
        self,
        maps: str,
        weight: Floats,
        bias: Floats,
        *,
        stride: int = 1,
        groups: int = 1,
        padding: int | None = None,
    ) -> str:
        """A convolution.

        Args:
            maps: (N, C, h, w)
            weight: (D, C / groups, k, k)
            bias: (D,)
            stride: of the kernel
            groups: of channels that do not see each other
            padding: cells on every side; None: as TensorFlow does, so that ⌈side / stride⌉ are left
        """
        around: dict[str, Attribute] = {"auto_pad": "SAME_UPPER"} if padding is None else {"pads": [padding] * 4}
        sides = {"kernel_shape": weight.shape[2:], "strides": (stride, stride)}
        return self.add("Conv", maps, self.constant(weight), self.constant(bias), group=groups, **sides, **around)

    def model(self, output: str) -> bytes:
        """The file that a runtime reads."""
        ends = _field(11, _value(self.input, self._shape)), _field(12, _value(output, [None] * len(self._shape)))
        graph = _message(self._nodes, _field(2, "network"), self._constants, *ends)
        return b"".join(_message(_field(1, IR), _field(7, graph), _field(8, _field(2, OPSET))))


def folded(weights: Weights, convolution: str, norm: str, *, epsilon: float) -> tuple[Floats, Floats]:
    """Weight and bias of a convolution that does the work of the normalisation after it; both are taken out."""
    scale = weights.pop(f"{norm}.weight") / np.sqrt(weights.pop(f"{norm}.running_var") + epsilon)
    bias = weights.pop(f"{norm}.bias") - weights.pop(f"{norm}.running_mean") * scale
    return weights.pop(f"{convolution}.weight") * scale[:, None, None, None], bias


def _attribute(name: str, value: Attribute) -> Message:
    if isinstance(value, int):
        return _message(_field(1, name), _field(3, value), _field(20, _INT))
    if isinstance(value, str):
        return _message(_field(1, name), _field(4, value), _field(20, _STRING))
    return _message(_field(1, name), *(_field(8, one) for one in value), _field(20, _INTS))


def _value(name: str, shape: Sequence[int | None]) -> Message:
    """An input or output of floats; a side of any length has a name instead of a number."""
    sides = (_field(2, f"{name}_{axis}") if side is None else _field(1, side) for axis, side in enumerate(shape))
    tensor = _message(_field(1, _FLOAT), _field(2, _message(*(_field(1, side) for side in sides))))
    return _message(_field(1, name), _field(2, _field(1, tensor)))


def _message(*fields: Message) -> Message:
    return [piece for field in fields for piece in field]


def _field(number: int, value: int | str | bytes | Message) -> Message:
    """A field of a message: a number as a varint, anything else with its length before it."""
    if isinstance(value, int):
        return [_varint(number << 3) + _varint(value)]
    pieces = value if isinstance(value, list) else [value.encode() if isinstance(value, str) else value]
    return [_varint(number << 3 | 2) + _varint(sum(map(len, pieces))), *pieces]


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; all but the last byte have the eighth bit set."""
    groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])
