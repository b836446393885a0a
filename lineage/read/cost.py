"""What decoding a picture takes in memory, told by its header: the bytes that it declares, and not its pixels alone.

Measured as the growth of a process over pictures of 24 megapixels, 2026-11-30 (Pillow 13.0, libwebp 1.6, libavif 1.4,
libheif 1.23): for each pixel WebP takes 15 bytes, AVIF 9, HEIF 7.1, JPEG 2000 in one tile 19; all others their samples,
twice where libtiff unpacks one strip that is the whole picture. What becomes of the samples is made in bands, see
`bands`. What a drawing or a page of a PDF takes is told by nothing, so that the process which draws gets no more, see
`heap.at_most`.
"""

from __future__ import annotations

from typing import Final

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from lineage.errors import ImageTooLarge
from lineage.read.bands import in_strips

BYTES_A_PIXEL: Final = 2.2
"""Of the limit of pixels: 394 MB at 179 megapixels. One setting moves both."""

_SAMPLES: Final = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}  # bytes; else 4
_DECODERS: Final = {"WEBP": 15.5, "AVIF": 9.0, "HEIF": 7.2, "JPEG2000": 19.5, "PSD": 8.0}  # bytes a pixel
_AROUND: Final = 512 << 20  # bytes: the file, key points, what is kept of former pictures, libraries loaded meanwhile
_COEFFICIENT: Final = 2  # bytes; a progressive JPEG keeps all of them, at whatever scale it is read


def require_memory(image: Image.Image, name: str, *, pixel_limit: int) -> None:
    """`ImageTooLarge` where decoding takes more memory than is given to a picture."""
    needed, given = _needed(image), memory_of_picture(pixel_limit)
    if needed > given:
        raise ImageTooLarge(
            name,
            f"{image.width} × {image.height} px of this {image.format or 'image'} take {needed / 1e6:,.0f} MB to "
            f"decode, more than {given / 1e6:,.0f} MB; the setting pixel_limit raises that",
        )


def memory_of_picture(pixel_limit: int) -> int:
    """Bytes that decoding one picture may take."""
    return int(BYTES_A_PIXEL * pixel_limit)


def memory_for(pixel_limit: int) -> int:
    """Bytes that a process may take for one picture, with all that is made of it."""
    return memory_of_picture(pixel_limit) + _AROUND


def _needed(image: Image.Image) -> float:
    """Bytes."""
    samples = image.width * image.height * _SAMPLES.get(image.mode, 4)
    if isinstance(image, JpegImageFile):
        return _of_jpeg(image)
    if isinstance(image, TiffImageFile):
        if in_strips(image):
            return 0.0
        return samples * (2 if any(tile.codec_name == "libtiff" for tile in image.tile) else 1)
    if image.format in _DECODERS:
        return image.width * image.height * _DECODERS[image.format]
    return samples


def _of_jpeg(image: JpegImageFile) -> float:
    """Where it is not progressive, a few rows at a time and what is left of them at the scale it is read at."""
    if "progressive" not in image.info:
        return 0.0
    sampled = [(across, down) for _, across, down, _ in image.layer]
    whole = max(across for across, _ in sampled) * max(down for _, down in sampled)
    share = sum(across * down for across, down in sampled) / whole
    return image.width * image.height * share * _COEFFICIENT
