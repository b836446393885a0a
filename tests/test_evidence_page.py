"""The page over a folder of evidence pictures."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import numpy as np
import pytest

from lineage.errors import UsageError
from lineage.records import (
    Asset,
    Candidate,
    Edit,
    Evidence,
    Guarantee,
    Location,
    Match,
    Objection,
    Picture,
    Report,
    Verdict,
)
from lineage.tell.evidence import page_over, save_evidence

BROWSER = """
const script = require("fs").readFileSync(process.argv[1], "utf8").match(/<script>([^]*)<\\/script>/)[1];
const element = (verdict) => ({
  dataset: { verdict }, focus() { global.focused = this; }, scrollIntoView() {}, setAttribute() {},
  addEventListener(_, heard) { this.click = heard; },
});
const posts = process.argv[2].split(",").map(element);
const buttons = ["all", "review", "known", "novel"].map(element);
const others = { "#place": {}, "#controls": {}, ol: element() };
let press;
global.scrollTo = () => {};
global.addEventListener = (_, heard) => { press = (key) => heard({ key, preventDefault() {} }); };
global.document = {
  querySelectorAll: (selector) => (selector === ".post" ? posts : buttons),
  querySelector: (selector) => others[selector],
};
eval(script);
console.log(process.argv[3].split(" ").map((key) => { press(key); return posts.indexOf(global.focused); }).join(" "));
"""
"""As much of a browser as the page asks for: presses keys, and tells which post has the focus after each."""

PIXELS = np.full((60, 80, 3), 90, np.uint8)
NO_PICTURES = SimpleNamespace(store=SimpleNamespace(entries=lambda ids: {}))
HOSTILE = "<script>alert(1)</script>&\"'.jpg"


def report(query: str, decision: str, probability: float, *, path: str = "spring/lip.tif") -> Report:
    asset = Asset("id", "0" * 64, 80, 60, "TIFF", (Location("/library", path, 1, 1),))
    edits = (Edit("c2pa.orientation", "mirrored", 1.0, "mirrored"),)
    objection = None if decision == "known" else Objection("picture", "differs at the left")
    evidence = Evidence(Candidate("id", 0.8, "frame", 0.0, 0.4, ()), asset, edits=edits)
    match = Match(evidence, probability, objection, known_from=0.5)
    return Report(query, Verdict(decision, probability, (match,), guarantee=Guarantee(0.01, 1000, 0.5, 0.1)))


def drawn_into(folder: Path, *reports: Report) -> Page:
    return drawn_one_by_one(folder, reports)


def drawn_one_by_one(folder: Path, reports: Iterable[Report]) -> Page:
    with page_over(folder) as page:
        for one in reports:
            save_evidence(NO_PICTURES, Picture(PIXELS, 80, 60, "PNG"), one, folder)
    return Page(page)


class Page(HTMLParser):
    """What a page holds: its posts in order, pictures, addresses."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.posts: list[str] = []
        self.verdicts: list[str] = []
        self.addresses: list[str] = []
        self.elements: list[str] = []
        self.html, self._in = file.read_text(encoding="utf-8"), ""
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self._in = tag
        self.elements.append(tag)
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        if tag == "li" and "data-verdict" in given:
            self.verdicts.append(given["data-verdict"])

    def handle_endtag(self, tag):
        self._in = "h2" if tag == "b" else ""

    def handle_data(self, data):
        if self._in == "h2" and data.strip():
            self.posts.append(data.strip())


def test_every_post_stands_on_the_page_with_its_picture_verdict_asset_and_words(tmp_path):
    page = drawn_into(tmp_path, report("post.jpg", "novel", 0.01))
    assert (page.posts, page.verdicts) == (["post.jpg"], ["novel"])
    assert "nearest: spring/lip.tif" in page.html
    assert "not this asset: differs at the left" in page.html
    assert (tmp_path / page.addresses[0]).exists()


def test_the_most_doubtful_come_first(tmp_path):
    sure, unsure = report("sure.jpg", "known", 0.999), report("unsure.jpg", "known", 0.6)
    near, far = report("near.jpg", "novel", 0.05), report("far.jpg", "novel", 0.0001)
    page = drawn_into(tmp_path, sure, far, near, unsure, report("look.jpg", "review", 0.3))
    assert page.posts == ["look.jpg", "unsure.jpg", "near.jpg", "sure.jpg", "far.jpg"]


def test_posts_of_earlier_runs_stay_on_the_page_and_a_post_asked_again_is_there_once(tmp_path):
    drawn_into(tmp_path, report("a.jpg", "known", 0.9), report("b.jpg", "known", 0.8))
    page = drawn_into(tmp_path, report("b.jpg", "review", 0.3), report("c.jpg", "novel", 0.01))
    assert sorted(page.posts) == ["a.jpg", "b.jpg", "c.jpg"]
    assert page.verdicts[0] == "review"


def test_names_are_text_whatever_they_hold(tmp_path):
    page = drawn_into(tmp_path, report(HOSTILE, "known", 0.9, path=HOSTILE), report("\udcff\n.jpg", "known", 0.7))
    assert page.elements.count("script") == 1
    assert "alert(1)</script>" not in page.html
    assert len(page.posts) == 2
    assert all((tmp_path / Path(unquote(address, errors="surrogateescape"))).exists() for address in page.addresses)


def test_the_page_asks_for_nothing_but_the_pictures_beside_it(tmp_path):
    page = drawn_into(tmp_path, report("post.jpg", "known", 0.9))
    assert all(address.startswith("./") for address in page.addresses)
    assert "http" not in page.html
    assert "link" not in page.elements


@pytest.mark.skipif(not shutil.which("node"), reason="waits for a machine with node, which runs the page's script")
@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("j J ArrowRight k ArrowLeft", "0 1 2 1 0"),
        ("j j j j j", "0 1 2 3 3"),
        ("2 j j k", "-1 1 3 1"),
        ("j 3 j j 0 j", "0 0 2 2 2 0"),
    ],
)
def test_a_key_goes_to_the_next_post_or_the_one_before_and_shows_one_verdict_alone(tmp_path, keys, seen):
    drawn_into(tmp_path)
    script = ["node", "-e", BROWSER, tmp_path / "index.html", "review,known,novel,known", keys]
    assert subprocess.run(script, capture_output=True, text=True, check=True).stdout.strip() == seen


def test_what_was_drawn_before_a_run_was_broken_off_is_on_the_page(tmp_path):
    def interrupted():
        yield report("post.jpg", "known", 0.9)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawn_one_by_one(tmp_path, interrupted())
    assert Page(tmp_path / "index.html").posts == ["post.jpg"]


def test_what_is_no_evidence_picture_is_left_out(tmp_path):
    (tmp_path / "torn.lineage.png").write_bytes(b"")
    (tmp_path / "other.png").write_bytes(b"")
    assert drawn_into(tmp_path, report("post.jpg", "known", 0.9)).posts == ["post.jpg"]


def test_a_page_of_somebody_else_is_not_overwritten(tmp_path):
    (tmp_path / "index.html").write_text("<h1>Our shop</h1>")
    with pytest.raises(UsageError, match=r"index\.html"):
        drawn_into(tmp_path, report("post.jpg", "known", 0.9))
    assert (tmp_path / "index.html").read_text() == "<h1>Our shop</h1>"
