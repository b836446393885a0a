"""What an answer depends on besides the post, and in what two such grounds differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

_NAMED = 12  # digits of a digest that is shown to a person


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer depends on besides the post.

    Attributes:
        versions: of lineage, its code, backbone, index, calibration and autoencoder, and of the libraries that compute
        settings: that change answers
        assets: how many the index held
        library: digest of their ids; empty where nobody can say which they were: on a server, which others may fill
            meanwhile, and in a folder that was being filled
        decisions: digest of what people had decided; empty where somebody decided while the post was asked about
    """

    versions: Mapping[str, str]
    settings: Mapping[str, int]
    assets: int
    library: str
    decisions: str

    def as_json(self) -> dict[str, Any]:
        """For a record."""
        return asdict(self)

    def changed_since(self, before: Grounds) -> list[str]:
        """In what these differ from others of before, clauses for a person; what is not known counts as different."""
        told = [*_differing(before.versions, self.versions), *_differing(before.settings, self.settings)]
        if before.assets != self.assets:
            told.append(f"{before.assets:,} assets then, {self.assets:,} now")
        elif not _same(before.library, self.library):
            surely = "other" if before.library and self.library else "perhaps other"
            told.append(f"{surely} assets, {self.assets:,} then and now")
        if not _same(before.decisions, self.decisions):
            told.append("other decisions of people" if before.decisions else "somebody was deciding meanwhile")
        return told


def grounds_of(record: Mapping[str, Any]) -> Grounds:
    """The grounds of an answer, as `as_json` has them."""
    return Grounds(**{one.name: record[one.name] for one in fields(Grounds)})


def digest_of_ids(batches: Iterable[Iterable[str]]) -> str:
    """Ids in any order → SHA-256, 64 hex digits."""
    ids = sorted(key for batch in batches for key in batch)
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()


def _same(before: str, now: str) -> bool:
    return bool(before) and before == now


def _differing(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    names = [*dict.fromkeys((*before, *now))]
    return [
        f"{name} {_named(before.get(name))} then, {_named(now.get(name))} now"
        for name in names
        if before.get(name) != now.get(name)
    ]


def _named(value: object) -> str:
    text = "none" if value is None else str(value)
    return text[:_NAMED] if len(text) == 64 else text
