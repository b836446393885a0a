"""What was answered lately, so that its pictures can be looked at and decisions be made about it."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lineage.feedback.notes import now
from lineage.records import Picture, Report

KEPT = 32  # answers that nobody has looked at again, and as many that somebody has; each holds up to 2 MB


@dataclass(frozen=True, slots=True)
class Answered:
    """A post that was asked about.

    Attributes:
        id: random UUID, by which its pictures and decisions about it are asked for; that of its review, if it has one
        when: as `Note.when`
        picture: the post as it was read
        report: what was said of it
        remembered: whether whoever asked lets others know of it
    """

    id: str
    when: str
    picture: Picture
    report: Report
    remembered: bool = True


class Recent:
    """The latest answers by their ids.

    Those that somebody looks at are kept apart from the rest, so that a program that asks much does not push out what a
    person has open.
    """

    def __init__(self) -> None:
        self._new: OrderedDict[str, Answered] = OrderedDict()
        self._looked_at: OrderedDict[str, Answered] = OrderedDict()

    def add(self, picture: Picture, report: Report, *, remembered: bool = True) -> Answered:
        """A post was answered; the oldest is forgotten for it."""
        answered = Answered(str(uuid.uuid4()), now(), picture, report, remembered)
        _keep(self._new, answered)
        return answered

    def name(self, answered: Answered, key: str) -> Answered:
        """The same by another id, which is that of its review."""
        looked_at = key in self._looked_at
        for one in (answered.id, key):
            self._taken(one)
        named = replace(answered, id=key)
        _keep(self._looked_at if looked_at else self._new, named)
        return named

    def find(self, key: str) -> Answered | None:
        """One of them by its id, which somebody looks at; None where it is none of them."""
        if found := self._taken(key):
            _keep(self._looked_at, found)
        return found

    def peek(self, key: str) -> Answered | None:
        """The same for one of its pictures, of which a page has many that nobody has opened."""
        return self._new.get(key) or self._looked_at.get(key)

    def all(self) -> Iterator[Answered]:
        """All of them, in no order."""
        yield from self._new.values()
        yield from self._looked_at.values()

    def _taken(self, key: str) -> Answered | None:
        return self._new.pop(key, None) or self._looked_at.pop(key, None)


def _keep(answers: OrderedDict[str, Answered], answered: Answered) -> None:
    answers[answered.id] = answered
    while len(answers) > KEPT:
        answers.popitem(last=False)
