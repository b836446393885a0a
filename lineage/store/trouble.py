"""What can go wrong between client and server, over HTTP and over gRPC: may it pass, and how is it told?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
import httpx
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

REFUSALS = (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse, grpc.RpcError)

_PASSING = frozenset({408, 429, 502, 503, 504})  # time-out, too many requests, bad gateway, unavailable, time-out


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as a caller needs it.

    Attributes:
        says: what follows the name of the server in a sentence
        passes: whether the same request may succeed later
        wait: seconds that the server asks to wait, if it does
    """

    says: str
    passes: bool
    wait: float | None = None


_LATE = Trouble("did not answer in time", passes=True)
_WRONG_KEY = Trouble("refuses the API key; check the key that was given", passes=False)


def understood(error: Exception) -> Trouble:
    """One of `REFUSALS`, of either transport."""
    match error:
        case ResponseHandlingException():
            return _unanswered(error.source)
        case UnexpectedResponse():
            return _refused(error)
        case ResourceExhaustedResponse():
            return Trouble(f"is overloaded: {error}", passes=True, wait=error.retry_after_s)
        case _:
            return _called(error)


def _unanswered(source: Exception) -> Trouble:
    """HTTP without an answer that makes sense."""
    if isinstance(source, httpx.TimeoutException):
        return _LATE
    if isinstance(source, httpx.TransportError):
        return Trouble(f"cannot be reached ({source}); is it running?", passes=True)
    return Trouble(f"answers what this version does not understand ({type(source).__name__})", passes=False)


def _refused(error: UnexpectedResponse) -> Trouble:
    """HTTP with a status that is no success."""
    if error.status_code in (401, 403):
        return _WRONG_KEY
    return Trouble(f"refuses the request: {error.status_code} {_reason(error)}", passes=error.status_code in _PASSING)


def _called(error: Any) -> Trouble:  # noqa: ANN401 - grpc, which has no types
    """A failed gRPC call, which carries the status of the call."""
    code, details = error.code(), " ".join(str(error.details()).split())
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return _LATE
    if code in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED):
        return _WRONG_KEY
    if code is grpc.StatusCode.UNAVAILABLE:
        return Trouble(f"cannot be reached ({details}); is it running?", passes=True)
    busy = code is grpc.StatusCode.RESOURCE_EXHAUSTED
    return Trouble(f"refuses the request: {code.name} {details}", passes=busy)


def _reason(error: UnexpectedResponse) -> str:
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return error.reason_phrase
