"""Whether the promise holds for what a library is asked about: by what is rejected, and by scores of novel posts."""

from __future__ import annotations

import json
import shutil
import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lineage.decide.calibration import stricter
from lineage.decide.calibration_file import load_calibration
from lineage.decide.decider import ForestDecider
from lineage.decide.promise import FEWEST, at_least, drift, limits_to_note
from lineage.decide.thresholds import novel_share, sure_threshold
from lineage.describe.hashes import perceptual_hashes
from lineage.feedback.state import Feedback, when_lifted
from lineage.feedback.watch import sighting_about
from lineage.records import Guarantee, Hashes, Note, Report, Sighting
from lineage.store.journal import open_journal
from lineage.store.journal_form import sighting_line, sighting_of
from lineage.tell.wording import promise
from tests.command import call
from tests.test_decide import COPY, evidence, promising, shipped

GUARANTEE = Guarantee(level=0.01, samples=999, known_from=0.8, review_from=0.2)


def hashes(number: int) -> Hashes:
    rng = np.random.default_rng(number)
    return Hashes(rng.bytes(8).hex(), rng.bytes(32).hex(), 100)


def asked(number: int, score: float, *, asset: str = "", calibration: str = "c 1") -> Sighting:
    decision = "known" if asset else "review" if score >= GUARANTEE.review_from else "novel"
    scored = {"hashes": hashes(number), "decision": decision, "score": score, "calibration": calibration}
    when = f"2026-01-01T00:00:00.{number:06}+00:00"
    key = str(uuid.UUID(bytes=np.random.default_rng(number).bytes(16), version=4))
    return Sighting(key, when, "i", asset, asset, np.zeros(0, np.float32), None, passing=False, **scored)


def said(what: str, number: int, asset: str = "a") -> Note:
    return Note(str(number), "2026-01-02", "reviewer", what, hashes=hashes(number), asset=asset, path=asset)


def stream(*, novel: int, rejected: int) -> tuple[list[Sighting], Feedback]:
    """Posts called novel, and some called known of which a person says that they were not made from that."""
    posts = [asked(n, 0.1) for n in range(novel)]
    claimed = [asked(novel + n, 0.85 + n / 1000, asset="a") for n in range(rejected)]
    return [*posts, *claimed], Feedback(pairs=tuple(said("reject", novel + n) for n in range(rejected)))


def test_more_rejected_claims_than_promised_raise_the_score_from_which_a_post_is_known():
    seen, feedback = stream(novel=190, rejected=10)
    (note,) = limits_to_note(seen, feedback, [GUARANTEE], calibration="c 1")
    assert note.reason == "10 of 200 novel posts were claimed, and 1 % may be"
    assert note.limit is not None
    novel = note.limit.novel
    assert novel == tuple(sorted(one.score or 0.0 for one in seen))
    held = stricter(GUARANTEE, novel)
    assert (held.known_from, held.samples, held.measured_on) == (sure_threshold(novel, 0.01), 200, "library")
    assert not limits_to_note(seen, feedback, [held], calibration="c 1")


@pytest.mark.parametrize(("novel", "rejected"), [(190, 0), (195, 5), (80, 10)])
def test_as_many_as_chance_allows_or_too_few_to_say_change_nothing(novel, rejected):
    seen, feedback = stream(novel=novel, rejected=rejected)
    assert not limits_to_note(seen, feedback, [GUARANTEE], calibration="c 1")


def test_what_nobody_has_judged_counts_for_nothing():
    seen, _ = stream(novel=190, rejected=10)
    assert not limits_to_note(seen, Feedback(), [GUARANTEE], calibration="c 1")


def test_a_claim_that_was_rejected_for_another_asset_is_no_novel_post():
    seen, feedback = stream(novel=190, rejected=10)
    confirmed = tuple(said("confirm", 190 + n, "b") for n in range(8))
    assert not limits_to_note(seen, replace(feedback, pairs=feedback.pairs + confirmed), [GUARANTEE], calibration="c 1")


def test_a_post_counts_once_however_often_it_is_asked_about():
    seen, feedback = stream(novel=60, rejected=3)
    assert not limits_to_note(seen * 4, feedback, [GUARANTEE], calibration="c 1")


