"""Requests that hold JSON, read once it is known who asks, and no further than such a request goes."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from lineage.web.problems import Refused

MOST = 64 * 1024  # bytes; a decision has some hundreds

Form = TypeVar("Form", bound=BaseModel)


async def read_json(request: Request, form: type[Form]) -> Form:
    """What a request tells, by the fields of its form.

    Raises:
        Refused: it is not JSON by its type, or too large
        RequestValidationError: it is not of that form
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, f"send application/json, not {kind or 'nothing'}")
    body = await _body(request)
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found]) from error


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST:
            raise Refused(413, f"a request in JSON may have {MOST:,} bytes", {"Connection": "close"})
    return bytes(body)
