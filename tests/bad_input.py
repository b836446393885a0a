"""Bad input of every kind: files that are cut short or declare what they do not hold, hostile names, and things in a
folder that are no files.
"""

from __future__ import annotations

import struct

from tests.fuzzing import seeds

SIDE = 12_000  # px of a bomb: below the limit of pixels, above what most decoders may take in memory


def forms(depth: int = 9, times: int = 20) -> bytes:
    """A PDF whose page draws a form many times, which draws another one many times, and so on."""
    box = "[0 0 14400 14400]"
    last = 5 + depth
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        _stream("", "/F Do " * times),
        *(
            _stream(f"/Type/XObject/Subtype/Form/BBox{box}/Resources<</XObject<</F {number + 1} 0 R>>>>", "/F Do " * 20)
            for number in range(5, last)
        ),
        _stream(f"/Type/XObject/Subtype/Form/BBox{box}", "0 0 14000 14000 re f " * times),
    ]
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n%%EOF".encode()


def _stream(more: str, content: str) -> str:
    return f"<<{more}/Length {len(content)}>>\nstream\n{content}\nendstream"


def large_webp(kind: bytes, side: int = SIDE) -> bytes:
    """A WebP of which the head alone is true: of VP8X, VP8L or VP8."""
    packed = side - 1 | (side - 1) << 14
    bodies = {
        b"VP8X": bytes(4) + (side - 1).to_bytes(3, "little") * 2,
        b"VP8L": b"\x2f" + packed.to_bytes(4, "little") + bytes(40),
        b"VP8 ": b"\x10\0\0\x9d\x01\x2a" + side.to_bytes(2, "little") * 2 + bytes(40),
    }
    chunk = kind + len(bodies[kind]).to_bytes(4, "little") + bodies[kind]
    return b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"WEBP" + chunk


def large_gif(side: int = SIDE) -> bytes:
    """A GIF whose first frame is larger than it says of itself."""
    content = bytearray(seeds()["gif"])
    frame = content.index(b"\x2c\0\0\0\0")
    content[frame + 5 : frame + 9] = struct.pack("<HH", side, side)
    return bytes(content)