def test_a_limit_that_was_taken_back_stays_away_until_more_is_seen():
    seen, feedback = stream(novel=190, rejected=10)
    (note,) = limits_to_note(seen, feedback, [GUARANTEE], calibration="c 1")
    after = "2026-01-03T00:00:00.000000+00:00"
    lift = {note.id: after}
    assert when_lifted([note, Note("u", after, "reviewer", "undo", undoes=note.id)]) == {("c 1", ""): lift[note.id]}
    assert not limits_to_note(seen, replace(feedback, lifted={("c 1", ""): after}), [GUARANTEE], calibration="c 1")


def resaved(one: Sighting) -> Sighting:
    """The same post in another size: two of the bits of its hash differ."""
    assert one.hashes is not None
    bits = int(one.hashes.pdq, 16) ^ 3
    return replace(one, hashes=replace(one.hashes, phash="0" * 16, pdq=f"{bits:064x}"))


def test_copies_of_a_post_that_were_saved_anew_count_once():
    seen, feedback = stream(novel=196, rejected=3)
    assert not limits_to_note([*seen, *map(resaved, seen[-3:])], feedback, [GUARANTEE], calibration="c 1")


def test_a_calibration_may_have_a_plus_in_its_name():
    seen, feedback = stream(novel=190, rejected=10)
    renamed = [replace(one, calibration="a+b 1") for one in seen]
    assert limits_to_note(renamed, feedback, [GUARANTEE], calibration="a+b 1")


def test_scores_of_another_calibration_do_not_count():
    seen, feedback = stream(novel=190, rejected=10)
    assert not limits_to_note(seen, feedback, [GUARANTEE], calibration="c 2")
    raised = [replace(one, calibration="c 1+0.9000") for one in seen]
    assert limits_to_note(raised, feedback, [GUARANTEE], calibration="c 1")


def test_judgements_never_lower_a_threshold():
    assert stricter(GUARANTEE, (0.1,) * 500) == GUARANTEE


def test_the_chance_of_so_many_claims():
    assert at_least(0, 100, 0.01) == 1
    assert at_least(1, 100, 0.01) == pytest.approx(1 - 0.99**100)


NOVEL = np.sort(np.concatenate([np.zeros(600), np.random.default_rng(5).beta(0.3, 3, 300)]))
BACKING = {"": (NOVEL.tolist(), 0.2)}


def drawn_from(scores: np.ndarray, count: int, *, seed: int) -> list[Sighting]:
    drawn = np.random.default_rng(seed).choice(scores, count)
    return [asked(1000 * seed + n, float(score)) for n, score in enumerate(drawn)]


def test_novel_posts_like_those_of_the_fit_drift_in_hardly_any_series():
    seen = []
    for seed in range(60):
        order = np.random.default_rng(seed).permutation(NOVEL)
        sets, rest = np.sort(order[:500]).tolist(), order[500:]
        posts = [asked(1000 * seed + n, float(score)) for n, score in enumerate(rest)]
        seen.append(drift(posts, {"": (sets, 0.2)}, calibration="c 1").drifts)
    assert np.mean(seen) <= 0.05


def test_novel_posts_that_score_higher_drift():
    higher = np.concatenate([np.zeros(500), np.random.default_rng(6).uniform(0, 0.2, 500)])
    found = drift(drawn_from(higher, 300, seed=1), BACKING, calibration="c 1")
    assert found.drifts
    assert found.posts == 300


def test_novel_posts_that_score_lower_are_no_matter():
    assert not drift(drawn_from(np.zeros(10), 300, seed=1), BACKING, calibration="c 1").drifts


def test_few_posts_say_nothing():
    few = [asked(n, 0.19) for n in range(FEWEST - 1)]
    assert drift(few, BACKING, calibration="c 1").capital > 100
    assert not drift(few, BACKING, calibration="c 1").drifts


def told(decider: ForestDecider, *found) -> Sighting:
    report = Report("p", decider.decide(found), {}, {"index": "i", "calibration": decider.version}, hashes=hashes(1))
    return sighting_about(report)


def test_a_sighting_keeps_the_score_and_group_that_a_novel_post_counts_with():
    decider = promising(shipped())
    seen = told(decider, evidence("a", inliers=12, agreement=0.2))
    verdict = decider.decide([evidence("a", inliers=12, agreement=0.2)])
    assert (seen.decision, seen.score) == (verdict.decision, verdict.probability)
    assert verdict.guarantee is not None
    assert seen.group == verdict.guarantee.group
    assert told(decider, evidence("nowhere")).score == 0.0
    assert sighting_of(sighting_line(seen)).hashes == hashes(1)


