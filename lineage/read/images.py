"""The only decoder: the bytes of a file → an upright sRGB picture, or an `ImageError` with name and reason.

What becomes of the things that a file can hold:

* Orientation (EXIF, XMP, HEIF) is applied.
* An embedded ICC profile is applied the way Photoshop exports by default: relative colorimetric, black point
  compensation. CMYK goes through its profile. A profile that is broken, or made for another colour space than that of
  the samples, is ignored: a picture with slightly wrong colours can be recognised, a refused one cannot.
* Transparency is laid over white, white artwork over black. Photoshop has laid the composite of a PSD over white
  already, so its fourth channel is dropped; it is that transparency or just a selection that somebody saved.
* Samples of 12 and 16 bit are scaled to 8 bit. Float and 32-bit samples have no agreed range; `colour.to_eight_bit`
  picks one.
* Animations and files of several pages give the frames that differ, side by side; see `film`.

Nothing global is changed; threads and processes may decode at will.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import numpy as np
from PIL import ExifTags, Image

from lineage.errors import ImageError, ImageTooLarge, MissingExtra
from lineage.geometry import elongation
from lineage.machine.heap import at_most
from lineage.read import bands
from lineage.read.colour import to_eight_bit, to_srgb
from lineage.read.cost import memory_of_picture, require_memory
from lineage.read.film import film
from lineage.read.formats import SUPPORTED_SUFFIXES, UnknownFormat, declared, find_reader
from lineage.read.local import opened
from lineage.records import Picture, Pixels

__all__ = [
    "PIXEL_LIMIT",
    "SUPPORTED_SUFFIXES",
    "decode",
    "detail_of",
    "from_image",
    "preview",
    "require_format",
    "shrink",
    "thumbnail",
]

# Twice Pillow's MAX_IMAGE_PIXELS: above it some of its readers refuse by themselves. The largest cameras have 151 MP.
PIXEL_LIMIT: Final = 178_956_970

# JPEG is decoded at the smallest of 1, 1/2, 1/4, 1/8 that leaves this many times the wanted size to the resampling
# filter. Twice it costs 24 ms at 1.5 megapixels and not 11, most of it in the filter. Fingerprints move by .0005 in
# cosine and .7 of 256 bits, and of two crops each of 30 such pictures as many features matched (+.5 ± .5 of 117).
_DRAFT_GAP: Final = 1.25
# Other formats are averaged down to this many times the wanted size before the filter.
_REDUCING_GAP: Final = 2

# Measured on 150 pictures at 320 px: quality 75, 80, 85 → 6.6, 8.1, 9.9 kB and PSNR 37.1, 38.5, 40.0 dB. At 80 the
# error is about 3 grey levels. Effort 2 instead of Pillow's 4 costs 2 % more bytes and .3 dB, and half the time.
_PREVIEW_QUALITY: Final = 80
_PREVIEW_EFFORT: Final = 2
PREVIEW: Final = 320  # px
_DRAWN: Final = frozenset({"PDF", "SVG"})  # by libraries, from a program of a few bytes
_DRAWING: Final = 128 << 20  # bytes, at least: a page of 4 megapixels is there twice
_ROUNDED: Final = 1.1  # times the usual side, up to which it was only rounded

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
        longest: px; the longer side of the result is at most this, of a strip up to four times as much, never more than
            that of the file. JPEG is decoded at a reduced scale then. None: the size of the file.
        pixel_limit: files whose header says more pixels are refused unread, and where the longer side is given those
            too that would take more than `BYTES_A_PIXEL` times as many bytes of memory

    Raises:
        ImageTooLarge: more than `pixel_limit` pixels, or too much memory
        ImageError: missing, empty, truncated, damaged, or not of a supported format
    """
    name = name or (str(source) if isinstance(source, Path) else "picture")
    format_name = "file"
    try:
        with _quiet, opened(source, name) if isinstance(source, Path) else BytesIO(source) as file:
            format_name, reader = find_reader(file)
            if (said := declared(file)) is not None:
                _require_small(said, name, longest, pixel_limit)
            most = max(_DRAWING, memory_of_picture(pixel_limit))
            with at_most(most) if format_name in _DRAWN else nullcontext():
                image = reader(file)
                _require_small(image, name, longest, pixel_limit)
                return _picture(image, longest)
    except Image.DecompressionBombError as error:
        allowed = f"{PIXEL_LIMIT / 1e6:.0f} megapixels, the most that the setting pixel_limit can allow a {format_name}"
        raise ImageTooLarge(name, f"more than {allowed}") from error
    except UnknownFormat as error:
        raise ImageError(name, str(error)) from error
    except MissingExtra as error:
        raise ImageError(name, f"a {format_name}, which the extra {error.extra!r} reads: {error}") from error
    except ImageError:
        raise
    except Exception as error:  # decoders of hostile bytes raise whatever they like, `struct.error` and assertions too
        raise ImageError(name, _reason(error, format_name)) from error


