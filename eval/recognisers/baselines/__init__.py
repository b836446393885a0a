"""Peers: published ways to recognise copies, asked the same posts of the same library."""

from __future__ import annotations

from pathlib import Path

from eval.recognisers.recogniser import Recogniser
from lineage.errors import UsageError

PEERS = ("phash", "pdq", "rootsift")


def load_peer(name: str, *, cache: Path) -> Recogniser:
    """A peer by the name that a user gives it.

    Args:
        name: phash, pdq, rootsift; a backbone of the catalog (lite0 …); onnx:PATH or torchscript:PATH of a descriptor
        cache: folder where fingerprints of library files are kept from run to run

    Raises:
        UsageError: no such peer
        WeightsError: the weights cannot be loaded
    """
    if name == "phash":
        from eval.recognisers.baselines.hashes import PHash

        return PHash(cache=cache)
    if name == "pdq":
        from eval.recognisers.baselines.hashes import Pdq

        return Pdq(cache=cache)
    if name == "rootsift":
        from eval.recognisers.baselines.rootsift import RootSift

        return RootSift(cache=cache)
    from eval.recognisers.baselines.descriptor import Descriptor
    from lineage.backbones.load import load

    try:
        return Descriptor(load(name), name=name, cache=cache)
    except UsageError as error:
        raise UsageError(f"{name}: no such peer; there are {', '.join(PEERS)} and backbones ({error})") from error
