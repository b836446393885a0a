"""What every page has: its frame, its words, and the rules by which a browser shows it."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, quote

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lineage.machine.one_line import one_line
from lineage.records import Point
from lineage.tell import wording
from lineage.tell.comparison import statements
from lineage.tell.decisions import sentence
from lineage.tell.evidence import words

PLACES = (("/", "Post"), ("/queue", "Queue"), ("/library", "Library"), ("/sightings", "Sightings"), ("/map", "Map"))
TEMPLATES = Path(__file__).parent.parent / "templates"
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
    html = _environment().get_template(template).render(place=place, places=PLACES, **_common(request), **values)
    # Paths that are not UTF-8 arrive with lone surrogates (PEP 383).
    return Response(html.encode("utf-8", "backslashreplace"), status, RULES, "text/html; charset=utf-8")


def asked_for(request: Request, name: str) -> str:
    """A value of the address's query, whatever bytes it holds; empty where there is none."""
    found = parse_qs(request.url.query, errors="surrogateescape")
    return found.get(name, [""])[-1]


def who(request: Request) -> str:
    """Who looks, and decides."""
    return getattr(request.state, "person", "") or getpass.getuser()


def _common(request: Request) -> dict[str, object]:
    return {"person": "", "keyed": False, "waiting": 0, "token": Markup}


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
    environment.filters |= {"points": _points, "box": _box, "long": _long, "high": _high, "quoted": _quoted}
    environment.filters |= {"capitalize": _capitalised, "moment": _moment}
    environment.globals |= {"words": words, "wording": wording, "compared": statements, "sentence": sentence}
    return environment


def _points(polygon: Sequence[Point]) -> str:
    """A polygon as SVG writes it."""
    return " ".join(f"{x:.4f},{y:.4f}" for x, y in polygon)


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
