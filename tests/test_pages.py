"""The pages of `lineage serve` in a browser: what people drop, look at and decide, by mouse, by key, on a phone."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

import lineage
from indexer.books.ledger import Record
from indexer.books.opening import open_ledger
from lineage.decide.features import CLOSE
from lineage.feedback import notes
from lineage.feedback.queue import keep_for_review
from lineage.feedback.watch import WINDOW, sighting_about
from lineage.records import Location
from lineage.store.journal import open_journal
from lineage.store.queue import open_queue
from tests.browsing import PHONE, WIDE, a_browser, barriers, with_axe, with_browser
from tests.conftest import draw
from tests.serving import served

pytestmark = with_browser
expect = pytest.importorskip("playwright.sync_api", reason="waits for playwright; see scripts/browser").expect

KEYS = "".join(
    f"{who} sha256:{hashlib.sha256(key).hexdigest()}\n"
    for who, key in (("review anna", b"annas-key"), ("review bo", b"bos-key"), ("read rick", b"ricks-key"))
)
FORBIDDEN = r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=\"/static/)|(src|href)=\"https?:"
HOSTILE = "<img src=x onerror=alert(1)>&'\u202egpj.exe \u2066" + "long-name" * 20 + ".jpg"
ODD_FOLDER, ODD_SHOWN = "<b>su\u202emmer", "<b>su\\u202emmer"
DECIDED = "1f0e0000-0000-4000-8000-00000000000"
"""Ids of reviews, but for their last digit: 0 to 4 wait, 5 is another copy of the post of 4."""


def post_of(seed: int) -> np.ndarray:
    """A mirrored, cropped post of a drawn picture."""
    return np.ascontiguousarray(draw(seed)[30:, ::-1][:, 40:])


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """An index of eight pictures in three folders, two of them under quarantine: their posts wait in the queue."""
    place = tmp_path_factory.mktemp("pages")
    for seed in range(8):
        file = place / "library" / (ODD_FOLDER if seed == 7 else "spring" if seed < 4 else "autumn") / f"{seed}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.rot90(draw(seed)) if seed == 7 else draw(seed)).save(file)  # one is taller than it is wide
    (place / "posts").mkdir()
    both = np.hstack([draw(2), np.full((240, 20, 3), 255, np.uint8), draw(6)])
    for name, pixels in {"copy.jpg": post_of(3), "stranger.jpg": draw(50), "collage.jpg": both}.items():
        Image.fromarray(pixels).save(place / "posts" / name, quality=85)
    (place / "posts" / "text.jpg").write_text("hello")
    (place / "keys").write_text(KEYS)
    (place / "catalogue.csv").write_text(
        "asset,campaign,label\nspring/0.png,easter,shapes\nspring/1.png,easter,clouds\n"
    )
    index_of(place)
    return place


def index_of(place: Path) -> None:
    with lineage.open(place / "index", workers=1) as index:
        index.index(place / "library")
        found = {entry.asset.path: entry.asset for batch in index.engine.store.scroll() for entry in batch}
        with closing(open_journal(str(place / "index"))) as journal:
            for path in ("spring/0.png", "autumn/5.png"):
                notes.quarantine(journal, found[path].id, path=path, reason="a blank", who="ops")
        index.close()
    with lineage.open(place / "index") as index, closing(open_queue(str(place / "index"))) as queue:
        for number, seed in enumerate((0, 5, 0, 5, 0)):
            pixels = np.roll(post_of(seed), 25 * number, axis=1)
            picture, report = index.query_with_picture(pixels, name=f"post-{number}.jpg")
            assert report.verdict.decision == "review"
            keep_for_review(queue, f"{DECIDED}{number}", picture, report, days=30)
        review = next(one for one in queue.reviews() if one.id.endswith("4"))
        kept = queue.kept(review.id, "post")
        queue.put(replace(review, id=f"{DECIDED}5", query="copy-of-4.jpg"), report, {"post": kept})
        with closing(open_journal(str(place / "index"))) as journal:
            for weeks, (channel, seed) in enumerate((("instagram", 1), ("forum", 6)), 2):
                report = index.query(post_of(seed), name=f"{channel}/older-{seed}.jpg")
                when = (datetime.now(UTC) - timedelta(weeks=weeks)).isoformat(timespec="microseconds")
                journal.see([replace(sighting_about(report), when=when)], keep=WINDOW)


@pytest.fixture(scope="module")
def address(place) -> Iterator[str]:
    with served(place / "index", "--keys", place / "keys", "--catalogue", place / "catalogue.csv") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with a_browser() as browser:
        yield browser


@dataclass
class Visitors:
    """People with a window of their own each, signed in."""

    browser: Any
    address: str
    complaints: list[str]
    signed_in: dict[str, Any]
    windows: list[Any]

    def __call__(self, name: str = "anna", **options: Any) -> Any:
        given = {"viewport": WIDE, "base_url": self.address, **options}
        if name not in self.signed_in:
            with_key = self.browser.new_context(base_url=self.address)
            page = with_key.new_page()
            page.goto("/login")
            page.get_by_label("Key").fill(f"{name}s-key")
            page.get_by_role("button", name="Sign in").click()
            page.get_by_text(name).wait_for()
            self.signed_in[name] = with_key.storage_state()
            with_key.close()
        window = self.browser.new_context(**given, storage_state=self.signed_in[name])
        self.windows.append(window)
        page = window.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if "Content Security" in said.text else None)
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.set_default_timeout(30_000)
        return page


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return {}


@pytest.fixture
def visit(browser, address, known) -> Iterator[Visitors]:
    visitors = Visitors(browser, address, [], known, [])
    yield visitors
    for window in visitors.windows:
        window.close()
    assert visitors.complaints == []


@pytest.fixture(scope="module")
def answer(address, place) -> str:
    """The address of the answer about the copy."""
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer annas-key"}, timeout=60) as client:
        return str(asked(client, place / "posts" / "copy.jpg", "copy.jpg"))


def asked(client: httpx.Client, file: Path, name: str) -> str:
    answer = client.post("/posts", files={"post": (name, file.read_bytes(), "image/jpeg")})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def queue_page(number: int, way: str = "") -> str:
    return f"/queue/{DECIDED}{number}{way}"


def left(page: Any) -> int:
    return int(page.locator(".lineup b").first.inner_text())


def view_box(page: Any, number: int) -> list[float]:
    return [float(one) for one in page.locator(".view svg").nth(number).get_attribute("viewBox").split()]


DROP = """async ([target, name, bytes, ...others]) => {
  const given = new DataTransfer();
  for (const one of [name, ...others]) given.items.add(new File([new Uint8Array(bytes)], one, { type: "image/jpeg" }));
  const type = target === "paste" ? new ClipboardEvent("paste", { clipboardData: given, bubbles: true })
    : new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true });
  document.body.dispatchEvent(type);
}"""


@pytest.mark.parametrize("way", ["drop", "paste", "choose"])
def test_a_post_is_dropped_pasted_or_chosen_and_answered(visit, place, way):
    page, file = visit(), place / "posts" / "copy.jpg"
    page.goto("/")
    if way == "choose":
        page.get_by_label("Drop a post here").set_input_files(file)
    else:
        page.evaluate(DROP, [way, "copy.jpg", list(file.read_bytes())])
    page.wait_for_url("**/posts/*")
    assert page.locator(".verdict").inner_text().lower() == "known"
    assert "spring/3.png" in page.locator("h1").inner_text()
    assert "posts with such evidence were made from it" in page.locator(".lead").first.inner_text()
    assert "mirrored" in page.locator(".chips").inner_text()


def test_without_a_script_a_post_is_asked_about_decided_and_taken_back(visit, place):
    page = visit(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Drop a post here").set_input_files(place / "posts" / "copy.jpg")
    page.get_by_role("button", name="Ask").click()
    assert page.locator(".verdict").inner_text().lower() == "known"
    assert page.locator(".region").count() == 2
    page.get_by_role("button", name="No", exact=True).click()
    assert "was not made from spring/3.png" in page.locator(".note").inner_text()
    assert "anna" in page.locator(".note").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_role("button", name="No", exact=True).is_visible()


def test_a_novel_post_says_what_is_nearest_and_why_not(visit, place):
    page = visit()
    page.goto("/")
    page.get_by_label("Drop a post here").set_input_files(place / "posts" / "stranger.jpg")
    page.wait_for_url("**/posts/*")
    assert page.locator(".verdict").inner_text().lower() == "novel"
    assert page.locator("h1").inner_text() == "Made from nothing in the library"
    assert page.locator(".lead").first.inner_text().startswith("Nearest is ")
    assert page.locator(".against").inner_text().startswith("Not this asset")
    said = page.locator("main").inner_text()
    assert "sure enough" not in said
    assert "What speaks for it" not in said


def test_pointing_at_a_region_lights_up_its_counterpart(visit, answer):
    page = visit()
    page.goto(answer)
    width = "el => getComputedStyle(el).strokeWidth"
    other = page.locator(".region").nth(1)
    before = other.evaluate(width)
    fill = other.evaluate("el => getComputedStyle(el).fill")
    page.locator(".region").first.hover()
    assert other.evaluate(width) != before
    assert other.evaluate("el => getComputedStyle(el).fill") == fill  # the picture keeps its colours


def test_a_slider_lays_the_asset_over_the_post(visit, answer):
    page = visit()
    page.goto(answer)
    laid = page.locator("[data-laid]").first
    assert laid.evaluate("el => getComputedStyle(el).opacity") == "0"
    page.get_by_label("Lay the asset over the post").fill("100")
    expect(laid).to_have_css("opacity", "1")
    picture = page.request.get(laid.get_attribute("href"))
    assert picture.headers["content-type"] == "image/webp"


def middle(page: Any, number: int) -> tuple[float, float]:
    left, top, width, height = view_box(page, number)
    return left + width / 2, top + height / 2


def in_post(x: float, y: float) -> tuple[float, float]:
    """Where a point of the asset lies in `post_of` it; both in the frames of their pictures."""
    wide = draw(3).shape[1]
    return (wide - 40 - x * wide) / (wide - 40), (y * wide - 30) / (wide - 40)


@pytest.mark.parametrize("turned", [0, 1, 2])
def test_the_wheel_shows_the_same_place_in_all_pictures(visit, answer, turned):
    page = visit()
    page.goto(answer)
    box = page.locator(".view svg").nth(turned).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.7)
    for _ in range(8):
        page.mouse.wheel(0, -300)
    expect(page.locator("[data-look]").first).to_have_class(re.compile("near"))
    page.wait_for_timeout(100)
    assert view_box(page, 0)[2] < 0.3
    assert middle(page, 0) == pytest.approx(in_post(*middle(page, 1)), abs=0.01)
    assert middle(page, 1) == pytest.approx(middle(page, 2))
    wide = draw(3).shape[1]
    assert view_box(page, 1)[2] == pytest.approx(view_box(page, 0)[2] * (wide - 40) / wide, rel=0.15)


def test_zoom_is_shared_by_the_pictures_and_kept_when_they_are_flipped(visit, answer):
    page = visit()
    page.goto(answer)
    whole = view_box(page, 0), view_box(page, 1)
    page.keyboard.press("+")
    near = view_box(page, 0), view_box(page, 1)
    assert all(now[2] < before[2] for now, before in zip(near, whole, strict=True))
    assert near[0][2] == pytest.approx(whole[0][2] / 1.5)
    page.keyboard.press("f")
    assert page.get_by_role("button", name="Flip").first.get_attribute("aria-pressed") == "true"
    assert (view_box(page, 0), view_box(page, 1)) == near
    page.keyboard.press("ArrowRight")
    assert view_box(page, 0)[0] > near[0][0]
    page.keyboard.press("0")
    assert view_box(page, 0) == pytest.approx(whole[0])


def test_the_wheel_zooms_to_where_it_is_turned_and_the_picture_is_dragged(visit, answer):
    page = visit()
    page.goto(answer)
    box = page.locator(".view svg").first.bounding_box()
    corner = box["x"] + 20, box["y"] + 20
    page.mouse.move(*corner)
    page.mouse.wheel(0, -500)
    expect(page.locator("[data-look]").first).to_have_class(re.compile("near"))
    near = view_box(page, 0)
    assert near[0] < 0.1
    page.mouse.down()
    page.mouse.move(corner[0] + 200, corner[1] + 150, steps=3)
    page.mouse.up()
    page.mouse.wheel(0, -500)
    assert view_box(page, 0)[2] < near[2]


def test_the_runner_up_is_named_with_what_speaks_against_it(visit, answer):
    page = visit()
    page.goto(answer)
    summary = page.locator("summary").first
    assert re.match(r"Not .+: .+", summary.inner_text())
    summary.click()
    assert page.locator("details .view").first.is_visible()


def test_y_confirms_an_answer_and_u_takes_that_back(visit, answer):
    page = visit()
    page.goto(answer)
    page.keyboard.press("y")
    page.get_by_text("Yes:", exact=True).wait_for()
    assert "was made from spring/3.png" in page.locator(".note").inner_text()
    page.keyboard.press("u")
    page.get_by_role("button", name="Yes, made from it").wait_for()


def test_after_a_decision_the_next_review_is_a_key_away(visit, answer):
    page = visit()
    page.goto(answer)
    page.keyboard.press("n")
    page.get_by_text("No:", exact=True).wait_for()
    page.keyboard.press("j")
    page.wait_for_url("**/queue/*")
    page.goto(answer)
    page.keyboard.press("u")
    page.get_by_role("button", name="Ignore what it shows").wait_for()


def test_on_a_phone_no_table_breaks_words(visit):
    page = visit(viewport=PHONE)
    page.goto(queue_page(1))
    page.keyboard.press("n")
    page.get_by_text("was not made from").wait_for()
    page.goto("/queue/list")
    undo = page.get_by_role("button", name="Undo").first
    assert undo.bounding_box()["height"] < 30
    with page.expect_navigation():
        undo.click()


def test_every_source_of_a_collage_is_decided_by_itself(visit, place):
    page = visit()
    page.goto("/")
    page.get_by_label("Drop a post here").set_input_files(place / "posts" / "collage.jpg")
    page.wait_for_url("**/posts/*")
    assert page.locator("h1").inner_text() == "Made from 2 assets"
    for source in ("spring/2.png", "autumn/6.png"):
        part = page.get_by_role("region", name=f"The post beside {source}")
        part.get_by_role("button", name="Yes, made from this").click()
        part.get_by_text(f"was made from {source}").wait_for()


def test_the_queue_is_worked_off_by_keyboard(visit):
    page = visit()
    page.goto("/queue")
    before, first = left(page), page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    second = page.url
    page.keyboard.press("k")
    page.wait_for_url(first)
    page.keyboard.press("j")
    page.wait_for_url(second)
    page.keyboard.press("n")
    page.get_by_text("was not made from").wait_for()
    assert left(page) < before
    page.keyboard.press("u")
    page.wait_for_url(lambda url: url.startswith(second.partition("?")[0]))
    assert left(page) == before


def test_a_key_that_is_held_decides_one_review(visit):
    page = visit()
    page.goto(queue_page(1))
    page.keyboard.down("n")
    page.get_by_text("was not made from").first.wait_for()
    second, waiting = page.url, left(page)
    page.keyboard.down("n")
    page.wait_for_timeout(300)
    assert (page.url, left(page)) == (second, waiting)
    assert page.locator("[data-key=n]").count() == 1
    page.keyboard.up("n")
    page.keyboard.press("u")
    page.wait_for_url(lambda url: url != second)


def test_a_decision_that_is_clicked_twice_is_sent_once(visit):
    page, sent = visit(), []
    page.goto(queue_page(0))

    def kept_waiting(route: Any) -> None:
        sent.append(route.request.method)
        route.abort("aborted")  # the page stays

    page.route("**/decide", kept_waiting)
    for _ in range(2):
        page.get_by_role("button", name="No", exact=True).click()
        page.wait_for_timeout(100)
    assert sent == ["POST"]


def test_a_review_compares_the_two_in_sentences(visit):
    page = visit()
    page.goto(queue_page(1))
    facts = page.locator("[aria-label='The two compared']").inner_text()
    assert "pixels" in facts
    assert "the asset is a png" in facts.lower()
    assert "under quarantine" in page.locator("main").inner_text()
    page.get_by_role("link", name="see it, or lift it").click()
    page.wait_for_url("**/assets/*#quarantine")
    assert page.locator(".note:has-text('Under quarantine')").get_by_role("button", name="Undo").is_visible()


@pytest.mark.parametrize("size", [WIDE, {"width": 1280, "height": 720}])
def test_the_pair_is_the_largest_thing_of_a_review_and_not_below_the_buttons(visit, size):
    page = visit(viewport=size)
    page.goto(queue_page(1))
    post, asset, over = (page.locator(".queue .view svg").nth(number).bounding_box() for number in range(3))
    assert post["width"] > 1.4 * over["width"]
    assert post["width"] + asset["width"] > 0.65 * size["width"]
    assert post["y"] + post["height"] < page.locator(".deciding").bounding_box()["y"]


def test_on_a_phone_claim_and_doubt_stand_above_the_pictures(visit):
    page = visit(viewport=PHONE)
    page.goto(queue_page(1))
    claim = page.locator(".claim")
    assert " ".join(claim.inner_text().split()).startswith("Perhaps autumn/5.png · under quarantine since")
    assert claim.bounding_box()["y"] < page.locator(".view svg").first.bounding_box()["y"]


def test_two_reviewers_do_not_clash(visit):
    anna, bo = visit("anna"), visit("bo")
    anna.goto(queue_page(3))
    bo.goto(queue_page(3))
    assert "anna looks at this one too" in bo.locator(".note").inner_text()
    anna.keyboard.press("y")
    anna.get_by_text("Yes:", exact=True).wait_for()
    bo.keyboard.press("n")
    bo.get_by_text("anna decided:").wait_for()
    note = bo.locator(".note").inner_text()
    assert "was made from autumn/5.png" in note
    assert "anna" in note
    assert bo.get_by_role("button", name="No", exact=True).count() == 0
    bo.keyboard.press("u")  # takes back one's own alone
    bo.wait_for_timeout(300)
    bo.get_by_role("button", name="Undo").click()
    bo.get_by_role("button", name="No", exact=True).wait_for()


def test_what_somebody_else_decides_meanwhile_is_shown_in_place(visit):
    anna, bo = visit("anna"), visit("bo")
    bo.clock.install()
    bo.goto(queue_page(3))
    anna.goto(queue_page(3))
    anna.keyboard.press("y")
    anna.get_by_text("Yes:", exact=True).wait_for()
    assert bo.get_by_role("button", name="Yes").is_visible()
    bo.clock.fast_forward(16_000)
    bo.get_by_text("anna decided:").wait_for()
    assert bo.get_by_role("button", name="Yes").count() == 0
    assert bo.get_by_role("link", name="Next").is_visible()
    anna.keyboard.press("u")
    anna.get_by_role("button", name="Yes").wait_for()
    bo.clock.fast_forward(16_000)
    bo.get_by_role("button", name="Yes").wait_for()


def test_a_review_that_stays_open_is_asked_for_again(visit):
    anna = visit("anna")
    anna.clock.install()
    anna.goto(queue_page(3))
    with anna.expect_response(lambda answer: "/queue/" in answer.url):
        anna.clock.fast_forward(16_000)


def test_a_review_at_which_nobody_sits_is_not_asked_for_until_somebody_comes_back(visit):
    anna = visit("anna")
    anna.clock.install()
    anna.goto(queue_page(3))
    anna.wait_for_load_state("networkidle")
    wanted: list[str] = []
    anna.on("request", lambda request: wanted.append(request.url))
    anna.clock.fast_forward(300_000)
    anna.wait_for_timeout(300)
    assert wanted == []
    with anna.expect_response(lambda answer: "/queue/" in answer.url):
        anna.mouse.move(200, 200)


def test_the_focus_is_led_on_where_what_had_it_is_gone(visit):
    anna, bo = visit("anna"), visit("bo")
    bo.clock.install()
    bo.goto(queue_page(3))
    bo.get_by_role("button", name="No", exact=True).focus()
    anna.goto(queue_page(3))
    anna.keyboard.press("y")
    anna.get_by_text("Yes:", exact=True).wait_for()
    bo.clock.fast_forward(16_000)
    bo.get_by_text("anna decided:").wait_for()
    assert bo.evaluate("document.activeElement.id") == "on"
    anna.keyboard.press("u")
    anna.get_by_role("button", name="Yes").wait_for()


def test_the_list_marks_what_somebody_has_open(visit):
    anna, bo = visit("anna"), visit("bo")
    bo.goto(queue_page(3))
    anna.goto("/queue/list")
    assert anna.locator(".grid li", has_text="bo has it open").locator("b").all_inner_texts() == ["post-3.jpg"]


def test_who_opens_the_queue_gets_what_nobody_else_looks_at(visit):
    anna, bo = visit("anna"), visit("bo")
    anna.goto("/queue")
    bo.goto("/queue")
    assert anna.url != bo.url


def test_who_skips_comes_past_what_somebody_else_looks_at(visit):
    anna, bo = visit("anna"), visit("bo")
    bo.goto(queue_page(4))
    anna.goto(queue_page(5))  # since bo's page was made
    bo.get_by_role("link", name="Skip").click()
    bo.wait_for_url(lambda url: f"{DECIDED}4" not in url)
    assert f"{DECIDED}5" not in bo.url
    anna.goto(queue_page(0))
    bo.goto(queue_page(4))
    bo.get_by_role("link", name="Skip").click()
    bo.wait_for_url(f"**{DECIDED}5")


def test_who_skips_comes_past_what_somebody_else_has_decided(visit):
    anna, bo = visit("anna"), visit("bo")
    bo.goto(queue_page(4))
    anna.goto(queue_page(5))
    anna.keyboard.press("y")
    anna.get_by_text("Yes:", exact=True).wait_for()
    bo.get_by_role("link", name="Skip").click()
    bo.wait_for_url(lambda url: f"{DECIDED}4" not in url)
    assert f"{DECIDED}5" not in bo.url
    anna.keyboard.press("u")
    anna.wait_for_url(f"**{DECIDED}5")


def test_from_what_somebody_else_has_decided_one_goes_on_where_one_was(visit):
    anna, bo = visit("anna"), visit("bo")
    anna.goto(queue_page(0))  # the least doubtful
    anna.keyboard.press("n")
    anna.wait_for_url("**/queue/list*")
    bo.goto(queue_page(0))
    bo.get_by_text("anna decided:").wait_for()
    bo.get_by_role("link", name="Next").click()
    bo.wait_for_url("**/queue/list")
    anna.keyboard.press("u")
    anna.get_by_text("anna", exact=True).wait_for()


def test_decisions_are_taken_back_one_after_another(visit):
    page = visit()
    page.goto(queue_page(1))
    start = left(page)
    for key in ("n", "n"):
        first = page.url
        page.keyboard.press(key)
        page.wait_for_url(lambda url, first=first: url != first)
    assert "n=2" in page.url
    between = left(page)
    page.keyboard.press("u")
    page.wait_for_url("**n=1")
    assert between < left(page) < start
    assert "was not made from" in page.locator(".note").inner_text()
    page.keyboard.press("u")
    page.wait_for_url(f"**{DECIDED}1")
    assert left(page) == start
    assert page.locator(".note").count() == 0


def test_a_way_is_no_shorter_for_a_decision_before_it_that_is_taken_back(visit):
    page = visit()
    page.goto(queue_page(1))
    for number in (1, 2):
        page.goto(queue_page(number))
        page.keyboard.press("n")
        page.wait_for_url("**n=1")
    page.goto(queue_page(1, "?n=1"))  # decided before the way of one decision began
    page.locator(".note", has_text="You decided").get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="No", exact=True).wait_for()
    assert page.url.endswith("n=1")
    page.keyboard.press("u")
    page.wait_for_url(f"**{DECIDED}2")


def test_another_copy_of_the_post_is_decided_with_it(visit):
    page = visit()
    page.goto(queue_page(4))
    page.keyboard.press("y")
    page.get_by_text("1 more of the same post was decided with it").wait_for()
    page.goto(queue_page(5))
    assert "You decided about another copy of this post: Yes:" in page.locator(".note").inner_text()
    page.keyboard.press("u")
    page.get_by_role("button", name="No", exact=True).wait_for()


def test_after_twenty_decisions_one_looks_back_on_them(visit):
    page = visit()
    page.goto(queue_page(2, "?n=19"))
    page.keyboard.press("y")
    page.wait_for_url("**/queue/list?*")
    assert "20 decided on the way" in page.locator("main").inner_text()
    with page.expect_navigation():
        page.keyboard.press("u")
    page.goto(queue_page(2))
    assert page.get_by_role("button", name="No", exact=True).is_visible()


def test_the_queue_is_gone_through_by_campaign(visit):
    page = visit()
    page.goto("/queue/list")
    page.get_by_label("Campaigns").get_by_text("easter").click()
    page.wait_for_url("**campaign=easter")
    assert set(page.locator(".grid .pale").all_inner_texts()) == {"perhaps spring/0.png"}


def test_the_keys_are_told_and_can_be_turned_off(visit):
    page = visit()
    page.goto(queue_page(0))
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.get_by_label("Keys decide and move").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    page.wait_for_timeout(200)
    assert page.get_by_role("button", name="No", exact=True).is_visible()


def test_the_library_is_chosen_from_by_folder_label_and_name(visit):
    page = visit()
    page.goto("/library")
    page.get_by_role("link", name="autumn 3").click()
    assert page.locator(".grid .name").all_inner_texts() == ["autumn/4.png", "autumn/5.png", "autumn/6.png"]
    page.get_by_role("searchbox").fill("6")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=6")
    assert page.locator(".grid .name").all_inner_texts() == ["autumn/6.png"]
    page.goto("/library?label=clouds")
    assert page.locator(".grid .name").all_inner_texts() == ["spring/1.png"]
    page.goto("/library?text=nothing-like-this")
    assert "No asset fits" in page.locator("main").inner_text()


@pytest.fixture(scope="module")
def nested(tmp_path_factory) -> Iterator[str]:
    """A service on folders in folders, a picture in two of them, and 207 folders of which the ledger alone knows."""
    place = tmp_path_factory.mktemp("nested")
    for path, seed in (("a/b/1.png", 1), ("a/b/2.png", 2), ("c/copy-of-1.png", 1)):
        (place / "library" / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw(seed)).save(place / "library" / path)
    with lineage.open(place / "index", workers=1) as index:
        index.index(place / "library")
        with open_ledger(index.settings, index.engine.store) as ledger:
            ledger.write(Record(Location("/dam", f"z{number:03}/a.png", 1, 1), "0", "0") for number in range(207))
    with served(place / "index") as address:
        yield address


def test_a_folder_holds_what_lies_in_its_folders_by_its_names_there(browser, nested):
    with closing(browser.new_context(base_url=nested)) as window:
        page = window.new_page()
        page.goto("/library")
        assert page.locator(".folders a").all_inner_texts()[:4] == ["All", "a\n2", "a/b\n2", "c\n1"]
        page.get_by_role("link", name="a 2", exact=True).click()
        page.wait_for_url("**folder=a")
        assert page.locator(".grid .name").all_inner_texts() == ["a/b/1.png", "a/b/2.png"]
        page.goto("/library?folder=c")
        assert page.locator(".grid .name").all_inner_texts() == ["c/copy-of-1.png"]


def test_that_folders_are_too_many_to_choose_from_is_told(nested):
    shown = httpx.get(f"{nested}/library", timeout=60).text
    assert shown.count("<bdi>z") == 197
    assert "and 10 more" in shown


def test_a_picture_dropped_on_the_library_finds_what_looks_like_it(visit, place):
    page = visit()
    page.goto("/library")
    page.get_by_label("Drop a picture").set_input_files(place / "library" / "spring" / "2.png")
    page.wait_for_url("**/library/like/*")
    assert page.locator(".grid .name").first.inner_text().startswith("spring/2.png")


def test_text_is_pasted_where_one_types(visit):
    page = visit()
    page.goto("/library")
    page.get_by_role("searchbox").fill("5.png")
    for key in ("Control+a", "Control+x", "Control+v"):
        page.keyboard.press(key)
    assert page.get_by_role("searchbox").input_value() == "5.png"


def test_an_asset_has_a_page_with_its_sightings_and_relatives_and_can_be_put_under_quarantine(visit, answer):
    page = visit()
    page.goto(answer)
    page.locator("h1 a").click()
    page.wait_for_url("**/assets/*")
    assert "spring/3.png" in page.title()
    seen = page.get_by_role("region", name="Sightings").locator("tr", has_text="copy.jpg")
    assert seen.count() == 1
    assert page.request.get(seen.locator("img").get_attribute("src")).headers["content-type"] == "image/webp"
    assert seen.get_by_role("link", name="copy.jpg").get_attribute("href").startswith("/posts/")
    assert "main subject" in seen.inner_text()
    assert all(float(near) >= CLOSE for near in page.locator(".grid .name .pale").all_inner_texts())
    page.get_by_text("Do not claim it for now").click()
    page.get_by_label("Why").fill("a test")
    page.get_by_role("button", name="Put under quarantine").click()
    assert "Under quarantine" in page.locator(".note").inner_text()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Do not claim it for now").wait_for()


def posts_beside(client: httpx.Client, answer: str) -> set[str]:
    """The answers that the page of the asset leads to, or shows, which an answer names first."""
    (first, *_) = client.get(f"/v1/answers/{answer.rpartition('/')[2]}").json()["matches"]
    return set(re.findall(r"/posts/[\w-]+", client.get(f"/assets/{first['id']}").text))


def test_an_answer_that_was_not_to_be_remembered_is_offered_to_nobody(address, tmp_path):
    Image.fromarray(post_of(4)).save(file := tmp_path / "post.png")
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer annas-key"}, timeout=60) as client:
        secret = client.post("/v1/query?remember=false", files={"post": ("secret.png", file.read_bytes())})
        assert secret.json()["verdict"] == "known"
        told = asked(client, file, "told.png")
        assert posts_beside(client, told) == {told}


def test_who_may_only_read_is_not_led_to_what_others_asked(address, answer):
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer ricks-key"}, timeout=60) as client:
        assert posts_beside(client, answer) == set()


def test_sightings_are_drawn_by_week_and_campaign(visit, answer):
    page = visit()
    page.goto("/sightings")
    assert page.get_by_role("heading").all_inner_texts()[1:] == [
        "By week",
        "Campaigns by week",
        "Channels by week",
        "By campaign",
        "By channel",
        "Most shown",
    ]
    weeks = page.get_by_role("img", name=re.compile("^instagram, posts by week: .* of 1;"))
    assert weeks.count() == 1
    assert "spring" in page.locator("h2:has-text('By campaign') + ol").inner_text()


@pytest.mark.parametrize("size", [WIDE, PHONE, {"width": 1024, "height": 800}])
def test_names_of_what_was_seen_stand_on_one_line_with_their_number(visit, size):
    page = visit(viewport=size)
    page.goto("/sightings")
    for row in page.locator(".barred li").all():
        name, number, bar = (row.locator(f"> {part}").bounding_box() for part in ("bdi", ".number", "svg"))
        assert name["height"] < 30
        assert abs(name["y"] - number["y"]) < 5
        assert bar["width"] == pytest.approx(row.bounding_box()["width"], abs=1)


def test_plots_are_read_on_a_phone(visit):
    page = visit(viewport=PHONE)
    page.goto("/sightings")
    seen = [text.bounding_box() for text in page.locator(".plot").first.locator("text").all() if text.is_visible()]
    assert min(box["height"] for box in seen) > 11
    weeks = sorted((box["x"], box["x"] + box["width"]) for box in seen if box["y"] == max(one["y"] for one in seen))
    assert all(after[0] > before[1] for before, after in pairwise(weeks))


def test_a_picture_is_seen_whole_among_others_whatever_its_shape(visit):
    page = visit()
    page.goto("/library")
    page.wait_for_load_state("networkidle")
    each = "one => [one.naturalHeight > one.naturalWidth, one.clientHeight, one.parentElement.clientHeight]"
    shapes = page.locator(".thumb img").evaluate_all(f"all => all.map({each})")
    assert any(tall for tall, _, _ in shapes)
    assert all(height <= room for _, height, room in shapes)


def test_a_click_on_the_map_opens_the_asset_and_it_can_be_zoomed(visit):
    page = visit()
    page.goto("/map?method=pca")
    plan = page.locator("[data-map] > svg")
    plan.wait_for()
    before = plan.get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    assert plan.get_attribute("viewBox") != before
    page.get_by_role("button", name="All").click()
    page.get_by_role("link", name="autumn/6.png").locator("rect").click()
    page.wait_for_url("**/assets/*")
    assert "6.png" in page.locator("h1").inner_text()


def test_the_map_is_one_stop_of_the_keyboard_and_arrows_go_from_picture_to_picture(visit):
    page = visit()
    page.goto("/map?method=pca")
    spots = page.locator("[data-map] a")
    spots.first.wait_for()
    assert spots.evaluate_all("all => all.filter(one => one.tabIndex >= 0).length") == 1
    spots.first.focus()
    been = set()
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp") * 3:
        page.keyboard.press(key)
        been.add(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert len(been) > 2
    last = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{last}")


def test_a_map_that_is_awaited_comes_also_where_one_has_gone_to_the_content(visit):
    page = visit()
    drawing = '<p data-drawing>Drawing</p><script type="module" src="/static/map.js"></script>'
    page.route("**/map?method=pca", lambda route: route.fulfill(body=drawing, content_type="text/html"), times=1)
    page.goto("/map?method=pca#content")
    page.get_by_text("Drawing").wait_for()
    page.locator("[data-map]").wait_for()


def test_without_a_script_every_picture_of_the_map_is_a_stop_of_the_keyboard(visit):
    page = visit(java_script_enabled=False)
    page.goto("/map?method=pca")
    while not page.locator("[data-map]").count():
        page.reload()
    assert page.locator("[data-map] a").count() == 8
    assert page.locator("[data-map] a[tabindex]").count() == 0
    assert page.get_by_text("arrows to the next one").is_hidden()


PAGES = ("/", "ANSWER", "/queue", "/queue/list", "/library", "/assets/ANY", "/sightings", "/map?method=pca", "/nowhere")


def addresses(page: Any, answer: str) -> Iterator[str]:
    page.goto("/library")
    asset = page.locator(".grid a").first.get_attribute("href")
    for one in PAGES:
        yield {"ANSWER": answer, "/assets/ANY": asset}.get(one, one)


def test_every_page_fits_a_phone(visit, answer):
    page = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    for one in list(addresses(page, answer)):
        page.goto(one)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], one


def test_on_a_phone_a_review_is_decided_without_scrolling(visit):
    page = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(queue_page(0))
    for name in ("Yes", "No", "Ignore"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert 0 <= box["y"] <= PHONE["height"] - box["height"]
        assert box["height"] >= 40


@with_axe
def test_no_page_has_a_serious_barrier_in_light_or_dark(visit, answer):
    page = visit(color_scheme="light")
    for one in [*addresses(page, answer), "/login"]:
        page.goto(one)
        assert barriers(page) == [], one
        page.emulate_media(color_scheme="dark")
        assert barriers(page, only="color-contrast") == [], one
        page.emulate_media(color_scheme="light")


def test_an_empty_library_says_how_it_is_filled(browser, tmp_path):
    (tmp_path / "library").mkdir()
    with lineage.open(tmp_path / "index") as index:
        index.index(tmp_path / "library")
    with served(tmp_path / "index") as address, closing(browser.new_context(base_url=address)) as window:
        page = window.new_page()
        for one, said in {"/": "lineage index", "/library": "lineage index", "/map": "too few"}.items():
            page.goto(one)
            page.locator("main").filter(has_text=said).wait_for()  # the map is drawn beside
        for one, said in {"/sightings": "No post was asked about yet", "/queue": "Nothing waits for a person"}.items():
            page.goto(one)
            assert said in page.locator("main").inner_text()
            assert f"--service {address}" in page.locator("main").inner_text()


def test_headings_skip_no_level(visit, answer):
    page = visit()
    for one in list(addresses(page, answer)):
        page.goto(one)
        levels = page.locator(":is(h1, h2, h3):visible").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
        assert levels[0] == 1, one
        assert all(below <= above + 1 for above, below in pairwise(levels)), one


def test_every_page_is_reached_and_left_by_keyboard(visit):
    page = visit()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_names_are_text_whatever_they_hold(visit, place, address):
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer annas-key"}, timeout=60) as client:
        odd = asked(client, place / "posts" / "copy.jpg", HOSTILE)
    page = visit(viewport=PHONE)
    for one in (odd, "/library", "/sightings"):
        page.goto(one)
        assert "\u202e" not in page.content()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.locator("main img[src=x], main b:has-text('mmer')").count() == 0
    page.goto("/library")
    page.locator(".folders a").filter(has_text="<b>su").click()
    assert page.locator(".grid .name").all_inner_texts() == [f"{ODD_SHOWN}/7.png"]


def test_nothing_is_written_into_a_page_that_its_policy_forbids(address, answer):
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer annas-key"}, timeout=60) as client:
        for one in ("/", answer, "/library", "/sightings", "/queue/list"):
            page = client.get(one)
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert "unsafe" not in page.headers["content-security-policy"]
            assert not re.search(
                r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=\"/static/)|(src|href)=\"https?:", page.text
            )


def test_who_is_not_signed_in_signs_in_first_and_comes_back(browser, address):
    with closing(browser.new_context(base_url=address)) as window:
        page = window.new_page()
        page.goto("/library")
        page.get_by_label("Key").fill("a wrong one")
        page.get_by_role("button", name="Sign in").click()
        assert "There is no such key" in page.get_by_role("alert").inner_text()
        page.get_by_label("Key").fill("ricks-key")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/library")
        (cookie,) = window.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        page.get_by_role("button", name="sign out").click()
        page.wait_for_url("**/login")


def test_who_may_not_decide_is_told_so(visit, answer):
    page = visit("rick")
    page.goto("/queue")
    assert "may not be done with your key" in page.locator("h1").inner_text()
    assert "This takes a key with the role review" in page.locator("main").inner_text()
    assert page.get_by_role("button", name="sign out").is_visible()
    assert page.get_by_role("navigation").get_by_role("link", name="Queue").count() == 0
    page.goto(answer)
    assert page.get_by_role("button", name="No", exact=True).count() == 0


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("/posts/nothing", "not kept any more"),
        ("/assets/nothing", "no such asset"),
        ("/queue/nothing", "not in the queue"),
    ],
)
def test_what_is_not_there_is_told_with_a_way_out(visit, wanted, said):
    page = visit()
    page.goto(wanted)
    assert said in page.locator("main").inner_text()
    assert page.locator("main a.button, main form").count() > 0


def test_a_file_that_is_no_picture_is_told_and_another_can_be_chosen(visit, place):
    page = visit()
    page.goto("/")
    page.get_by_label("Drop a post here").set_input_files(place / "posts" / "text.jpg")
    page.get_by_role("alert").wait_for()
    assert "text.jpg: text, not a picture. Choose another file" in page.get_by_role("alert").inner_text()
    page.goto("/posts")  # the address of the form
    assert page.get_by_label("Drop a post here").is_visible()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(visit, tmp_path):
    page, large = visit(), tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(25_100_000)
    page.goto("/")
    page.get_by_label("Drop a post here").set_input_files(large)
    page.get_by_text("This file has 25.1 MB").wait_for()


def test_of_files_that_are_dropped_together_it_is_said_that_one_is_asked_about(visit, place):
    page, file = visit(), place / "posts" / "copy.jpg"
    page.route("**/posts", lambda route: route.abort("aborted"))  # the page stays
    page.goto("/")
    page.evaluate(DROP, ["drop", "copy.jpg", list(file.read_bytes()), "other.jpg"])
    page.get_by_text("Only one of 2 files, copy.jpg, is asked about").wait_for()
    page.get_by_label("Drop a post here").set_input_files(file)
    page.get_by_text("Looking through the library …", exact=True).wait_for()


def test_what_pages_load_is_kept_by_browsers_until_it_is_another(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        (style,) = re.findall(r'href="(/static/page\.css\?v=\w+)"', client.get("/login").text)
        assert client.get(style).headers["cache-control"] == "public, max-age=86400"


def test_without_a_script_no_keys_are_told(visit, answer):
    page = visit(java_script_enabled=False)
    page.goto(answer)
    assert page.get_by_role("button", name="No", exact=True).locator("kbd").is_hidden()


def test_errors_are_pages_for_people_and_problems_for_programs(address):
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer annas-key"}, timeout=60) as client:
        assert client.get("/nowhere", headers={"Accept": "text/html"}).headers["content-type"].startswith("text/html")
        assert client.get("/nowhere").headers["content-type"] == "application/problem+json"
    connection = HTTPConnection(address.removeprefix("http://"), timeout=60)
    with closing(connection):
        connection.request("POST", "/posts", headers={"Content-Length": "30000000", "Accept": "text/html"})
        refused = connection.getresponse()
        assert (refused.status, b"This file is too large" in refused.read()) == (413, True)


@pytest.mark.parametrize("form", ["/posts", "/library"])
def test_whoever_leaves_a_page_while_it_is_answered_leaves_the_line(address, place, form):
    post = {"post": ("copy.jpg", (place / "posts" / "copy.jpg").read_bytes(), "image/jpeg")}
    signed = {"Authorization": "Bearer annas-key"}

    def leave(_: int) -> None:
        with suppress(httpx.TimeoutException):
            httpx.post(f"{address}{form}", files=post, headers=signed, timeout=0.05)

    with httpx.Client(base_url=address, headers=signed, timeout=60) as client:
        before = answered(client)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(leave, range(8)))
        deadline = time.monotonic() + 30
        while "lineage_inside 0.0" not in client.get("/metrics").text:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert answered(client) <= before + 1


def answered(client: httpx.Client) -> int:
    told = client.get("/metrics").text
    return sum(int(float(count)) for count in re.findall(r"^lineage_posts_total.* (\S+)$", told, re.MULTILINE))


def test_a_number_that_is_none_is_as_none(address):
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer annas-key"}, timeout=60) as client:
        for number in ("9" * 5000, "9" * 20, "-1", "x"):
            assert client.get(f"/library?page={number}").status_code == 200
            assert client.get(f"/queue/list?n={number}").status_code == 200


def test_a_decision_that_cannot_be_made_is_told_as_what_it_is(address):
    with httpx.Client(base_url=address, headers={"Authorization": "Bearer annas-key"}, timeout=60) as client:
        for given in (
            {"what": "nothing"},
            {"what": "confirm", "answer": "none"},
            {"what": "quarantine", "asset": "none"},
        ):
            assert client.post("/decide", data=given).status_code == 422
        assert client.post("/undo", data={"note": "none"}).status_code == 422


def test_a_form_of_another_site_decides_nothing(address, answer):
    with httpx.Client(base_url=address, timeout=60) as client:
        signed = client.post("/login", data={"key": "annas-key"})
        assert signed.status_code == 303
        decided = {"what": "reject", "answer": answer.rpartition("/")[2], "back": "/"}
        foreign = client.post("/decide", data=decided, headers={"Origin": "https://elsewhere.example"})
        assert foreign.status_code == 403
