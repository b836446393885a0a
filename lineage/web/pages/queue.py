"""Reviews, worked off: one pair, one key a decision, the most doubtful first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lineage.feedback.queue import Standing
from lineage.records import Note
from lineage.web.catalogue import Catalogue
from lineage.web.pages.callers import REVIEWER
from lineage.web.pages.frame import asked_for, number_asked_for, page, who
from lineage.web.pages.looks import looks, rival_look
from lineage.web.service import Service

CHECKPOINT = 20  # decisions, after which one looks back on them
SHOWN = 60  # that wait, on the list; a page of pictures

router = APIRouter(dependencies=[REVIEWER])


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody goes through the queue.

    Attributes:
        campaign: that alone; empty: all
        decided: how many were decided on the way
    """

    campaign: str = ""
    decided: int = 0

    def further(self, decisions: int) -> Way:
        """The same once so many more were decided, or taken back."""
        return replace(self, decided=max(self.decided + decisions, 0))

    def to(self, review: str = "") -> str:
        """Address of a review on this way, or of the list."""
        given = {"campaign": self.campaign, "n": self.decided or ""}
        query = urlencode({name: value for name, value in given.items() if value}, errors="surrogateescape")
        return f"/queue/{review or 'list'}" + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class Left:
    """What waits, in the order in which it is worked off.

    Attributes:
        waiting: reviews of the way
        campaigns: (name, how many wait), the fullest first
        standings: all reviews by id, in the same order
        taken: by id of one of the way, who else looks at it
    """

    waiting: Sequence[Standing]
    campaigns: Sequence[tuple[str, int]]
    standings: Mapping[str, Standing]
    taken: Mapping[str, str]

    @property
    def free(self) -> Sequence[str]:
        """Ids of those of the way that nobody else looks at."""
        return [one.review.id for one in self.waiting if one.review.id not in self.taken]

    def after(self, review: str) -> str:
        """Id of the next that is free, also where this one is decided meanwhile; empty where there is none."""
        line, free = [*self.standings], {*self.free}
        start = line.index(review) + 1 if review in self.standings else 0
        return next((one for one in line[start:] if one in free), "")

    def before(self, review: str) -> str:
        """Id of the one before it that is free; empty where there is none."""
        line, free = [*self.standings], {*self.free}
        end = line.index(review) if review in self.standings else 0
        return next((one for one in reversed(line[:end]) if one in free), "")


@router.get("/queue")
async def start(request: Request) -> Response:
    """The first review that nobody else looks at, or else the first, or the list where none waits."""
    way, left = _way(request), await _left(request)
    ids = [one.review.id for one in left.waiting]
    first = next(iter(left.free), ids[0] if ids else "")
    return RedirectResponse(way.to(first), 303)


@router.get("/queue/list")
async def overview(request: Request) -> Response:
    """What waits, and what was decided lately: where one looks back from time to time."""
    way, left = _way(request), await _left(request)
    decided = _decided(left)
    done = _done(left, who(request), way)
    return page(
        request,
        "queue_list.html",
        place="Queue",
        way=way,
        left=left,
        shown=left.waiting[:SHOWN],
        decided=decided[:CHECKPOINT],
        latest=next((one for one in decided if one.note and one.note.who == who(request)), None),
        counts=Counter(note.what for note in done),
        without=_without(way, done),
    )


