"""Restorers of networks that tests make."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from lineage.train.autoencoder.model import Model, save_restorer
from lineage.verify.restore import AutoencoderRestorer, load_restorer


def restorer_of(model: Model) -> AutoencoderRestorer:
    """What asks a query is told by these weights, in half precision as in a file."""
    with TemporaryDirectory() as folder:
        save_restorer(model, Path(folder, "w.safetensors"))
        return load_restorer(Path(folder, "w.safetensors"))
