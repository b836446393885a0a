"""All pictures of a profile → the label that suits it best, with the pictures that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.insight.labels.predict import Labelled


@dataclass(frozen=True, slots=True)
class Lead:
    """A picture that shows the suggested label.

    Attributes:
        name: path of the picture
        probability: of the label
    """

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What suits a profile.

    Attributes:
        profile: folder or account
        pictures: how many it has
        label: None where no label is on enough of them
        share: of the pictures that show the label; 0 where there is none
        leads: the pictures that show it, the surest first
        shares: of all labels that any picture shows, the largest first
        least: share of the pictures from which on a label counts
    """

    profile: str
    pictures: int
    label: str | None
    share: float
    leads: tuple[Lead, ...]
    shares: tuple[tuple[str, float], ...]
    least: float

    @property
    def title(self) -> str:
        """The suggestion in a few words."""
        of = f"{self.pictures} picture{'s' * (self.pictures != 1)}"
        if self.label:
            return f"{self.profile}: {self.label}, on {len(self.leads)} of {of}{self._as_many}"
        if not self.shares:
            return f"{self.profile}: nothing to suggest; of {of} none shows any of the labels"
        label, share = self.shares[0]
        most = f"{label}, the commonest label, is on {round(share * self.pictures)} of {of}"
        return f"{self.profile}: nothing to suggest; {most}, and {100 * self.least:g} % are asked for"

    @property
    def _as_many(self) -> str:
        """Labels that are on as many pictures."""
        equal = [label for label, share in self.shares if share == self.share and label != self.label]
        if not equal:
            return ""
        return f"; {', '.join(equal)} {'is' if len(equal) == 1 else 'are'} on as many, less surely"


def choose(profile: str, labelled: Sequence[Labelled], classes: Sequence[str], *, least: float) -> Suggestion:
    """The label on the largest share of the pictures; of equal ones the more probable.

    Args:
        profile: folder or account
        labelled: its pictures, those of none of the classes included
        classes: of the model, in the order of the probabilities
        least: share of the pictures from which on a label counts, 0..1
    """
    leads = {name: _leads(labelled, name, number) for number, name in enumerate(classes)}
    shown = sorted((name for name in leads if leads[name]), key=lambda name: _weight(leads[name]), reverse=True)
    shares = tuple((name, len(leads[name]) / len(labelled)) for name in shown)
    if not shares or shares[0][1] < least:
        return Suggestion(profile, len(labelled), None, 0.0, (), shares, least)
    label, share = shares[0]
    return Suggestion(profile, len(labelled), label, share, leads[label], shares, least)


def _leads(labelled: Sequence[Labelled], label: str, number: int) -> tuple[Lead, ...]:
    found = [Lead(one.name, one.probabilities[number]) for one in labelled if label in one.labels]
    return tuple(sorted(found, key=lambda lead: (-lead.probability, lead.name)))


def _weight(leads: Sequence[Lead]) -> tuple[int, float]:
    return len(leads), sum(lead.probability for lead in leads)