def test_a_sighting_of_before_is_read_and_counts_for_nothing():
    record = json.loads(sighting_line(asked(1, 0.1)))
    for name in ("hashes", "decision", "score", "group", "calibration", "sum"):
        del record[name]
    before = sighting_of(json.dumps(record))
    assert drift([before], BACKING, calibration="").posts == 0


def test_what_was_raised_is_said_beside_an_answer():
    own = tuple(np.sort(np.concatenate([np.zeros(190), np.full(10, 0.9999)])).tolist())
    group = shipped().guarantee(0).group
    calibration = shipped()
    decider = ForestDecider(calibration, network=calibration.backbone, own={group: own})
    verdict = decider.decide([COPY])
    assert decider.version.startswith(f"{calibration.version}+")
    assert verdict.guarantee is not None
    assert verdict.guarantee.measured_on == "library"
    assert (verdict.novel_share or 0.0) >= novel_share(own, verdict.probability or 0.0)
    assert "measured on 200 novel posts of this library)" in promise(verdict)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory, drawn) -> Path:
    place = tmp_path_factory.mktemp("kept")
    (place / "library").mkdir()
    for seed in range(3):
        Image.fromarray(drawn(seed)).save(place / "library" / f"{seed}.png")
    Image.fromarray(drawn(9)).save(place / "post.png")
    done = call("index", place / "library", "--store", place / "index")
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def index(indexed, tmp_path) -> Path:
    """The same with a journal of its own."""
    shutil.copytree(indexed, tmp_path / "own")
    return tmp_path / "own"


def write(index: Path, seen: list[Sighting]) -> None:
    """Let the journal say that the index was asked about posts, in the first group of the shipped decision."""
    status = json.loads(said_by("status", "--json", "--store", index / "index"))
    calibration = load_calibration()
    own = {"index": status["index"], "group": calibration.guarantee(0).group, "calibration": calibration.version}
    with closing(open_journal(str(index / "index"))) as journal:
        journal.see([replace(one, **own) for one in seen], keep=500)


def said_by(*arguments: object) -> str:
    done = call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_status_says_whether_novel_posts_score_as_those_of_the_fit(index):
    store = "--store", index / "index"
    assert "promise" not in said_by("status", *store)
    answer = json.loads(said_by("query", index / "post.png", "--json", *store))
    with closing(open_journal(str(index / "index"))) as journal:
        (seen,) = journal.sightings()
    assert seen.calibration == load_calibration().version == answer["versions"]["calibration"]
    assert seen.hashes is not None
    write(index, [asked(n, 0.0) for n in range(120)])
    told = said_by("status", *store)
    assert "promise  holds: " in told
    assert "asked about lately score no higher than those that it was measured on" in told
    write(index, [asked(200 + n, 0.09) for n in range(200)])
    assert "promise  in doubt: " in said_by("status", *store)
    assert json.loads(said_by("status", "--json", *store))["promise"]["drifts"] is True


def test_rejecting_more_claims_than_promised_is_told_and_holds_from_then_on(index):
    store, calibration = ("--store", index / "index"), load_calibration()
    key = json.loads(said_by("query", index / "library/0.png", "--json", "--read-only", *store))["matches"][0]["id"]
    claimed, lines = [], ["post,asset"]
    for n in range(8):
        pixels = np.random.default_rng(n).integers(0, 255, (64, 64, 3), np.uint8)
        Image.fromarray(pixels).save(index / f"wrong{n}.png")
        claimed.append(replace(asked(900 + n, 0.99, asset=key), hashes=perceptual_hashes(pixels)))
        lines.append(f"{index}/wrong{n}.png,{key}")
    write(index, [*(asked(2000 + n, 0.0) for n in range(120)), *claimed])
    (index / "wrong.csv").write_text("\n".join(lines))
    done = call("reject", "--from", index / "wrong.csv", "--by", "reviewer", *store)
    assert done.returncode == 0, done.stderr
    assert "novel posts were claimed, and 1 % may be: from now on known takes a higher score" in done.stderr
    assert "stricter known from p 0.9900 instead of 0.8" in said_by("status", *store)
    assert "known from a higher score, by what was rejected here" in said_by("feedback", *store)
    again = json.loads(said_by("query", index / "post.png", "--json", *store))
    assert again["versions"]["calibration"].startswith(f"{calibration.version}+0.99")
