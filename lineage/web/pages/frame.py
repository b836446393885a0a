"""What every page has: its frame, its words, and the rules by which a browser shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lineage.machine.one_line import one_line
from lineage.records import Map, Point
from lineage.tell import wording
from lineage.tell.comparison import statements
from lineage.tell.decisions import sentence
from lineage.tell.evidence import words
from lineage.web.access import Access
from lineage.web.problems import Problem
from lineage.web.service import Service

PLACES = (("/", "Post"), ("/queue", "Queue"), ("/library", "Library"), ("/sightings", "Sightings"), ("/map", "Map"))
_OTHERWISE = ("Something is wrong with the service", [("/", "To the first page")])
_ERRORS = {
    403: ("This may not be done with your key", [("/", "To the first page"), ("/login", "Sign in with another key")]),
    404: ("There is nothing here", [("/", "Ask about a post"), ("/library", "To the library")]),
    405: ("There is nothing here", [("/", "To the first page")]),
    408: ("That took too long", [("/", "Try again")]),
    409: ("Somebody was first", [("/queue", "To what waits")]),
    413: ("This file is too large", [("/", "Choose another")]),
    415: ("This is no picture", [("/", "Choose another")]),
    422: ("That cannot be done", [("/", "To the first page")]),
    429: ("A moment, please", [("/", "Try again")]),
    503: ("The service is busy, or its index cannot be read", [("/", "Try again")]),
}
TEMPLATES, STATIC = (Path(__file__).parent.parent / name for name in ("templates", "static"))
RULES = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(request: Request, template: str, *, place: str = "", status: int = 200, **values: object) -> Response:
    """A page from a template, every value escaped and on one line.

    Args:
        request: that it answers
        template: name of its file
        place: of `PLACES`, where a person is
        status: of HTTP
        values: what the template names
    """
    html = _environment().get_template(template).render(place=place, **_common(request), **values)
    # Paths that are not UTF-8 arrive with lone surrogates (PEP 383).
    return Response(html.encode("utf-8", "backslashreplace"), status, RULES, "text/html; charset=utf-8")


def asked_for(request: Request, name: str) -> str:
    """A value of the address's query, whatever bytes it holds; empty where there is none."""
    found = parse_qs(request.url.query, errors="surrogateescape")
    return found.get(name, [""])[-1]


def number_asked_for(request: Request, name: str) -> int:
    """The same as a number, 0..999,999,999; 0 where it is none of these."""
    given = asked_for(request, name)
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def inside(address: str) -> str:
    """An address of this service, else its first page: a form of somebody else leads nowhere else."""
    return address if address.startswith("/") and address[1:2] not in ("/", "\\") else "/"


def who(request: Request) -> str:
    """Who looks, and decides."""
    service: Service = request.app.state.service
    return request.state.caller.name or service.person


def error_page(request: Request, problem: Problem) -> Response | None:
    """What a person is shown of an error; None where a program asks, or a picture cannot be shown."""
    if "text/html" not in request.headers.get("accept", "") or request.url.path.startswith("/v1/"):
        return None
    if problem.status == 401:
        wanted = f"{request.url.path}?{request.url.query}".rstrip("?") if request.method == "GET" else "/"
        return RedirectResponse(f"/login?to={quote(wanted)}", 303)
    title, ways = _ERRORS.get(problem.status, _OTHERWISE)
    shown = page(request, "error.html", status=problem.status, title=title, detail=problem.detail, ways=ways)
    shown.headers.update(problem.headers)
    return shown


def _common(request: Request) -> dict[str, object]:
    access: Access = request.app.state.access
    caller = getattr(request.state, "caller", None) or access.logged_in(request)
    reads_only = caller is not None and caller.role == "read"
    return {
        "places": [(address, name) for address, name in PLACES if not (reads_only and name == "Queue")],
        "caller": caller,
        "person": (caller.name or request.app.state.service.person) if caller else "",
        "may_decide": caller is not None and not reads_only,
        "asked_at": str(request.base_url).rstrip("/"),
        "most": request.app.state.service.settings.upload_limit,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: one_line(value) if type(value) is str else value,
    )
    environment.filters |= {
        "numbers": _numbers,
        "points": _points,
        "box": _box,
        "long": _long,
        "high": _high,
        "quoted": _quoted,
    }
    environment.filters |= {"capitalize": _capitalised, "moment": _moment, "static": _static}
    environment.globals |= {"words": words, "wording": wording, "compared": statements, "sentence": sentence}
    return environment


def _points(polygon: Sequence[Point]) -> str:
    """A polygon as SVG writes it."""
    return " ".join(f"{x:.4f},{y:.4f}" for x, y in polygon)


def _static(name: str) -> str:
    """Address of a file of `static/`, another one once the file is another."""
    return f"/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _numbers(matrix: Map) -> str:
    """A map, row by row."""
    return " ".join(f"{value:.7g}" for value in matrix.ravel())


def _box(size: tuple[int, int]) -> str:
    """The unit frame of a picture as the view of an SVG."""
    return f"0 0 {_long(size)} {_high(size)}"


def _long(size: tuple[int, int]) -> str:
    return f"{size[0] / max(size):.5g}"


def _high(size: tuple[int, int]) -> str:
    return f"{size[1] / max(size):.5g}"


def _capitalised(text: str) -> str:
    """With a capital first letter, and all others as they are."""
    return text[:1].upper() + text[1:]


def _moment(when: str) -> str:
    """A time as in `Note.when`, for a person where the service runs."""
    return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M")


def _quoted(name: str) -> str:
    """A name as a part of an address."""
    return quote(name.encode("utf-8", "surrogateescape"), safe="")
