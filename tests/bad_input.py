"""Bad input of every kind: files that are cut short or declare what they do not hold, hostile names, and things in a
folder that are no files.
"""

from __future__ import annotations

import io
import os
import re
import socket
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from pathlib import Path

from tests.fuzzing import seeds

SIDE = 12_000  # px of a bomb: below the limit of pixels, above what most decoders may take in memory
SUFFIXES = {
    **dict.fromkeys(("jpeg", "progressive jpeg", "cmyk jpeg"), ".jpg"),
    **dict.fromkeys(("png", "palette png", "deep png", "apng"), ".png"),
    **dict.fromkeys(("webp", "lossless webp", "webp animation"), ".webp"),
    **dict.fromkeys(("bmp", "palette bmp"), ".bmp"),
    **dict.fromkeys(("tiff", "lzw tiff", "jpeg tiff", "deep tiff", "float tiff", "fax tiff"), ".tif"),
    **dict.fromkeys(("avif", "avif animation"), ".avif"),
    **{name: f".{name}" for name in ("gif", "jp2", "j2k", "psd", "pdf", "svg", "dng")},
    "heif": ".heic",
}
"""Of `seeds()`, by name."""

NAMES = (
    "\x1b[2J.jpg", "two\nlines.jpg", "a\ttab.jpg", "\x7f\x9b.jpg", "a\u202egpj.exe.jpg", "\u2066\u200f.jpg",
    "a\u2028b.jpg", "=1+1.jpg", "@SUM(A1).jpg", "-rf.jpg", "--help.jpg", "%s%n%x.jpg", "{0}{x}.jpg", "[red]a[b].jpg",
    "<b onload=x>.jpg", "'\"`$(id)`.jpg", "*?.jpg", " .jpg", "a .jpg", ".. .jpg", "NUL.jpg", "a:b.jpg", "zip:a::b.jpg",
    "#a?b&sig=c.jpg", "a" * 251 + ".jpg", "ü" * 125 + ".jpg", "e\u0301.jpg", "\u00e9.jpg", "\U0001f600.jpg",
    "\udcff.jpg", "a.txt.jpg", "A.JPG",
)  # fmt: skip
"""Names of files, each of which may hold a picture; one is hidden, and one no UTF-8."""


@cache
def contents() -> dict[str, bytes]:
    """Name → bytes of a file that may or may not be a picture."""
    return {**dict(_cut_short()), **dict(_misnamed()), **bombs(), **dict(_of_two_kinds())}


def write_all(folder: Path, *, every: int = 1) -> list[str]:
    """Write each so many of the files into a folder, and hostile names; what there is."""
    chosen = dict([*contents().items()][::every]) | {name: seeds()["jpeg"] for name in NAMES[:: min(every, 2)]}
    for name, content in chosen.items():
        (folder / name).write_bytes(content)
    return [*chosen]


def write_things(folder: Path) -> dict[str, int]:
    """Put what is no file of pixels into a folder; how many of them `index` passes over, by its reason."""
    os.mkfifo(folder / "pipe.jpg")
    (folder / "device.jpg").symlink_to("/dev/zero")
    (folder / "loop.jpg").symlink_to("pool.jpg")
    (folder / "pool.jpg").symlink_to("loop.jpg")
    (folder / "nowhere.jpg").symlink_to("gone.jpg")
    (folder / "folder.jpg").mkdir()
    (folder / "self").symlink_to(".")
    (folder / ".hidden.jpg").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "socket.jpg"))
    return {
        "broken link": 3,
        "file name that is not UTF-8": 1,  # of `NAMES`
        "hidden": 2,  # one of `NAMES`
        "link to a folder that is in the library already": 1,
        "not a regular file": 3,
        "unsupported file type": 1,
    }


@cache
def bombs() -> dict[str, bytes]:
    """What a head alone can declare, in each format that has one: of sides that may be, and of the largest."""
    made = {"forms.pdf": forms(), "page.pdf": forms(0, box="[0 0 99999999 99999999]"), "frame.gif": large_gif(20_000)}
    made |= {f"{kind.decode().strip()}.webp": large_webp(kind) for kind in (b"VP8X", b"VP8L", b"VP8 ")}
    for side in (SIDE, 60_000):
        made |= {
            f"{side}.jpg": _patched("jpeg", rb"\xff\xc0..\x08", ">HH", side),
            f"{side} progressive.jpg": _patched("progressive jpeg", rb"\xff\xc2..\x08", ">HH", side),
            f"{side}.png": _large_png(side),
            f"{side}.bmp": _patched("bmp", rb"\x28\0\0\0", "<II", side),
            f"{side}.psd": _patched("psd", rb"8BPS.{10}", ">II", side),
            f"{side}.gif": _patched("gif", rb"GIF8.a", "<HH", side),
            f"{side}.avif": _patched("avif", rb"ispe\0{4}", ">II", side),
            f"{side}.heic": _patched("heif", rb"ispe\0{4}", ">II", side),
            f"{side}.j2k": _patched("j2k", rb"\xff\x51....", ">II", side),
            f"{side}.tif": _large_tiff(side),
        }
    return made | _drawings()


