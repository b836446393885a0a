"""Posts joined with verdicts and labels: which post shows which asset with which probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lineage.insight.exposure.posts import Post


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
        verdict: known, review or novel
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


def shares(answers: Sequence[Answer], key: str, owners: Mapping[str, Owner]) -> dict[str, list[tuple[Post, float]]]:
    """For each asset, campaign, brand, channel, account or week, the posts that show it and with which probability.

    Assets of one campaign in one post are rivals for the same pixels more often than neighbours in a collage, so their
    probabilities are added, up to 1. Channels, accounts and weeks count posts that show any asset of the library; a
    week whose posts show none has none.
    """
    found: dict[str, dict[Post, float]] = {}
    for answer in answers:
        if key == "week":
            found.setdefault(week_of(answer.post.day), {})
        for showing in answer.showings:
            name = _name(showing, key, owners)
            if name:
                posts = found.setdefault(name, {})
                posts[answer.post] = min(1.0, posts.get(answer.post, 0.0) + showing.probability)
    return {name: list(posts.items()) for name, posts in found.items()}


def _name(showing: Showing, key: str, owners: Mapping[str, Owner]) -> str:
    post, owner = showing.post, owner_of(showing.asset, owners)
    names = {
        "asset": showing.asset,
        "campaign": owner.campaign,
        "brand": owner.brand,
        "channel": post.channel,
        "account": post.account,
        "week": week_of(post.day),
    }
    return names[key]
