"""Calls to one Qdrant server: what may pass is tried again, everything else becomes one sentence."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import httpx
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from lineage.errors import StoreError

P = ParamSpec("P")
T = TypeVar("T")
Refusal = ResponseHandlingException | UnexpectedResponse | ResourceExhaustedResponse

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)  # seconds between attempts: a server that restarts is back within these eight
_LONGEST_PAUSE = 30.0  # seconds, whatever the server asks for
_PASSING = frozenset(
    {408, 429, 502, 503, 504}
)  # HTTP: time-out, too many requests, bad gateway, unavailable, gateway time-out


class Link:
    """Makes calls on behalf of a store.

    A call may run twice where an answer was lost. Every call of a store can, because writes name the points they write.
    """

    def __init__(self, address: str, *, pauses: tuple[float, ...] = PAUSES) -> None:
        self._address = address
        self._pauses = pauses

    def call(self, request: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of `request`; `StoreError` where the server is gone, slow, refuses the key or the request."""
        for pause in self._pauses:
            try:
                return request(*args, **kwargs)
            except (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse) as error:
                if not _may_pass(error):
                    raise StoreError(self._sentence(error)) from error
                wait = error.retry_after_s if isinstance(error, ResourceExhaustedResponse) else pause
            # Not all at the same moment, where several clients wait for one server.
            time.sleep(min(wait, _LONGEST_PAUSE) * random.uniform(0.8, 1.2))
        try:
            return request(*args, **kwargs)
        except (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse) as error:
            raise StoreError(self._sentence(error)) from error

    def _sentence(self, error: Refusal) -> str:
        server = f"the Qdrant server at {self._address}"
        match error:
            case ResponseHandlingException(source=httpx.TimeoutException()):
                return f"{server} did not answer in time"
            case ResponseHandlingException(source=httpx.TransportError()):
                return f"{server} cannot be reached ({error.source}); is it running?"
            case ResponseHandlingException():
                return f"{server} answers what this version does not understand ({type(error.source).__name__})"
            case UnexpectedResponse(status_code=401 | 403):
                return f"{server} refuses the API key; check the key that was given"
            case UnexpectedResponse():
                return f"{server} refuses the request: {error.status_code} {_reason(error)}"
            case ResourceExhaustedResponse():
                return f"{server} is overloaded: {error}"


def _may_pass(error: Refusal) -> bool:
    match error:
        case ResponseHandlingException():
            return isinstance(error.source, httpx.TransportError)
        case UnexpectedResponse():
            return error.status_code in _PASSING
        case ResourceExhaustedResponse():
            return True


def _reason(error: UnexpectedResponse) -> str:
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return error.reason_phrase
