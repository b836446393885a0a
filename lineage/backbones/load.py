"""The chooser: the name of a backbone → the backbone. Imports what a backbone needs only when it is asked for."""

from __future__ import annotations

import logging
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.backbones.catalog import CATALOG, LITE
from lineage.errors import UsageError
from lineage.machine.graphics_card import graphics_card
from lineage.machine.require import extra
from lineage.protocols import Embedder

if TYPE_CHECKING:
    import torch

    from lineage.backbones.module import ModuleEmbedder

_LOG = logging.getLogger(__name__)

FORMS = (*CATALOG, "tuned:FILE", "open_clip:MODEL@FILE", "torchscript:[SIZE@]FILE", "onnx:[SIZE@]FILE", "sscd")
_IN_TORCH = {"tuned", "open_clip", "torchscript"}


def load(name: str, *, threads: int | None = None, device: str | None = None) -> Embedder:
    """Load a backbone by its name.

    `lite`, what was tuned from it, and ONNX files are run by ONNX Runtime; on a graphics card that torch can use, and
    that runtime cannot, `lite` is run by torch, as all others are everywhere.

    Args:
        name: one of the catalog, `sscd`, or a kind and a local weights file: `open_clip:ViT-B-32@weights.pt`,
            `torchscript:sscd.pt`, `onnx:sscd.onnx`; the last two may have the side of the input in px in front of the
            file: `onnx:320@sscd.onnx`. Empty: `lite`
        threads: of the processor, for the whole program where torch runs the network; None: as they are
        device: cpu, cuda or cuda:1; None: the graphics card where there is one

    Raises:
        UsageError: no such name or device
        WeightsError: the weights are missing or damaged
        MissingExtra: the backbone needs torch, which is not installed, or SSCD is not on this machine
    """
    kind, rest, known_as = _parted(name)
    if kind == "onnx":
        return _onnx(rest, threads, device, known_as)
    return _lite(kind, rest, threads, device) or _torch(kind, rest, threads, device, known_as)


def load_module(name: str, *, device: str | None = None) -> Embedder:
    """The same as a network in torch, to be tuned or looked into; ONNX files are none, and stay as they are."""
    kind, rest, known_as = _parted(name)
    return load(name, device=device) if kind == "onnx" else _torch(kind, rest, None, device, known_as)


def _parted(name: str) -> tuple[str, str, str]:
    """Kind, what it is made from, and what an index knows it by where that is not told by both."""
    name = name or LITE.name
    if name == "sscd":
        from lineage.backbones.fetch import find_sscd

        found, file = find_sscd()
        return found, str(file), name
    kind, _, rest = name.partition(":")
    if name in CATALOG or (kind in {*_IN_TORCH, "onnx"} and rest):
        return kind, rest, ""
    raise UsageError(f"{name}: no such backbone; there are {', '.join(FORMS)}")


def _onnx(rest: str, threads: int | None, device: str | None, known_as: str) -> Embedder:
    from lineage.backbones.onnx import load_onnx

    file, size, name = _sized("onnx", rest)
    return load_onnx(file, size=size, name=known_as or name, threads=threads, device=device)


def _lite(kind: str, rest: str, threads: int | None, device: str | None) -> Embedder | None:
    """`lite`, as it ships or tuned, in ONNX Runtime; None: it is another network, or better run by torch."""
    if kind not in {LITE.name, "tuned"}:
        return None
    from lineage.backbones.runtime import has_graphics_card, providers_for
    from lineage.backbones.tuned import identified, load_lite

    file, card, spec = identified(Path(rest) if rest else None)
    in_torch = device != "cpu" if device else graphics_card() and not has_graphics_card() and find_spec("torch")
    if card.network != LITE.name or in_torch:
        return None
    return load_lite(file, spec, threads=threads, providers=providers_for(device))


def _torch(kind: str, rest: str, threads: int | None, device: str | None, known_as: str) -> ModuleEmbedder:
    with extra("train"):
        import torch

        from lineage.backbones.module import pick_device

        where, before = pick_device(device), torch.get_num_threads()
        torch.set_num_threads(1)  # loading is a thousand small steps, in which several threads wait for each other
        try:
            return _network(kind, rest, where, known_as)
        finally:
            torch.set_num_threads(threads or before)


def _network(kind: str, rest: str, where: torch.device, known_as: str) -> ModuleEmbedder:
    if kind == "torchscript":
        from lineage.backbones.torchscript import load_torchscript

        file, size, name = _sized(kind, rest)
        if not known_as:
            _LOG.warning(
                "%s is TorchScript, which is a program: it may do whatever you may do on this machine, so use only one "
                "whose origin you trust; ONNX and safetensors are data",
                file,
            )
        return load_torchscript(file, size=size, name=known_as or name, device=where)
    if kind == "open_clip":
        from lineage.backbones.clip import load_open_clip

        model, _, path = rest.partition("@")
        if not path:
            raise UsageError(f"open_clip:{rest}: name the model and its weights file: open_clip:ViT-B-32@weights.pt")
        file = Path(path)
        return load_open_clip(model, file, name=f"{kind}:{model}@{file.name}", device=where)
    if kind in {LITE.name, "tuned"}:
        from lineage.backbones.trainable import load_trainable
        from lineage.backbones.tuned import identified

        return load_trainable(*identified(Path(rest) if rest else None), device=where)
    from lineage.backbones.lite0 import load_lite0

    return load_lite0(device=where)


def _sized(kind: str, rest: str) -> tuple[Path, int | None, str]:
    """`320@folder/sscd.onnx` → file, 320, `onnx:320@sscd.onnx`."""
    sized = re.fullmatch(r"([1-9]\d{1,3})@(.+)", rest, re.DOTALL)
    if sized is None:
        return Path(rest), None, f"{kind}:{Path(rest).name}"
    file = Path(sized[2])
    return file, int(sized[1]), f"{kind}:{sized[1]}@{file.name}"
