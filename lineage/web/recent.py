"""What was answered lately, so that its pictures can be looked at and decisions be made about it."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass, replace

from lineage.feedback.notes import now
from lineage.records import Picture, Report

KEPT = 32  # answers; each holds up to 2 MB


@dataclass(frozen=True, slots=True)
class Answered:
    """A post that was asked about.

    Attributes:
        id: random UUID, by which its pictures and decisions about it are asked for; that of its review, if it has one
        when: as `Note.when`
        picture: the post as it was read
        report: what was said of it
    """

    id: str
    when: str
    picture: Picture
    report: Report


class Recent:
    """The latest answers by their ids."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Answered] = OrderedDict()

    def add(self, picture: Picture, report: Report) -> Answered:
        """A post was answered; the oldest is forgotten for it."""
        answered = Answered(str(uuid.uuid4()), now(), picture, report)
        self._kept[answered.id] = answered
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return answered

    def name(self, answered: Answered, key: str) -> Answered:
        """The same by another id, which is that of its review."""
        self._kept.pop(answered.id, None)
        self._kept.pop(key, None)
        self._kept[key] = named = replace(answered, id=key)
        return named

    def find(self, key: str) -> Answered | None:
        """One of them by its id; None where it is none of them."""
        return self._kept.get(key)
