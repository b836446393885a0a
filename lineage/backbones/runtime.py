"""ONNX Runtime, set up for pictures that come a few at a time, beside others that work.

Nobody else loads it: its wheels report to their maker what they are used for, unless they are told not to before.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from lineage.errors import UsageError, WeightsError
from lineage.machine.processors import threads_of_numbers
from lineage.records import Floats

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort

# The runtime's errors have no base class of their own.
FAILURES = (
    ort.Fail,
    ort.InvalidArgument,
    ort.InvalidGraph,
    ort.InvalidProtobuf,
    ort.NoModel,
    ort.NotImplemented,
    ort.RuntimeException,
)
CPU = ("CPUExecutionProvider",)


def open_session(
    model: Path | bytes, *, threads: int | None, providers: Sequence[str] = CPU
) -> onnxruntime.InferenceSession:
    """Have the runtime read a model.

    Args:
        model: an ONNX file, or its bytes
        threads: of the processor; None: as many as programs for numbers take
        providers: what may run it, as the runtime names them

    Raises:
        one of `FAILURES`: it is none
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or threads_of_numbers()
    options.log_severity_level = 4  # what fails is raised, and the rest is advice on how to export
    # Threads that wait sleep, as others want the processor: decoding, key points, BLAS.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Batches have any size. The runtime's own arena keeps the largest of each and plans for each anew; the heap of the
    # process is shared by all, and told to keep what it has, see `lineage.machine.heap`.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=list(providers))


def has_graphics_card() -> bool:
    """Whether the runtime that is installed is one that can use a graphics card."""
    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def providers_for(device: str | None) -> Sequence[str]:
    """What runs networks on a device, as the runtime names it.

    Args:
        device: cpu or cuda; None: the graphics card where the runtime that is installed can use one

    Raises:
        UsageError: it cannot use that device
    """
    wanted = {"cpu": CPU, "cuda": ("CUDAExecutionProvider", *CPU)}
    available = onnxruntime.get_available_providers()
    kind = device.partition(":")[0] if device else "cuda" if wanted["cuda"][0] in available else "cpu"
    if kind not in wanted or wanted[kind][0] not in available:
        raise UsageError(f"{device}: the installed ONNX Runtime cannot use it; leave the device out or use cpu")
    return wanted[kind]


class Network:
    """A graph of one input and one output. What runs it is made at the first batch, in each process for itself.

    Args:
        model: as `Graph.model` writes it
        name: of the weights' file, for complaints
        threads: of the processor; None: as many as programs for numbers take
        providers: what may run it, as the runtime names them
    """

    def __init__(self, model: bytes, *, name: str, threads: int | None = None, providers: Sequence[str] = CPU) -> None:
        self._settings = model, name, threads, providers
        self._opening = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def __reduce__(self) -> tuple[partial[Network], tuple[()]]:
        model, name, threads, providers = self._settings
        return partial(Network, model, name=name, threads=threads, providers=providers), ()

    def __call__(self, numbers: Floats) -> Floats:
        """(N, …) float32 → (N, …) float32.

        Raises:
            WeightsError: the weights are not those of such a network
        """
        try:
            session = self._opened()
            answer = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(numbers, np.float32)})[0]
        except FAILURES as error:
            raise WeightsError(f"{self._settings[1]}: its layers do not fit together; train it again") from error
        return np.asarray(answer, np.float32)

    def _opened(self) -> onnxruntime.InferenceSession:
        with self._opening:
            if self._session is None:
                model, _, threads, providers = self._settings
                self._session = open_session(model, threads=threads, providers=providers)
            return self._session
