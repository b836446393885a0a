"""Requests → posts: a form with files, the bytes of one file, or an address where addresses are allowed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from fastapi import Request
from starlette.datastructures import UploadFile

from lineage.errors import UsageError
from lineage.read.pictures import NAMELESS
from lineage.web.pool import Busy
from lineage.web.problems import Refused

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # what is wrong with a form is told to who sent it
MOST_FILES = 100  # of one request
_BYTES = ("image/", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it was sent.

    Attributes:
        name: as its sender calls it
        content: bytes of its file
    """

    name: str
    content: bytes


class Room:
    """For posts that are read or fetched, so that no more of them come in at once than there is memory for.

    Args:
        most: requests
    """

    def __init__(self, most: int) -> None:
        self._left = most

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While a request is read.

        Raises:
            Busy: too many are read already
        """
        if not self._left:
            raise Busy("too many posts are read at once; try again in a moment")
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1


async def uploads(request: Request, *fields: str) -> dict[str, list[Upload]]:
    """The files of a request by field of its form; a body that is no form is one file of the first field.

    A single file of the first field is called as `?name=` says.

    Raises:
        Refused: the request has another type
        UsageError: no file was sent, or too many
        Busy: too many requests are read already
    """
    with request.app.state.room.taken():
        return await _read(request, *fields)


async def _read(request: Request, *fields: str) -> dict[str, list[Upload]]:
    kind = request.headers.get("content-type", "").lower()
    found: dict[str, list[Upload]] = {field: [] for field in fields}
    if kind.startswith(_BYTES):
        name = request.query_params.get("name", "") or NAMELESS
        return {**found, fields[0]: [Upload(name, await request.body())]}
    if not kind.startswith("multipart/form-data"):
        raise Refused(415, f"send a picture as image/… or in a form as multipart/form-data, not as {kind or 'nothing'}")
    told = request.query_params.get("name", "")
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FILES) as form:
        for field, value in form.multi_items():
            if field in found and isinstance(value, UploadFile):
                found[field].append(Upload(value.filename or NAMELESS, await value.read()))
    first = found[fields[0]]
    return {**found, fields[0]: [replace(first[0], name=told)]} if told and len(first) == 1 else found


def one(found: dict[str, list[Upload]], field: str) -> Upload:
    """The only file of a field; `UsageError` where there is none, or where there are several."""
    if len(found[field]) != 1:
        raise UsageError(f"send one picture in the field {field} of the form, not {len(found[field])}")
    return found[field][0]
