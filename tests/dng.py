"""A camera's file of the tests: a DNG with a picture in it, and the samples of a sensor."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

_FORMATS = {1: "B", 2: "B", 3: "H", 4: "I"}  # of TIFF: byte, text, short, long; 5 and 10 are pairs
Tags = Mapping[int, tuple[int, Sequence[Any]]]
_COLOUR = [(int(row == column), 1) for row in range(3) for column in range(3)]


def dng(pixels: np.ndarray, *, preview: np.ndarray | None = None, orientation: int = 1) -> bytes:
    """A DNG of a sensor that saw `pixels`, (H, W, 3) uint8 of even sides, and of the picture that the camera made."""
    height, width = pixels.shape[:2]
    samples = np.zeros((height, width), np.uint16)
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        samples[row::2, column::2] = pixels[row::2, column::2, channel].astype(np.uint16) * 16
    shown = Image.fromarray(pixels if preview is None else preview)
    file = BytesIO()
    shown.save(file, "JPEG", quality=90)
    jpeg, raw = file.getvalue(), samples.tobytes()

    def directories(jpeg_at: int, raw_at: int, sub_at: int) -> tuple[bytes, bytes]:
        camera: Tags = {
            **{254: (4, [1]), 256: (4, [shown.width]), 257: (4, [shown.height]), 258: (3, [8, 8, 8]), 259: (3, [7])},
            **{262: (3, [6]), 271: (2, b"Maker\0"), 272: (2, b"Model\0"), 273: (4, [jpeg_at]), 274: (3, [orientation])},
            **{277: (3, [3]), 278: (4, [shown.height]), 279: (4, [len(jpeg)]), 284: (3, [1]), 330: (4, [sub_at])},
            **{50706: (1, [1, 4, 0, 0]), 50707: (1, [1, 1, 0, 0]), 50708: (2, b"Maker Model\0"), 50721: (10, _COLOUR)},
            **{50728: (5, [(1, 1)] * 3), 50778: (3, [21])},
        }
        sensor: Tags = {
            **{254: (4, [0]), 256: (4, [width]), 257: (4, [height]), 258: (3, [16]), 259: (3, [1]), 262: (3, [32803])},
            **{273: (4, [raw_at]), 277: (3, [1]), 278: (4, [height]), 279: (4, [len(raw)]), 284: (3, [1])},
            **{33421: (3, [2, 2]), 33422: (1, [0, 1, 1, 2]), 50717: (4, [4080])},
        }
        first = _directory(camera, at=8)
        return first, _directory(sensor, at=8 + len(first))

    first, second = directories(0, 0, 0)  # their lengths do not depend on what they say
    sub_at = 8 + len(first)
    jpeg_at = sub_at + len(second)
    raw_at = jpeg_at + len(jpeg)
    return b"".join([b"II*\0", struct.pack("<I", 8), *directories(jpeg_at, raw_at, sub_at), jpeg, raw])


def _directory(tags: Tags, *, at: int) -> bytes:
    """The tags of one picture in a TIFF, and what does not fit into them behind."""
    behind_at, behind, entries = at + 2 + 12 * len(tags) + 4, b"", struct.pack("<H", len(tags))
    for tag, (kind, values) in sorted(tags.items()):
        pairs = {5: "<II", 10: "<ii"}.get(kind)
        packed = b"".join(struct.pack(pairs, *v) if pairs else struct.pack("<" + _FORMATS[kind], v) for v in values)
        field = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", behind_at + len(behind))
        behind += packed + b"\0" * (len(packed) % 2) if len(packed) > 4 else b""
        entries += struct.pack("<HHI", tag, kind, len(values)) + field
    return entries + struct.pack("<I", 0) + behind
