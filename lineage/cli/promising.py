"""Whether the promise about novel posts holds for what an index is asked about, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.cli.output import in_number

HARDLY = 0.99  # p from which hardly anything is known any more

if TYPE_CHECKING:
    from indexer.books.promised import Promised
    from lineage.decide.promise import Drift


def sentences(promise: Promised) -> list[str]:
    """For a person: what was made stricter, and whether novel posts score as those that the level was measured on."""
    told = [
        f"stricter known from p {held.known_from:.4f} instead of {fitted.known_from:.4f}"
        + (f" for posts {held.group}" if held.group else "")
        + (", which hardly any post reaches" if held.known_from > HARDLY else "")
        + f", by {held.samples} novel posts of this library; fit anew with: lineage train decision --with-feedback"
        for fitted, held in zip(promise.fitted, promise.held, strict=True)
        if held.measured_on == "library"
    ]
    return [*told, *filter(None, [_drift(promise.drift)])]


def _drift(drift: Drift) -> str:
    from lineage.decide.promise import FEWEST

    if not drift.posts:
        return ""
    asked = in_number(drift.posts, "novel post")
    if drift.posts < FEWEST:
        return f"promise  unknown yet: {asked} asked about lately, and whether it holds here takes {FEWEST}"
    if not drift.drifts:
        return f"promise  holds: {asked} asked about lately score no higher than those that it was measured on"
    return (
        f"promise  in doubt: {asked} asked about lately score higher than those that it was measured on, by more than "
        "chance; judge answers with confirm and reject, then: lineage train decision --with-feedback"
    )
