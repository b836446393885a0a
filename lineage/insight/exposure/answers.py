"""Posts joined with verdicts and labels: which post shows which asset with which probability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lineage.insight.exposure.posts import Post

UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Showing:
    """A post that may show an asset.

    Attributes:
        post: the post
        asset: path of the asset
        probability: that the post was made from it, 0..1
        edits: what was done to it, as the verdict names the kinds: cropped, mirrored …, sorted; known for the best
            match only
    """

    post: Post
    asset: str
    probability: float
    edits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found in one post.

    Attributes:
        post: the post
        verdict: known, review, novel, or unreadable
        showings: of assets, the best first
        labels: given to its picture, with their probabilities
    """

    post: Post
    verdict: str
    showings: tuple[Showing, ...]
    labels: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Owner:
    """To which campaign and brand an asset belongs."""

    campaign: str
    brand: str


def owner_of(asset: str, owners: Mapping[str, Owner]) -> Owner:
    """What the catalogue says; without an entry the campaign is the asset's first folder and the brand is unknown."""
    folder, _, rest = asset.partition("/")
    return owners.get(asset, Owner(folder if rest else "", ""))


def week_of(day: date) -> str:
    """The Monday of its week, as text that sorts."""
    return (day - timedelta(days=day.weekday())).isoformat()


ANY = "any asset"
"""The key, and the only name, of posts that show whatever asset of the library."""
PLACES: Mapping[str, Callable[[Post], str]] = {
    "channel": lambda post: post.channel,
    "account": lambda post: post.account,
    "week": lambda post: week_of(post.day),
}
"""Where and when posts were: what counts posts of its own."""


def shares(answers: Sequence[Answer], key: str, owners: Mapping[str, Owner]) -> dict[str, list[tuple[Post, float]]]:
    """For each asset, campaign, brand, label, channel, account or week, or for any asset, the posts that show it and
    with which probability.

    Assets of one campaign in one post are rivals for the same pixels more often than neighbours in a collage, so their
    probabilities are added, up to 1. Channels, accounts and weeks count posts that show any asset of the library; a
    week whose posts show none has none. Labels are those given to the picture, whatever its verdict.
    """
    found: dict[str, dict[Post, float]] = {}
    for answer in answers:
        if key == "week":
            found.setdefault(week_of(answer.post.day), {})
        for name, probability in _seen(answer, key, owners):
            posts = found.setdefault(name, {})
            posts[answer.post] = min(1.0, posts.get(answer.post, 0.0) + probability)
    return {name: list(posts.items()) for name, posts in found.items()}


def looked_at(answers: Sequence[Answer], key: str, names: Collection[str]) -> dict[str, int]:
    """By name: of how many posts the picture could be read, of that channel, account or week, else of all."""
    posts = [answer.post for answer in answers if answer.verdict != UNREADABLE]
    if key not in PLACES:
        return dict.fromkeys(names, len(posts))
    counted = Counter(PLACES[key](post) for post in posts)
    return {name: counted[name] for name in names}


def _seen(answer: Answer, key: str, owners: Mapping[str, Owner]) -> Iterator[tuple[str, float]]:
    if key == "label":
        yield from answer.labels.items()
        return
    for showing in answer.showings:
        if name := _name(showing, key, owners):
            yield name, showing.probability


def _name(showing: Showing, key: str, owners: Mapping[str, Owner]) -> str:
    if key in PLACES:
        return PLACES[key](showing.post)
    owner = owner_of(showing.asset, owners)
    return {ANY: ANY, "asset": showing.asset, "campaign": owner.campaign, "brand": owner.brand}[key]
