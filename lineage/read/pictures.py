"""Whatever holds a picture — a path, an address, the bytes of a file, an image, an array — → a decoded picture."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from lineage.errors import ImageError, UsageError
from lineage.machine.child_processes import ChildEnded, ChildProcesses
from lineage.read.cost import memory_for
from lineage.read.images import decode, from_image, require_format
from lineage.read.places import is_remote, read_with_digest, split
from lineage.read.sheets import as_asset, decode_asset
from lineage.records import Picture
from lineage.settings import Settings

Made = Image.Image | npt.NDArray[np.uint8]
PictureSource = str | os.PathLike[str] | bytes | Made
"""A path or an address; the bytes of a file; an image that Pillow has opened; (H, W, 3) uint8, R G B."""

NAMELESS = "picture"
"""What is called so has no name of its own."""

Decoding = Callable[..., Picture]


def name_of(source: PictureSource) -> str:
    """What a picture is called: its path or address, where it has one."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    return str(getattr(source, "filename", "")) or NAMELESS


class PictureReader:
    """Decodes in processes of its own, so that a file that crashes its decoder, or takes too long, fails alone; a
    context manager. Images and arrays, which somebody has decoded already, it takes as they are.

    Args:
        settings: how large posts and assets are wanted, and how long a file may take
        count: processes
    """

    def __init__(self, settings: Settings, count: int = 1) -> None:
        self._settings = settings
        self._children = ChildProcesses(
            _carried_out, count, limit=settings.decode_seconds, memory=memory_for(settings.pixel_limit)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._children.__exit__(*error)

    def post(self, source: PictureSource, *, name: str = "") -> tuple[Picture, str]:
        """A post as it is asked about, and the SHA-256 of its file; empty where there is no file.

        Args:
            source: the post
            name: what it is called in errors; its own name where that is empty

        Raises:
            ImageError: it cannot be had or cannot be read
            UsageError: it is nothing that holds a picture
        """
        name, longest = name or name_of(source), self._settings.post_longest
        if isinstance(source, Image.Image | np.ndarray):
            return self._taken(source, name, longest), ""
        content, digest = _content(source)
        return self.decode(content, name=name, longest=longest), digest

    def asset(self, source: PictureSource) -> tuple[Picture, str]:
        """The same for a picture that posts are compared with."""
        name, longest = name_of(source), self._settings.asset_longest
        if isinstance(source, Image.Image | np.ndarray):
            return as_asset(lambda side: self._taken(source, name, side), longest=longest), ""
        content, digest = _content(source)
        return self._decoded(partial(decode_asset, content, name=name, longest=longest), name), digest

    def decode(self, source: Path | bytes, *, name: str, longest: int) -> Picture:
        """Any picture: see `lineage.read.images.decode`."""
        return self._decoded(partial(decode, source, name=name, longest=longest), name)

    def _decoded(self, decoding: Decoding, name: str) -> Picture:
        try:
            return self._children.call(partial(decoding, pixel_limit=self._settings.pixel_limit))
        except ChildEnded as ended:
            raise ImageError(name, str(ended)) from ended

    def _taken(self, source: Made, name: str, longest: int) -> Picture:
        image = source if isinstance(source, Image.Image) else _image(source)
        return from_image(image, name=name, longest=longest, pixel_limit=self._settings.pixel_limit)


def _content(source: str | os.PathLike[str] | bytes) -> tuple[Path | bytes, str]:
    if isinstance(source, bytes):
        return source, hashlib.sha256(source).hexdigest()
    if not isinstance(source, str | os.PathLike):
        raise UsageError(f"a picture is a path, an address, bytes, an image or an array, not {type(source).__name__}")
    path = os.fspath(source)
    return read_with_digest(*split(path) if is_remote(path) else ("", path), look=partial(require_format, name=path))


def _image(pixels: npt.NDArray[Any]) -> Image.Image:
    coloured = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if pixels.dtype != np.uint8 or not coloured or not pixels.size:
        raise UsageError(f"an array must be (H, W, 3) uint8, R G B, not {pixels.shape} {pixels.dtype}")
    return Image.fromarray(pixels)


def _carried_out(decoding: Callable[[], Picture], begin: Callable[[], None]) -> Picture:
    begin()
    return decoding()