@router.get("/queue/{key}")
async def review(request: Request, key: str) -> Response:
    """One review: the pair, what compares the two, and what can be decided."""
    service: Service = request.app.state.service
    way, left = _way(request), await _left(request)
    report, standing = await service.report(key), left.standings.get(key)
    if report is None or standing is None:
        return page(
            request,
            "error.html",
            place="Queue",
            status=404,
            title="This review is not in the queue",
            detail=f"Reviews are kept for {service.settings.review_days} days.",
            ways=[("/queue", "To what waits")],
        )
    looking, person = request.app.state.looking, who(request)
    other = looking.other(key, person)
    looking.look(key, person)
    following = left.after(key)
    decided = way.further(1)
    checkpoint = decided.decided % CHECKPOINT == 0
    last = _last(left, person, besides=key) if way.decided else None
    without = _without(way, _done(left, person, way))
    return page(
        request,
        "queue.html",
        place="Queue",
        key=key,
        report=report,
        verdict=report.verdict,
        looks=looks(report, f"/posts/{key}"),
        rival=rival_look(report, f"/posts/{key}"),
        standing=standing,
        other=other,
        left=left,
        place_in_line=_place(left, key),
        way=way,
        without=without,
        here=way.to(key),
        before=way.to(f"{key}/before") if left.before(key) else "",
        following=way.to(f"{key}/next"),
        ahead=_ahead(left, following),
        then=decided.to("" if checkpoint else f"{key}/next"),
        last=last,
        with_it=_with(left, last),
        campaign=service.catalogue.campaign(standing.review.path),
    )


@router.get("/queue/{key}/next")
async def following(request: Request, key: str) -> Response:
    """The next review that waits and that nobody else looks at now, or the list."""
    way, left = _way(request), await _left(request)
    return RedirectResponse(way.to(left.after(key)), 303)


@router.get("/queue/{key}/before")
async def before(request: Request, key: str) -> Response:
    """The one before it, likewise."""
    way, left = _way(request), await _left(request)
    return RedirectResponse(way.to(left.before(key)), 303)


def _ahead(left: Left, key: str) -> list[str]:
    """Addresses of what the next review shows."""
    if not key:
        return []
    asset = left.standings[key].review.asset
    post = f"/posts/{key}"
    shown = [f"/assets/{asset}/picture.jpg", f"{post}/laid/{asset}.webp", f"{post}/over/{asset}.webp"] if asset else []
    return [f"{post}/post.webp", *shown]


def _place(left: Left, key: str) -> int:
    return next((number for number, one in enumerate(left.waiting, 1) if one.review.id == key), 0)


def _last(left: Left, person: str, *, besides: str) -> Standing | None:
    """What somebody decided last, about another review."""
    own = (one for one in left.standings.values() if one.note and not one.follows and one.note.who == person)
    return max((one for one in own if one.review.id != besides), key=_when, default=None)


def _with(left: Left, last: Standing | None) -> int:
    """How many other reviews were decided together with one."""
    if last is None or last.note is None:
        return 0
    note = last.note.id
    return sum(1 for one in left.standings.values() if one.note and one.note.id == note) - 1


def _decided(left: Left) -> Sequence[Standing]:
    """Reviews that were decided, the latest first."""
    return sorted((one for one in left.standings.values() if one.note), key=_when, reverse=True)


def _done(left: Left, person: str, way: Way) -> Sequence[Note]:
    """What a person has decided on a way, the latest first; one that decides several copies of a post is one."""
    notes = {one.note.id: one.note for one in _decided(left) if one.note and one.note.who == person}
    return [*notes.values()][: way.decided]


def _without(way: Way, done: Sequence[Note]) -> Callable[[Note], Way]:
    """The way once a decision is taken back: a shorter one where it was made on it."""
    return lambda note: way.further(-1) if note in done else way


def _when(standing: Standing) -> str:
    return standing.note.when if standing.note else ""


def _way(request: Request) -> Way:
    return Way(asked_for(request, "campaign"), number_asked_for(request, "n"))


async def _left(request: Request) -> Left:
    service: Service = request.app.state.service
    looking, person = request.app.state.looking, who(request)
    line = sorted(await service.standings(), key=lambda one: one.review.doubt)
    waiting = [one for one in line if one.note is None]
    campaigns = Counter(_campaign(one, service.catalogue) for one in waiting)
    wanted = asked_for(request, "campaign")
    on_the_way = [one for one in waiting if not wanted or _campaign(one, service.catalogue) == wanted]
    others = {one.review.id: looking.other(one.review.id, person) for one in on_the_way}
    taken = {key: other for key, other in others.items() if other}
    return Left(on_the_way, campaigns.most_common(), {one.review.id: one for one in line}, taken)


def _campaign(standing: Standing, catalogue: Catalogue) -> str:
    return catalogue.campaign(standing.review.path) or "without a campaign"
