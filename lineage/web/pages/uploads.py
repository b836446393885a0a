"""A picture that a form brings."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import UploadFile

from lineage.errors import ImageError

NAMELESS = "pasted picture"


async def upload(request: Request) -> tuple[bytes, str]:
    """The bytes of the picture that a form brings, and its name.

    Raises:
        ImageError: it brings none
    """
    async with request.form(max_files=1) as form:
        given = form.get("post")
        content = await given.read() if isinstance(given, UploadFile) else b""
        name = given.filename if isinstance(given, UploadFile) and given.filename else NAMELESS
    if not content:
        raise ImageError(name, "holds nothing; choose a picture, or drop one here")
    return content, name
