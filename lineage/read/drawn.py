"""Pages of a PDF, and drawings of an SVG → pictures of the size that people look at them."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import IO, Any, Final
from xml.etree import ElementTree

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile

from lineage.machine.require import extra

PDF_SUFFIXES: Final = frozenset({".pdf", ".ai"})  # Illustrator writes a PDF into its files unless it is told not to
SVG_SUFFIXES: Final = frozenset({".svg"})
DENSITY: Final = 150 / 72  # px a point
LONGEST: Final = 2048  # px: of a poster no more is seen
DRAWN: Final = 1024  # px, longer side of an SVG, which has no size of its own
DOTS: Final = 96.0  # px an inch, of CSS: what sides in mm are told by
FURTHEST: Final = 40  # times as long as wide; a thinner drawing is no picture
_LINKS: Final = ("href", "{http://www.w3.org/1999/xlink}href")
_ONE_AT_A_TIME: Final = threading.Lock()  # PDFium is not made for threads


class PdfPages(ImageFile):
    """The pages of a PDF, as frames; each is drawn when it is loaded."""

    format, format_description = "PDF", "pages"

    def _open(self) -> None:
        with extra("formats"):
            from pypdfium2 import PdfDocument
        assert self.fp is not None  # `ImageFile` has just been given it
        with _ONE_AT_A_TIME:
            self._document = PdfDocument(self.fp.read())
            self.n_frames = len(self._document)
        self._mode = "RGB"
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Go to a page, from 0."""
        with _ONE_AT_A_TIME:
            width, height = self._document[frame].get_size()
        self._frame, self._drawn = frame, False
        self._scale = min(DENSITY, LONGEST / max(width, height))
        self._size = max(1, round(width * self._scale)), max(1, round(height * self._scale))

    def tell(self) -> int:
        """The number of the page."""
        return self._frame

    def load(self) -> Any:  # noqa: ANN401 - as Pillow says, in a module that it keeps to itself
        """Draw the page, once."""
        if not self._drawn:
            with _ONE_AT_A_TIME:
                page = self._document[self._frame].render(scale=self._scale).to_pil().convert("RGB")
            self.im, self._size, self._drawn = page.im, page.size, True
        return Image.Image.load(self)


def svg(file: IO[bytes]) -> ImageFile:
    """A drawing, its ground transparent. Files and addresses that it names are left out: it may be anybody's.

    Raises:
        MissingExtra: resvg is not installed
        ValueError: it cannot be drawn
        xml.etree.ElementTree.ParseError: it is no XML
    """
    with extra("formats"):
        from resvg_py import svg_to_bytes
    root = ElementTree.parse(file).getroot()
    for element in root.iter():
        for link in _LINKS:
            if not element.get(link, "#").startswith(("#", "data:")):
                del element.attrib[link]
    wide, high = _shape(root)
    width, height = (DRAWN, None) if wide >= high else (None, DRAWN)
    drawing = ElementTree.tostring(root, encoding="unicode")
    return PngImageFile(BytesIO(svg_to_bytes(svg_string=drawing, dpi=DOTS, width=width, height=height)))


def is_svg(head: bytes) -> bool:
    """Whether the first bytes of a text begin a drawing."""
    return b"<svg" in head


def _shape(root: ElementTree.Element) -> tuple[float, float]:
    """Width and height of a drawing in units of its own; 1, 1 where it says neither.

    Raises:
        ValueError: it says something else, or is so thin that its longer side would be all there is
    """
    said = (root.get("viewBox") or "").replace(",", " ").split()[2:]
    both = said if len(said) == 2 else [root.get("width") or "", root.get("height") or ""]
    wide, high = (float(number) for number in map(_number, both))
    if not 1 / FURTHEST <= wide / high <= FURTHEST:
        raise ValueError("a drawing of no height or width")
    return wide, high


def _number(said: str) -> str:
    """What stands before the unit; 1 where nothing does."""
    return said.rstrip("abcdefghijklmnopqrstuvwxyz% ") or "1"
