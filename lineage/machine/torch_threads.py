"""How many threads torch works with: one number for a whole program, of which lineage is a part."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from lineage.machine.processors import threads_of_numbers


@contextmanager
def torch_threads_given_back() -> Iterator[None]:
    """Let torch have in the end as many threads as it had, whatever was set meanwhile.

    Where nobody had imported it, nobody had chosen a number either: then it has as many as it takes by itself.
    """
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else threads_of_numbers()
    try:
        yield
    finally:
        torch = sys.modules.get("torch")
        if torch:
            torch.set_num_threads(before)