def require_format(file: IO[bytes], *, name: str) -> None:
    """`ImageError` unless a file, at its start, is of a supported format, as far as its first bytes say."""
    try:
        find_reader(file)
    except UnknownFormat as error:
        raise ImageError(name, str(error)) from error


def from_image(
    image: Image.Image, *, name: str = "picture", longest: int | None = None, pixel_limit: int = PIXEL_LIMIT
) -> Picture:
    """An image that Pillow has opened or somebody has made, at its own scale; arguments and errors as of `decode`."""
    try:
        with _quiet:
            _check_size(image, name, pixel_limit)
            return _upright(image, *image.size, longest)
    except ImageError:
        raise
    except Exception as error:  # it may be read from its file only now; see `decode`
        raise ImageError(name, _reason(error, image.format or "image")) from error


def shrink(pixels: Pixels, longest: int) -> Pixels:
    """(H, W, 3) → the same picture with its longer side at most `longest` px, of a strip more, as in `decode`; never
    enlarged, antialiased.
    """
    if max(pixels.shape[:2]) <= longest:
        return pixels
    return np.array(_shrunk(Image.fromarray(pixels), longest))


def thumbnail(pixels: Pixels, side: int) -> Pixels:
    """(H, W, 3) → the same picture in a square of `side` px at most, a strip too; never enlarged, antialiased."""
    small = Image.fromarray(pixels)
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    return np.array(small)


def preview(pixels: Pixels, *, detail: float = 1.0) -> bytes:
    """(H, W, 3) → WebP bytes, longer side `PREVIEW` px at most, for people and for the check after alignment.

    Args:
        pixels: of a picture
        detail: as in `Picture`
    """
    file = BytesIO()
    Image.fromarray(shrink(pixels, round(PREVIEW * detail))).save(
        file, "WEBP", quality=_PREVIEW_QUALITY, method=_PREVIEW_EFFORT
    )
    return file.getvalue()


def detail_of(shape: Sequence[int]) -> float:
    """The `detail` of a picture whose preview has this shape."""
    times = max(shape[:2]) / (PREVIEW * elongation(shape))
    return times if times > _ROUNDED else 1.0


def _require_small(image: Image.Image, name: str, longest: int | None, pixel_limit: int) -> None:
    """`ImageTooLarge` unless an image that is only opened may be decoded."""
    _check_size(image, name, pixel_limit)
    if longest is not None:
        require_memory(image, name, pixel_limit=pixel_limit)


def _check_size(image: Image.Image, name: str, pixel_limit: int) -> None:
    width, height = image.size
    if width * height > pixel_limit:
        raise ImageTooLarge(
            name,
            f"{width} × {height} px are more than the {pixel_limit / 1e6:.0f} megapixels of the setting pixel_limit",
        )


def _picture(image: Image.Image, longest: int | None) -> Picture:
    if frames := film(image, longest):
        joined, (width, height) = frames
        return Picture(np.array(_shrunk(joined, longest)), width, height, image.format or "")
    width, height = image.size
    if longest is not None:
        share = min(1.0, _DRAFT_GAP * longest * elongation(image.size) / max(width, height))
        image.draft(None, (max(1, int(width * share)), max(1, int(height * share))))
    return _upright(image, width, height, longest)


def _upright(image: Image.Image, width: int, height: int, longest: int | None) -> Picture:
    """An image of which `width` and `height` are said, though it may be read at a reduced scale."""
    small = _small(image, longest)
    orientation = _orientation(image)
    if orientation >= 5:
        width, height = height, width
    wanted = to_srgb(small, image.info.get("icc_profile"))
    if orientation in _UPRIGHT:
        wanted = wanted.transpose(_UPRIGHT[orientation])
    return Picture(np.array(wanted), width, height, image.format or "")


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8; 1 where the file does not say, not legibly, or its reader applied it (TIFF, HEIF)."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # see `decode`; the picture itself is there
        return 1
    return value if value in _UPRIGHT else 1


def _small(image: Image.Image, longest: int | None) -> Image.Image:
    """In 8 bit and at the size that is wanted."""
    if longest is not None and max(image.size) > longest and image.width * image.height > bands.LARGE:
        return bands.shrunk(image, _size(image, longest))
    image.load()
    return _shrunk(to_eight_bit(image), longest)


def _shrunk(image: Image.Image, longest: int | None) -> Image.Image:
    if longest is None or max(image.size) <= longest:
        return image
    return image.resize(_size(image, longest), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def _size(image: Image.Image, longest: int) -> tuple[int, int]:
    share = min(1.0, longest * elongation(image.size) / max(image.size))
    width, height = image.size
    return max(1, round(width * share)), max(1, round(height * share))


def _reason(error: Exception, format_name: str) -> str:
    """A short clause for a person; the library's own words stay in the chained cause."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    if isinstance(error, MemoryError):
        return f"not enough memory to decode this {format_name}"
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return f"the {format_name} is truncated"
    return f"the {format_name} is damaged, cut short or of an unsupported kind"


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
