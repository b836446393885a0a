"""Calls to one Qdrant server: what may pass is tried again, everything else becomes one sentence."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from lineage.errors import StoreError
from lineage.store.trouble import REFUSALS, understood

P = ParamSpec("P")
T = TypeVar("T")

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)  # seconds between attempts: a server that restarts is back within these eight
_LONGEST_PAUSE = 30.0  # seconds, whatever the server asks for


class Link:
    """Makes calls on behalf of a store, one at a time: the next portion waits until the server has taken the last.

    A call may run twice where an answer was lost. Every call of a store can, because writes name the points they write;
    whoever makes a collection looks whether it is there by then.
    """

    def __init__(self, address: str, *, pauses: tuple[float, ...] = PAUSES) -> None:
        self._address = address
        self._pauses = pauses

    def call(self, request: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of `request`; `StoreError` where the server is gone, slow, refuses the key or the request."""
        pauses = iter(self._pauses)
        while True:
            try:
                return request(*args, **kwargs)
            except REFUSALS as error:
                trouble, pause = understood(error), next(pauses, None)
                if pause is None or not trouble.passes:
                    raise StoreError(f"the Qdrant server at {self._address} {trouble.says}") from error
            wait = pause if trouble.wait is None else trouble.wait
            # Not all at the same moment, where several clients wait for one server.
            time.sleep(min(wait, _LONGEST_PAUSE) * random.uniform(0.8, 1.2))
