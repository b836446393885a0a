"""Equal files and pictures without structure: what is said where geometry has nothing to say."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from lineage.decide.calibration_file import load_calibration
from lineage.decide.overrides import BESIDES, Besides, in_quarantine, said_by_people, same_file, too_plain
from lineage.describe.same_picture import looks_like
from lineage.feedback import Feedback
from lineage.feedback.notes import judge, quarantine
from lineage.feedback.state import read_feedback
from lineage.read.images import decode
from lineage.records import Picture, Pixels, Report, Verdict
from lineage.settings import Settings
from lineage.store.journal import open_journal
from tests.engines import engine_for_files
from tests.test_decide import promising
from tests.test_objections import GUARANTEE, match

RED, BLUE = (200, 20, 20), (20, 20, 200)


def flat(colour: tuple[int, int, int], *, width: int = 300, height: int = 200) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def saved(pixels: Pixels, kind: str, **options: int) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def posted(pixels: Pixels, *, quality: int = 50) -> Picture:
    return decode(saved(pixels, "JPEG", quality=quality))


@pytest.fixture
def engine(tmp_path, drawn, monkeypatch):
    """On a red ground, a white one and a picture."""
    pictures = {"red.png": flat(RED), "white.png": flat((255, 255, 255)), "drawn.png": drawn(1)}
    for name, pixels in pictures.items():
        (tmp_path / name).write_bytes(saved(pixels, "PNG"))
    with engine_for_files([tmp_path / name for name in pictures], Settings()) as opened:
        monkeypatch.setattr(opened, "_decider", promising(load_calibration()))  # as on an index
        yield opened


@pytest.fixture
def asset(engine):
    """Of the red ground."""
    (found,) = [e.asset for batch in engine.store.scroll() for e in batch if e.asset.path.endswith("red.png")]
    return found


def said(report: Report) -> tuple[str, str]:
    return report.verdict.decision, report.verdict.matches[0].evidence.asset.path.rpartition("/")[2]


def test_a_plain_file_that_is_an_asset_byte_for_byte_is_known(engine, asset):
    report = engine.query(posted(flat(RED)), name="red", sha256=asset.sha256)
    assert said(report) == ("known", "red.png")
    assert report.verdict.remarks == (f"the same file as {asset.path}, byte for byte",)
    verdict = report.verdict
    assert (verdict.rests_on, verdict.probability, verdict.novel_share) == ("bytes", None, None)
    assert verdict.matches[0].probability == 1.0


def test_an_equal_file_is_looked_at_where_no_search_finds_it(engine, asset, monkeypatch):
    monkeypatch.setattr(engine, "_candidates", 0)
    assert said(engine.query(posted(flat(RED)), name="red", sha256=asset.sha256)) == ("known", "red.png")


def test_an_equal_file_is_known_by_its_bytes_whatever_the_evidence_says(engine, drawn):
    (own,) = [e.asset for batch in engine.store.scroll() for e in batch if e.asset.path.endswith("drawn.png")]
    plain, equal = (engine.query(posted(drawn(1)), name="post", sha256=digest).verdict for digest in ("", own.sha256))
    assert plain.remarks == ()
    assert equal.remarks == (f"the same file as {own.path}, byte for byte",)
    assert (plain.rests_on, equal.rests_on, equal.probability) == ("probability", "bytes", None)
    assert equal.matches[0].probability == plain.matches[0].probability


def test_another_file_is_not_equal(engine):
    assert said(engine.query(posted(flat(BLUE)), name="blue", sha256="ab" * 32))[0] == "novel"


@pytest.mark.parametrize(("what", "decision"), [("reject", "novel"), ("quarantine", "review")])
def test_what_a_person_said_goes_before_equal_bytes(engine, asset, tmp_path, monkeypatch, what, decision):
    post = posted(flat(RED))
    with closing(open_journal(str(tmp_path))) as journal:
        if what == "reject":
            judge(journal, "reject", post.pixels, asset, name="red", who="reviewer")
        else:
            quarantine(journal, asset.id, path=asset.path, reason="", who="reviewer")
        monkeypatch.setattr(engine, "_feedback", read_feedback(journal))
    verdict = engine.query(post, name="red", sha256=asset.sha256).verdict
    assert verdict.decision == decision
    assert not verdict.claims


def test_a_plain_picture_that_was_saved_again_goes_to_a_person(engine, asset):
    report = engine.query(posted(flat(RED, width=600, height=400)), name="red")
    assert said(report) == ("review", "red.png")
    assert report.verdict.remarks == (f"too plain to be located, but as a whole it looks like {asset.path}",)
    assert (report.verdict.rests_on, report.verdict.probability) == ("likeness", None)


@pytest.mark.parametrize("pixels", [flat(BLUE), flat(RED, width=200, height=300)], ids=["colour", "shape"])
def test_another_plain_picture_is_novel(engine, pixels):
    report = engine.query(posted(pixels), name="other")
    assert said(report)[0] == "novel"
    assert (report.verdict.rests_on, report.verdict.probability) == ("plainness", None)


def test_what_is_left_without_ignored_pictures_does_not_look_like_anything(engine, monkeypatch):
    monkeypatch.setattr("lineage.engine.leave_out", lambda features, _: (features, (object(),)))
    monkeypatch.setattr("lineage.decide.overrides.BESIDES", [one for one in BESIDES if one is not said_by_people])
    monkeypatch.setattr(engine, "_feedback", Feedback())
    report = engine.query(posted(flat(RED)), name="red")
    assert said(report)[0] == "novel"
    assert (report.verdict.rests_on, report.verdict.probability) == ("person", None)


def test_a_picture_with_structure_is_judged_by_it(drawn):
    verdict = Verdict("known", 0.99, (match("a", 0.99), match("b", 0.1)), 0.001, GUARANTEE)
    assert too_plain(verdict, Besides(plain=True, alike=["b"])) == verdict


def test_of_a_plain_picture_that_looks_like_nothing_no_score_is_promised():
    told = too_plain(Verdict("review", 0.6, (match("a", 0.6),), 0.03, GUARANTEE, unpromised="x"), Besides(plain=True))
    assert (told.decision, told.probability, told.novel_share, told.unpromised) == ("novel", None, None, "")


def test_the_equal_file_stands_before_a_likelier_asset():
    likelier = match("a", 0.99, inliers=80)
    verdict = same_file(Verdict("known", 0.99, (likelier, match("b", 0.1)), 0.001, GUARANTEE), Besides(same_file=["b"]))
    assert [one.evidence.asset.id for one in verdict.claims] == ["b", "a"]


def test_people_have_the_last_word_before_quarantine_bytes_and_likeness():
    order = [BESIDES.index(one) for one in (too_plain, in_quarantine, said_by_people)]
    assert order == sorted(order)
    assert BESIDES[0] is same_file


def test_pictures_look_alike_after_compression_and_scaling(drawn):
    picture = cv2.GaussianBlur(drawn(1), (0, 0), 25)
    smaller = cv2.resize(posted(picture, quality=40).pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert looks_like(smaller, picture)
    assert not looks_like(smaller[:, ::-1], picture)


def test_a_picture_of_one_pixel_looks_like_itself():
    one = flat(RED, width=1, height=1)
    assert looks_like(one, one)
    assert not looks_like(one, flat(RED, width=1, height=9))


def test_a_plain_post_that_was_held_back_for_unusual_evidence_stays_in_review():
    held = Verdict("review", 0.9, (match("a", 0.9),), None, GUARANTEE, rests_on="outside")
    assert too_plain(held, Besides(plain=True)) == held
