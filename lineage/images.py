"""The only decoder: the bytes of a file → an upright sRGB picture, or an `ImageError` with name and reason.

What becomes of the things that a file can hold:

* Orientation (EXIF, XMP, HEIF) is applied.
* An embedded ICC profile is applied the way Photoshop exports by default: relative colorimetric, black point
  compensation. CMYK goes through its profile. A profile that is broken, or made for another colour space than that of
  the samples, is ignored: a picture with slightly wrong colours can be recognised, a refused one cannot.
* Transparency is laid over white. Photoshop has laid the composite of a PSD over white already, so its fourth channel
  is dropped; it is that transparency or just a selection that somebody saved.
* Samples of 12 and 16 bit are scaled to 8 bit. Float and 32-bit samples have no agreed range; `colour.to_eight_bit`
  picks one.
* Animations, multi-page files and sequences give their first picture.

Nothing global is changed: Pillow's readers are called directly instead of being registered with `Image.open`, which
also keeps its other readers (Ghostscript among them) away from hostile files. Threads and processes decode at will.
"""

from __future__ import annotations

import codecs
import threading
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import numpy as np
from PIL import ExifTags, Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import jpeg_factory
from PIL.PngImagePlugin import PngImageFile
from PIL.PsdImagePlugin import PsdImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from lineage.colour import to_eight_bit, to_srgb
from lineage.errors import ImageError, ImageTooLarge
from lineage.records import Picture, Pixels

SUPPORTED_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".psd"}
    | {".heic", ".heif", ".hif", ".avif"}
)

# Twice Pillow's MAX_IMAGE_PIXELS: above it some of its readers refuse by themselves. The largest cameras have 151 MP.
PIXEL_LIMIT: Final = 178_956_970

# JPEG is decoded at the smallest of 1, 1/2, 1/4, 1/8 that leaves this many times the wanted size to the resampling
# filter, so that the result hardly depends on whether a format can be reduced while decoding.
_REDUCING_GAP: Final = 2

# Measured on 300 photographs of 360 px at 320 px: see the docstring of `preview`.
_PREVIEW_QUALITY: Final = 80

# All that Pillow, libheif, libavif and lcms raised on 698 hostile files and on 100,000 with flipped bytes.
_DECODER_ERRORS: Final = (OSError, SyntaxError, ValueError, RuntimeError, EOFError, MemoryError)

_Reader = Callable[[IO[bytes], str], ImageFile]

_READERS: Final[tuple[tuple[bytes, str, _Reader], ...]] = (
    (b"\xff\xd8\xff", "JPEG", jpeg_factory),
    (b"\x89PNG\r\n\x1a\n", "PNG", PngImageFile),
    (b"GIF8", "GIF", GifImageFile),
    (b"BM", "BMP", BmpImageFile),
    (b"II*\0", "TIFF", TiffImageFile),
    (b"MM\0*", "TIFF", TiffImageFile),
    (b"II+\0", "TIFF", TiffImageFile),
    (b"MM\0+", "TIFF", TiffImageFile),
    (b"8BPS", "PSD", PsdImageFile),
)

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(
    source: Path | bytes, *, name: str | None = None, longest: int | None = None, pixel_limit: int = PIXEL_LIMIT
) -> Picture:
    """Read a picture.

    Args:
        source: a file, or the bytes of one
        name: how the user knows it, for errors; the path where that is not given
        longest: px; the longer side of the result is at most this, never more than that of the file. JPEG is decoded at
            a reduced scale then. None: the size of the file.
        pixel_limit: files whose header says more pixels are refused unread

    Raises:
        ImageTooLarge: more than `pixel_limit` pixels
        ImageError: missing, empty, truncated, damaged, or not of a supported format
    """
    name = name or (str(source) if isinstance(source, Path) else "picture")
    kind = "file"
    try:
        with _quiet, source.open("rb") if isinstance(source, Path) else BytesIO(source) as file:
            kind, reader = _reader(file, name)
            image = reader(file, name)
            _check_size(image, name, pixel_limit)
            return _picture(image, longest)
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(name, "more pixels than can be decoded safely") from error
    except _DECODER_ERRORS as error:
        raise ImageError(name, _reason(error, kind)) from error