def forms(depth: int = 9, times: int = 20, *, box: str = "[0 0 14400 14400]") -> bytes:
    """A PDF whose page draws a form many times, which draws another one many times, and so on."""
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
    return _patched("gif", rb"\x2c\0{4}", "<HH", side)


def _cut_short() -> Iterator[tuple[str, bytes]]:
    """Every picture at every 5 % of its length."""
    for (name, content), share in product(seeds().items(), range(0, 100, 5)):
        yield f"{name} {share}{SUFFIXES[name]}", content[: len(content) * share // 100]


def _misnamed() -> Iterator[tuple[str, bytes]]:
    """Every picture with the suffix of another."""
    names = [*seeds()]
    for name, other in zip(names, names[5:] + names[:5], strict=True):
        yield f"{name}, as it is called{SUFFIXES[other]}", seeds()[name]


def _of_two_kinds() -> Iterator[tuple[str, bytes]]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.txt", "x" * 1000)
    for name in ("jpeg", "png", "gif", "webp", "pdf", "svg"):
        yield f"{name} and zip{SUFFIXES[name]}", seeds()[name] + archive.getvalue()
        yield f"{name} and page{SUFFIXES[name]}", seeds()[name] + b"<html><script>alert(1)</script>"
        yield f"zip and {name}{SUFFIXES[name]}", archive.getvalue() + seeds()[name]
    yield "script.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
    yield "pdf and jpeg.jpg", b"%PDF-1.4\n" + seeds()["jpeg"]
    yield "jpeg and pdf.pdf", seeds()["jpeg"] + seeds()["pdf"]
    yield "two jpegs.jpg", seeds()["jpeg"] * 2


def _stream(more: str, content: str) -> str:
    return f"<<{more}/Length {len(content)}>>\nstream\n{content}\nendstream"


def _patched(name: str, before: bytes, form: str, side: int) -> bytes:
    """A picture of which both sides, which stand behind something, are others; wherever they do."""
    content, sides = bytearray(seeds()[name]), struct.pack(form, side, side)
    found = [*re.finditer(before, content, re.DOTALL)]
    assert found, name
    for place in found:
        content[place.end() : place.end() + len(sides)] = sides
    return bytes(content)


def _large_png(side: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(bytes(1000))
    parts = [struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (header, pixels)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _large_tiff(side: int) -> bytes:
    """One strip of 16 bit a sample, which is not there."""
    tags = {256: side, 257: side, 258: 16, 259: 1, 262: 1, 273: 200, 277: 1, 278: side, 279: side * side * 2 % 2**32}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(100)


def _drawings() -> dict[str, bytes]:
    """Drawings of a few bytes that take long, or much."""
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{0}" height="{0}">'
    )
    names = [f"a{number}" for number in range(10)]
    entities = "".join(f'<!ENTITY {name} "{f"&{other};" * 10}">' for other, name in pairwise(names))
    uses = "".join(f'<g id="{name}">{f"""<use xlink:href="#{other}"/>""" * 10}</g>' for other, name in pairwise(names))
    drawn = {
        "wide.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1e9 1"><rect width="9" height="9"/>',
        "large.svg": head.format(10**9) + '<rect width="9" height="9"/>',
        "nested.svg": head.format(9) + "<g>" * 50_000 + "</g>" * 50_000,
        "entities.svg": f'<!DOCTYPE svg [<!ENTITY a0 "ha">{entities}]>{head.format(9)}<text>&a9;</text>',
        "uses.svg": f'{head.format(9)}<g id="a0"><rect width="9" height="9"/></g>{uses}',
        "file.svg": head.format(9) + '<image xlink:href="file:///etc/passwd" width="9" height="9"/>',
    }
    return {name: f"{drawing}</svg>".encode() for name, drawing in drawn.items()}
