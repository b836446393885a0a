"""Camera files (RAW) → the picture that the camera put into them, which is what people see of them.

LibRaw finds it, whatever the make; where there is none, or a stamp-sized one, the samples are developed at half size.
"""

from __future__ import annotations

from io import BytesIO
from typing import IO, Final

from PIL import Image
from PIL.JpegImagePlugin import jpeg_factory
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from lineage.machine.heap import new_memory_filled
from lineage.machine.require import extra

SUFFIXES: Final = frozenset(
    {".dng", ".nef", ".nrw", ".cr2", ".cr3", ".arw", ".sr2", ".raf", ".orf", ".rw2", ".pef", ".srw", ".x3f", ".3fr"}
)
SIGNATURES: Final = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb")
"""First bytes of the makes whose files are no TIFF."""
SMALLEST: Final = 640  # px, longer side: a smaller preview shows less than is looked at
_DNG, _MAKE, _KIND, _PARTS, _COLOURS = 50706, 271, 254, 330, 262  # tags of TIFF and DNG
_MOSAICS: Final = (32803, 34892)  # of `_COLOURS`: samples of a sensor


def is_camera_file(tags: ImageFileDirectory_v2) -> bool:
    """Whether the tags of a TIFF are those of a camera's file: its first picture is a small one then, or a mosaic."""
    small_first = tags.get(_KIND) == 1 and _PARTS in tags and _MAKE in tags
    return _DNG in tags or tags.get(_COLOURS) in _MOSAICS or small_first


def camera_file(file: IO[bytes]) -> Image.Image:
    """The picture, upright or with the orientation that it says.

    Raises:
        MissingExtra: rawpy is not installed
        Exception: whatever LibRaw raises for a damaged file
    """
    with extra("formats"):
        import rawpy
    with new_memory_filled(), rawpy.imread(BytesIO(file.read())) as raw:
        try:
            kept = raw.extract_thumb()
            image = jpeg_factory(BytesIO(kept.data)) if isinstance(kept.data, bytes) else Image.fromarray(kept.data)
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
            image = None
        if image is None or max(image.size) < min(SMALLEST, raw.sizes.width, raw.sizes.height):
            return Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True))
        return image
