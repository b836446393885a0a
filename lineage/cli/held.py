"""What helps whoever is refused an index because a service has it, by what they wanted to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.errors import StoreLocked

_END = "end the service first"
_DECIDE = "decide at {address}/queue, or by POST {address}/v1/feedback"
_WAYS = {
    "query": "ask the service: lineage query --service {address}",
    "exposure": "let the service be asked, with the variable LINEAGE_SERVICE={address}",
    "serve": "open {address}, or end that service first",
    "index": """let the service do it: curl --json '{{"paths": ["FOLDER"]}}' {address}/v1/index, or """ + _END,
    "sync": f"the service takes in what is new, by POST {{address}}/v1/index; to drop what is gone, {_END}",
    "status": "ask the service: curl {address}/v1/status",
    **dict.fromkeys(("confirm", "reject", "quarantine"), _DECIDE),
}


def refusal(error: StoreLocked, arguments: Sequence[str]) -> str:
    """The sentence for whoever gave a command with these arguments."""
    if not error.address:
        return str(error)
    way = _WAYS.get(next(iter(arguments), ""), _END)
    return f"{error.held}, which answers at {error.address}; {way.format(address=error.address)}"
