"""Exposure from what an index was asked lately, where nobody gives posts of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from lineage.describe.same_picture import same_post
from lineage.insight.exposure.answers import Answer, Owner, Showing, owner_of, week_of
from lineage.insight.exposure.count import Exposure
from lineage.insight.exposure.plots import every_week
from lineage.insight.exposure.posts import Post
from lineage.insight.exposure.report import counted_by
from lineage.records import Sighting


def answers_of(seen: Sequence[Sighting]) -> list[Answer]:
    """Posts that were asked about, the first time each; the channel is the folder that it lies in."""
    return [_answer(first, number) for number, (first, *_) in enumerate(each_post(seen))]


def each_post(seen: Sequence[Sighting]) -> list[list[Sighting]]:
    """The same, each post with all times that it was asked about, in their order."""
    found: list[list[Sighting]] = []
    for one in seen:
        same = next((times for times in found if _again(one, times[0])), None)
        if same is None:
            found.append([one])
        else:
            same.append(one)
    return found


def weeks_of(
    answers: Sequence[Answer], owners: Mapping[str, Owner], *, campaign: str = "", channel: str = ""
) -> list[Exposure]:
    """Posts that show an asset in each week that has any answer, in the order of time; no answers: no weeks.

    Args:
        answers: that are counted
        owners: of the assets
        campaign: whose assets count; empty: all
        channel: whose posts count; empty: all
    """
    there = [answer for answer in answers if not channel or answer.post.channel == channel]
    shown = [_only(answer, campaign, owners) for answer in there] if campaign else there
    weeks = {week_of(answer.post.day) for answer in answers}
    return every_week(counted_by(shown, "week", owners), also=weeks) if answers else []


def _only(answer: Answer, campaign: str, owners: Mapping[str, Owner]) -> Answer:
    """The answer with what it shows of one campaign."""
    own = tuple(one for one in answer.showings if owner_of(one.asset, owners).campaign == campaign)
    return replace(answer, showings=own)


def _again(one: Sighting, other: Sighting) -> bool:
    """Whether the same post was asked about, with the same answer."""
    if one.asset != other.asset or one.hashes is None or other.hashes is None:
        return False
    return same_post(one.hashes, other.hashes)


def _answer(seen: Sighting, number: int) -> Answer:
    parts = PurePosixPath(seen.query).parts
    channel = parts[-2] if len(parts) > 1 else ""
    day = datetime.fromisoformat(seen.when).astimezone().date()
    post = Post(seen.query, Path(), day, channel, "", 0.0, number)
    probability = 1.0 if seen.score is None else seen.score
    showings = (Showing(post, seen.path, probability),) if seen.asset else ()
    return Answer(post, seen.decision, showings, {})