def shrink(pixels: Pixels, longest: int) -> Pixels:
    """(H, W, 3) → the same picture with its longer side at most `longest` px; never enlarged, antialiased."""
    if max(pixels.shape[:2]) <= longest:
        return pixels
    return np.array(_shrunk(Image.fromarray(pixels), longest))


def preview(pixels: Pixels, *, longest: int = 320) -> bytes:
    """(H, W, 3) → WebP bytes, longer side at most `longest` px, for people and for the check after alignment."""
    file = BytesIO()
    Image.fromarray(shrink(pixels, longest)).save(file, "WEBP", quality=_PREVIEW_QUALITY, method=4)
    return file.getvalue()


def _reader(file: IO[bytes], name: str) -> tuple[str, _Reader]:
    """Format and reader, by the first bytes; suffixes lie."""
    head = file.read(64)
    file.seek(0)
    for signature, kind, reader in _READERS:
        if head.startswith(signature):
            return kind, reader
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP", WebPImageFile
    if head[4:8] == b"ftyp":
        # Brands follow each other; both kinds may call themselves mif1 first.
        return ("AVIF", AvifImageFile) if b"avif" in head or b"avis" in head else ("HEIF", HeifImageFile)
    if not head:
        raise ImageError(name, "the file is empty")
    raise ImageError(name, "text, not a picture" if _is_text(head) else "not a picture of a supported format")


def _is_text(head: bytes) -> bool:
    try:
        # Incremental, because the last character may be cut.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)


def _check_size(image: ImageFile, name: str, pixel_limit: int) -> None:
    width, height = image.size
    if width * height > pixel_limit:
        raise ImageTooLarge(
            name, f"{width} × {height} px are more than the limit of {pixel_limit / 1e6:.0f} megapixels"
        )


def _picture(image: ImageFile, longest: int | None) -> Picture:
    width, height = image.size
    if longest is not None:
        share = min(1.0, _REDUCING_GAP * longest / max(width, height))
        image.draft(None, (max(1, int(width * share)), max(1, int(height * share))))
    image.load()
    orientation = _orientation(image)
    if orientation >= 5:
        width, height = height, width
    wanted = to_srgb(_shrunk(to_eight_bit(image), longest), image.info.get("icc_profile"))
    if orientation in _UPRIGHT:
        wanted = wanted.transpose(_UPRIGHT[orientation])
    return Picture(np.array(wanted), width, height, image.format or "")


def _orientation(image: ImageFile) -> int:
    """EXIF orientation 1..8; 1 where the file does not say, not legibly, or its reader applied it (TIFF, HEIF)."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _DECODER_ERRORS:
        return 1
    return value if value in _UPRIGHT else 1


def _shrunk(image: Image.Image, longest: int | None) -> Image.Image:
    if longest is None or max(image.size) <= longest:
        return image
    share = longest / max(image.size)
    width, height = (max(1, round(side * share)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def _reason(error: Exception, kind: str) -> str:
    """A short clause for a person; the library's own words stay in the chained cause."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    if isinstance(error, MemoryError):
        return f"not enough memory to decode this {kind}"
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return f"the {kind} is truncated"
    return f"the {kind} is damaged or of an unsupported kind"


class _Quiet:
    """Silences Python warnings, Pillow's about odd files, while any thread decodes.

    `warnings.catch_warnings` saves and restores one list for the whole process, so overlapping uses in several threads
    would restore each other's state. Here the first thread in saves it and the last one out restores it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._saved = warnings.catch_warnings(action="ignore")
                self._saved.__enter__()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._saved.__exit__(None, None, None)


_quiet = _Quiet()
