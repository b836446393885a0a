"""Pages that need nothing beside them: a template filled in, pictures inside."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image

from lineage.machine.one_line import one_line
from lineage.machine.require import extra
from lineage.read.images import shrink
from lineage.records import Pixels


def render(template: Path, **values: object) -> str:
    """An HTML page from the file of a template, every value escaped and on one line.

    Raises:
        MissingExtra: Jinja is not installed
    """
    with extra("reports"):
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    loader = FileSystemLoader(template.parent)
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: one_line(value) if type(value) is str else value,
    )
    return environment.get_template(template.name).render(**values)


def png_uri(data: bytes) -> str:
    """PNG bytes as an address that holds them."""
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def thumbnail_uri(pixels: Pixels, *, longest: int) -> str:
    """(H, W, 3) → a small JPEG as an address that holds it."""
    return jpeg_uri(Image.fromarray(shrink(pixels, longest)))


def jpeg_uri(image: Image.Image, *, quality: int = 80) -> str:
    """A picture as an address that holds it as a JPEG."""
    with BytesIO() as buffer:
        image.save(buffer, "JPEG", quality=quality)
        return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
