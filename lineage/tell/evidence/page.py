"""A page over a folder of evidence pictures: every post with its verdict, the most doubtful first.

It is one file beside the pictures, asks for nothing else, and is a plain list where scripts are off.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

from lineage.errors import UsageError
from lineage.machine.one_line import one_line
from lineage.machine.whole_file import write_whole
from lineage.tell.evidence.caption import Caption, read_caption

PAGE = "index.html"
SUFFIX = ".lineage.png"
"""Of every evidence picture."""

_OURS = b'<meta name="generator" content="lineage">'
_VERDICTS = ("review", "known", "novel")

Listed = tuple[Path, Caption]


@contextmanager
def page_over(folder: Path) -> Iterator[Path]:
    """Write the page over a folder when all is drawn that is drawn meanwhile, or when that is broken off.

    Raises:
        UsageError: the folder has an index.html that is somebody else's
    """
    page = folder / PAGE
    if page.exists() and _OURS not in page.read_bytes():
        raise UsageError(f"{page}: is no page of lineage, and is not overwritten; choose another folder for evidence")
    try:
        yield page
    finally:
        write_page(folder)


def write_page(folder: Path) -> None:
    """List all evidence pictures of a folder, those of earlier runs too."""
    found = [(file, told) for file in folder.glob(f"*{SUFFIX}") if (told := read_caption(file))]
    found.sort(key=lambda one: (one[1].doubt, -one[1].probability, one[1].query))
    write_whole(folder / PAGE, _page(found).encode("utf-8", "backslashreplace"))


def _page(found: Sequence[Listed]) -> str:
    counts = Counter(told.verdict for _, told in found)
    template = Template(files("lineage.tell.evidence").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        summary=f"{len(found)} {'post' if len(found) == 1 else 'posts'}: "
        + " · ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS),
        filters="\n".join(_filter(verdict, number) for number, verdict in enumerate(("all", *_VERDICTS))),
        posts="\n".join(_post(file, told) for file, told in found),
    )


def _filter(verdict: str, key: int) -> str:
    return f'<button type="button" data-verdict="{verdict}" aria-pressed="false">{verdict} <kbd>{key}</kbd></button>'


def _post(file: Path, told: Caption) -> str:
    width, height = told.size
    lines = "".join(f"<li>{_text(line)}</li>" for line in told.lines)
    return (
        f'<li class="post {told.verdict}" data-verdict="{told.verdict}" tabindex="-1">\n'
        f"<h2><b>{told.verdict}</b> {_text(told.query)}</h2>\n<p>{_text(told.names)}</p>\n"
        f'<a href="{_address(file)}"><img src="{_address(file)}" width="{width}" height="{height}" loading="lazy"'
        f' alt="The post beside the asset"></a>\n'
        f"<ul>{lines}</ul>\n<p><small>asked {_text(told.when[:16].replace('T', ' '))}</small></p>\n</li>"
    )


def _text(name: str) -> str:
    return escape(one_line(name))


def _address(file: Path) -> str:
    return "./" + quote(os.fsencode(file.name))
