"""A picture that a form brings."""

from __future__ import annotations

from fastapi import Request

from lineage.errors import ImageError
from lineage.web.uploads import Upload, one, uploads

PASTED = "image.png"  # what browsers call a picture that was pasted


async def dropped(request: Request) -> Upload:
    """The picture that was dropped, pasted or chosen.

    Raises:
        ImageError: none was
    """
    found = one(await uploads(request, "post"), "post")
    if not found.content:
        raise ImageError(found.name, "holds nothing; choose a picture, or drop one here")
    return found
