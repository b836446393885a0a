"""Files given to `lineage` at each of its doors, and what is said of them: each is a picture, or one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import closing
from html import unescape
from pathlib import Path

import httpx

from lineage.machine.one_line import one_line
from lineage.store import open_store
from tests.command import call

Told = Mapping[str, str]
"""Name of a file → what is said of it; empty where it is a picture."""

_LONGEST = 400  # characters of a sentence, without a name
_WAY = ". Choose another file, or take a screenshot of the post and choose that."
_SAID = re.compile(r'role="alert"><p>(.*?)</p>', re.DOTALL)
_TOO_LARGE = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)


def by_index(folder: Path, store: Path) -> tuple[Told, dict[str, int]]:
    """`lineage index` of a folder: what it says of each file that it reads, and how many it passes over, by reason."""
    done = call("index", folder, "--store", store, "--workers", "2", "--json")
    assert done.returncode in (0, 1), done.stderr
    _require_calm(done.stdout + done.stderr)
    summary = json.loads(done.stdout.splitlines()[-1])
    with closing(open_store(str(store))) as opened:
        places = [place for batch in opened.scroll() for entry in batch for place in entry.asset.locations]
    told = dict.fromkeys((place.path for place in places), "") | dict(summary["failed"])
    assert len(told) == summary["found"]
    return _required(told), summary["skipped"]


def by_query(folder: Path, store: Path) -> Told:
    """`lineage query` of a folder."""
    done = call("query", folder, "--store", store, "--read-only", "--json")
    assert done.returncode in (0, 1), done.stderr
    _require_calm(done.stderr)
    answers = map(json.loads, done.stdout.splitlines())
    told = {str(Path(answer["query"]).relative_to(folder)): answer.get("error", "") for answer in answers}
    assert all(f": {sentence}\n" in done.stderr for sentence in told.values() if sentence)
    return _required(told)


def by_api(client: httpx.Client, file: Path) -> str:
    """What `POST /v1/query` says of a file."""
    given = {"post": (_sendable(file.name), file.read_bytes())}
    answer = client.post("/v1/query?remember=false", files=given)
    assert answer.status_code in (200, 413, 422), answer.text
    told: str = "" if answer.status_code == 200 else answer.json()["detail"]
    return _required({file.name: told})[file.name]


def by_page(client: httpx.Client, file: Path) -> str:
    """What the page says of a file to whoever drops it there, without what to do then."""
    given = {"post": (_sendable(file.name), file.read_bytes())}
    answer = client.post("/posts", files=given, headers={"Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code in (200, 413, 422), answer.text
    assert not {*"\x1b\x7f\u202e\u2066\u200f\u2028"} & {*answer.text}
    if answer.status_code == 200:
        return ""
    said = _SAID.search(answer.text) or (answer.status_code == 413 and _TOO_LARGE.search(answer.text))
    assert said, answer.text
    return _required({file.name: unescape(said[1]).removesuffix(_WAY)})[file.name]


def _required(told: Told) -> Told:
    """The same, once it is sure that each is one sentence that a terminal may show."""
    for name, sentence in told.items():
        bare = sentence.replace(one_line(name), "")
        assert one_line(bare) == bare, (name, sentence)
        assert len(bare) < _LONGEST, (name, sentence)
    return told


def _require_calm(text: str) -> None:
    assert "Traceback" not in text, text
    assert "panicked" not in text, text


def _sendable(name: str) -> str:
    """A name as a browser sends it: UTF-8."""
    return name.encode("utf-8", "replace").decode()
