"""The chooser: the name of a backbone → the backbone. Imports what a backbone needs only when it is asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.backbones.catalog import CATALOG, LITE
from lineage.errors import MissingExtra, UsageError
from lineage.protocols import Embedder

if TYPE_CHECKING:
    import torch

FORMS = (*CATALOG, "tuned:FILE", "open_clip:MODEL@FILE", "torchscript:[SIZE@]FILE", "onnx:[SIZE@]FILE", "sscd")


def load(name: str, *, threads: int | None = None, device: str | None = None) -> Embedder:
    """Load a backbone by its name.

    Args:
        name: one of the catalog, `sscd`, or a kind and a local weights file: `open_clip:ViT-B-32@weights.pt`,
            `torchscript:sscd.pt`, `onnx:sscd.onnx`; the last two may have the side of the input in px in front of the
            file: `onnx:320@sscd.onnx`. Empty: `lite`
        threads: of the processor, for the whole program where torch runs the network; None: as they are
        device: cpu, cuda or cuda:1; None: the graphics card where there is one

    Raises:
        UsageError: no such name or device
        WeightsError: the weights are missing or damaged
        MissingExtra: ONNX Runtime is not installed, or SSCD is not on this machine
    """
    name = name or LITE.name
    if name == "sscd":
        return _sscd(threads, device)
    kind, _, rest = name.partition(":")
    if kind == "onnx" and rest:
        return _onnx(rest, threads, device)
    if name in CATALOG or (kind in {"tuned", "open_clip", "torchscript"} and rest):
        return _torch(kind, rest, threads, device)
    raise UsageError(f"{name}: no such backbone; there are {', '.join(FORMS)}")


def _sscd(threads: int | None, device: str | None) -> Embedder:
    from lineage.backbones.fetch import find_sscd

    kind, file = find_sscd()
    if kind == "onnx":
        return _onnx(str(file), threads, device, known_as="sscd")
    return _torch(kind, str(file), threads, device, known_as="sscd")


def _onnx(rest: str, threads: int | None, device: str | None, *, known_as: str = "") -> Embedder:
    try:
        from lineage.backbones.onnx import load_onnx
    except ModuleNotFoundError as error:
        if error.name != "onnxruntime":
            raise
        raise MissingExtra("onnxruntime", "onnx") from error
    file, size, name = _sized("onnx", rest)
    return load_onnx(file, size=size, name=known_as or name, threads=threads, device=device)


def _torch(kind: str, rest: str, threads: int | None, device: str | None, *, known_as: str = "") -> Embedder:
    import torch

    from lineage.backbones.module import pick_device

    where, before = pick_device(device), torch.get_num_threads()
    torch.set_num_threads(1)  # loading is a thousand small steps, in which several threads wait for each other
    try:
        return _network(kind, rest, where, known_as)
    finally:
        torch.set_num_threads(threads or before)


def _network(kind: str, rest: str, where: torch.device, known_as: str) -> Embedder:
    if kind == "tuned":
        from lineage.backbones.tuned import load_tuned

        return load_tuned(Path(rest), name=f"{kind}:{Path(rest).name}", device=where)
    if kind == "torchscript":
        from lineage.backbones.torchscript import load_torchscript

        file, size, name = _sized(kind, rest)
        return load_torchscript(file, size=size, name=known_as or name, device=where)
    if kind == "open_clip":
        from lineage.backbones.clip import load_open_clip

        model, _, path = rest.partition("@")
        if not path:
            raise UsageError(f"open_clip:{rest}: name the model and its weights file: open_clip:ViT-B-32@weights.pt")
        file = Path(path)
        return load_open_clip(model, file, name=f"{kind}:{model}@{file.name}", device=where)
    if kind == LITE.name:
        from lineage.backbones.tuned import load_shipped

        return load_shipped(LITE, device=where)
    from lineage.backbones.lite0 import load_lite0

    return load_lite0(device=where)


def _sized(kind: str, rest: str) -> tuple[Path, int | None, str]:
    """`320@folder/sscd.onnx` → file, 320, `onnx:320@sscd.onnx`."""
    sized = re.fullmatch(r"([1-9]\d{1,3})@(.+)", rest, re.DOTALL)
    if sized is None:
        return Path(rest), None, f"{kind}:{Path(rest).name}"
    file = Path(sized[2])
    return file, int(sized[1]), f"{kind}:{sized[1]}@{file.name}"
