"""A picture that a form brings."""

from __future__ import annotations

from fastapi import Request

from lineage.errors import ImageError
from lineage.web.uploads import Upload, one, uploads


async def dropped(request: Request) -> Upload:
    """The picture that was dropped, pasted or chosen.

    Raises:
        ImageError: none was
    """
    found = one(await uploads(request, "post"), "post")
    if not found.content:
        raise ImageError(found.name, "holds nothing")
    return found


def refused(error: ImageError) -> str:
    """What is said of a file that cannot be read, and what to do then."""
    return f"{error}. Choose another file, or take a screenshot of the post and choose that."
