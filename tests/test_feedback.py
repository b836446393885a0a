"""What follows from what people decided, without a command line."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import replace

import cv2
import numpy as np
import pytest

from lineage.decide.decider import ForestDecider
from lineage.decide.objections import with_objections
from lineage.decide.overrides import Besides, by_what_is_known, said_by_people
from lineage.describe.hashes import perceptual_hashes
from lineage.describe.keypoints import extract
from lineage.describe.post import PostFeatures, both_ways
from lineage.describe.same_picture import same_post
from lineage.errors import UsageError
from lineage.feedback import Feedback, Ignored, leave_out
from lineage.feedback.notes import ignore, judge, quarantine, undo
from lineage.feedback.state import read_feedback
from lineage.feedback.watch import FEWEST, assets_matching_too_much, keep_watch
from lineage.read.images import decode
from lineage.records import Hashes, Match, Note, Pixels, Sighting, Verdict
from lineage.store.journal import open_journal
from lineage.verify.align import align
from tests.store_samples import asset
from tests.test_decide import COPY, evidence, promising, shipped


@pytest.fixture
def journal(tmp_path):
    with closing(open_journal(str(tmp_path))) as opened:
        yield opened


def compressed(pixels: Pixels, quality: int) -> Pixels:
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


# What holds


def test_a_post_that_was_saved_again_is_the_same_post(drawn):
    post = drawn(1)
    smaller = cv2.resize(compressed(post, 70), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    assert same_post(perceptual_hashes(post), perceptual_hashes(smaller))


def test_another_picture_is_another_post(drawn):
    assert not same_post(perceptual_hashes(drawn(1)), perceptual_hashes(drawn(2)))


def test_pictures_without_structure_are_the_same_only_where_their_hashes_are_equal():
    flat = Hashes("0" * 16, "0" * 64, 3)
    assert same_post(flat, flat)
    assert not same_post(flat, replace(flat, pdq="0" * 63 + "1"))


def test_the_last_word_about_a_pair_holds(journal, drawn):
    judge(journal, "confirm", drawn(1), asset(1), name="post.jpg", who="reviewer")
    judge(journal, "reject", drawn(1), asset(1), name="post.jpg", who="manager")
    (note,) = read_feedback(journal).about(perceptual_hashes(drawn(1)))
    assert (note.what, note.who) == ("reject", "manager")


def test_what_is_taken_back_does_not_hold_but_stays_in_the_journal(journal, drawn):
    note = judge(journal, "confirm", drawn(1), asset(1), name="post.jpg", who="reviewer")
    undo(journal, [note], who="manager")
    assert read_feedback(journal) == Feedback()
    assert [one.what for one in journal.notes()] == ["confirm", "undo"]


def test_nothing_is_known_about_other_posts(journal, drawn):
    judge(journal, "confirm", drawn(1), asset(1), name="post.jpg", who="reviewer")
    assert read_feedback(journal).about(perceptual_hashes(drawn(2))) == ()


def test_a_judged_post_is_kept(journal, drawn):
    note = judge(journal, "reject", drawn(1), asset(1), name="post.jpg", who="reviewer")
    assert np.abs(decode(journal.attachment(note.id), name=note.picture).pixels.astype(int) - drawn(1)).mean() < 4


# The negative bank


def features(pixels: Pixels) -> PostFeatures:
    return both_ways(extract(pixels, limit=800), (pixels.shape[1], pixels.shape[0]))


def ignored(pixels: Pixels) -> Ignored:
    return Ignored(Note("n", "2026", "reviewer", "ignore", "badge.png"), extract(pixels))


def pasted(ground: Pixels, badge: Pixels, *, at: tuple[int, int], side: int) -> Pixels:
    made, (x, y) = ground.copy(), at
    made[y : y + side, x : x + side] = cv2.resize(badge, (side, side), interpolation=cv2.INTER_AREA)
    return made


def located(post: PostFeatures, pixels: Pixels) -> int:
    found = align(post, extract(pixels), asset_size=(pixels.shape[1], pixels.shape[0]))
    return found.inliers if found else 0


@pytest.fixture(scope="module")
def badge(drawn):
    return drawn(90, width=200, height=200)


def test_an_asset_that_shares_only_a_badge_with_a_post_is_no_longer_located(drawn, badge):
    library = pasted(drawn(1), badge, at=(200, 20), side=100)
    post = features(pasted(drawn(2), badge, at=(20, 100), side=110))
    left, shown = leave_out(post, [ignored(badge)])
    assert located(post, library) >= 12
    assert located(left, library) < 6
    assert [one.note.picture for one in shown] == ["badge.png"]


def test_the_badge_is_recognised_in_a_mirrored_post(drawn, badge):
    library = pasted(drawn(1), badge, at=(200, 20), side=100)
    post = features(np.ascontiguousarray(pasted(drawn(2), badge, at=(20, 100), side=110)[:, ::-1]))
    assert located(post, library) >= 12
    assert located(leave_out(post, [ignored(badge)])[0], library) < 6


def test_two_badges_are_both_left_out(drawn, badge):
    library = pasted(drawn(1), badge, at=(200, 20), side=100)
    once = pasted(drawn(2), badge, at=(10, 10), side=100)
    left, _ = leave_out(features(pasted(once, badge, at=(200, 120), side=110)), [ignored(badge)])
    assert located(left, library) < 6


def test_the_rest_of_a_post_is_located_as_before(drawn, badge):
    post = features(pasted(drawn(1), badge, at=(20, 20), side=90))
    left, _ = leave_out(post, [ignored(badge)])
    assert located(left, drawn(1)) > 0.8 * located(post, drawn(1))


def test_what_lies_inside_an_ignored_frame_stays(drawn):
    frame = drawn(91, width=300, height=300)
    frame[60:240, 40:260] = 255
    post = frame.copy()
    post[60:240, 40:260] = drawn(3, width=220, height=180)
    left, shown = leave_out(features(post), [ignored(frame)])
    assert len(shown) == 1
    assert located(left, frame) < 6
    assert located(left, drawn(3, width=220, height=180)) > 0.8 * located(
        features(post), drawn(3, width=220, height=180)
    )


def test_what_stands_before_an_ignored_backdrop_stays(drawn):
    backdrop, thing = drawn(95, width=400, height=300), drawn(4, width=160, height=140)
    library, post = backdrop.copy(), backdrop.copy()
    library[60:200, 10:130] = drawn(5, width=120, height=140)
    post[80:220, 120:280] = thing
    left, _ = leave_out(features(post), [ignored(backdrop)])
    assert located(features(post), library) > 20
    assert located(left, library) < 6
    assert located(left, thing) > 0.8 * located(features(post), thing)


def test_a_post_that_shows_no_ignored_picture_stays_as_it_is(drawn, badge):
    post = features(drawn(1))
    left, shown = leave_out(post, [ignored(badge), ignored(np.full((50, 50, 3), 200, np.uint8))])
    assert left is post
    assert shown == ()


def test_an_ignored_picture_is_kept_by_its_features(journal, badge):
    ignore(journal, badge, name="badge.png", who="reviewer")
    (one,) = read_feedback(journal).ignored
    assert len(one.keypoints) == len(extract(badge))


def test_a_picture_too_plain_to_be_told_in_a_post_is_not_ignored(journal):
    with pytest.raises(UsageError, match=r"ground.png: too plain .* \(0 features, 8 are needed\)"):
        ignore(journal, np.full((200, 300, 3), 200, np.uint8), name="ground.png", who="reviewer")
    assert not journal.notes()


# The verdict


def pair(what: str, name: str) -> Note:
    return Note("n", "2026-11-22T10:00:00", "reviewer", what, "post.jpg", None, name, f"{name}.jpg")


def settled(*, pairs: tuple[Note, ...] = (), held: tuple[str, ...] = ()) -> Verdict:
    verdict = promising(shipped()).decide([COPY, evidence("other")])
    notes = {name: replace(pair("quarantine", name), reason="too much") for name in held}
    return by_what_is_known(verdict, Besides(said=pairs, quarantined=notes))


def test_without_feedback_a_verdict_stays_as_it_is():
    assert settled() == promising(shipped()).decide([COPY, evidence("other")])


def test_a_confirmed_asset_is_known_whatever_it_scores():
    verdict = settled(pairs=(pair("confirm", "other"),))
    assert (verdict.decision, verdict.matches[0].evidence.asset.id) == ("known", "other")
    assert verdict.remarks == ("confirmed: other.jpg (reviewer, 2026-11-22)",)


def test_of_a_confirmed_claim_nothing_is_promised_by_its_score():
    assert settled(pairs=(pair("confirm", "other"),)).novel_share is None
    elsewhere = ForestDecider(shipped(), network=f"sscd {'1' * 64}").decide([COPY, evidence("other")])
    assert by_what_is_known(elsewhere, Besides(said=(pair("confirm", "other"),))).unpromised == ""


def test_a_post_may_be_confirmed_as_made_from_several_assets():
    verdict = with_objections(settled(pairs=(pair("confirm", "copy"), pair("confirm", "other"))))
    assert [match.evidence.asset.id for match in verdict.claims] == ["copy", "other"]
    assert [match.objection for match in verdict.matches] == [None, None]


def test_a_confirmation_makes_no_claim_of_another_asset():
    best, other = (replace(COPY, asset=replace(COPY.asset, id=name)) for name in ("best", "other"))
    matches = (Match(best, 0.95, known_from=0.96), Match(other, 0.7, known_from=0.6))
    notes = (pair("confirm", "best"),)
    review = said_by_people(Verdict("review", 0.95, matches), Besides(said=notes))
    assert [match.evidence.asset.id for match in review.claims] == ["best"]
    known = said_by_people(Verdict("known", 0.95, matches), Besides(said=notes))
    assert [match.evidence.asset.id for match in known.claims] == ["best", "other"]


def test_beside_a_confirmed_asset_one_under_quarantine_is_not_claimed():
    verdict = with_objections(settled(pairs=(pair("confirm", "other"),), held=("copy",)))
    assert [match.evidence.asset.id for match in verdict.claims] == ["other"]


def test_a_confirmed_asset_is_known_under_quarantine_too():
    assert settled(pairs=(pair("confirm", "copy"),), held=("copy",)).decision == "known"


def test_an_asset_under_quarantine_goes_to_review_and_says_why():
    verdict = settled(held=("copy",))
    assert verdict.decision == "review"
    objection = verdict.matches[0].objection
    assert objection is not None
    assert objection.label == "under quarantine since 2026-11-22: too much"


@pytest.mark.parametrize(
    ("verdict", "basis"),
    [
        (settled(), "probability"),
        (settled(pairs=(pair("confirm", "other"),)), "person"),
        (settled(pairs=(pair("reject", "third"),)), "probability"),
        (settled(held=("copy",)), "quarantine"),
        (settled(held=("other",)), "probability"),
    ],
)
def test_a_verdict_has_a_probability_where_it_rests_on_it(verdict, basis):
    assert (verdict.rests_on, verdict.probability is None) == (basis, basis != "probability")


def test_a_post_that_is_novel_since_its_asset_was_rejected_has_no_probability():
    novel = promising(shipped()).decide([evidence("other")])
    told = by_what_is_known(novel, Besides(said=(pair("reject", "copy"),)))
    assert (told.decision, told.rests_on, told.probability) == ("novel", "person", None)


def test_the_quarantine_of_another_asset_changes_nothing():
    assert settled(held=("other",)).decision == "known"


# The watch


def sightings(count: int, *, related: bool = False, claimed: int | None = None, start: int = 0) -> list[Sighting]:
    """Posts asked about one after the other; the first `claimed` are called made from one asset."""
    rng = np.random.default_rng(start)
    ground = rng.normal(size=64)
    made = []
    for number in range(count):
        raw = rng.normal(size=64) + (10 * ground if related else 0)
        is_claimed = claimed is None or number < claimed
        made.append(
            Sighting(
                str(uuid.UUID(int=start + number)),
                f"2026-01-01T00:00:00.{start + number:06}+00:00",
                "index",
                "a" if is_claimed else "",
                "a.jpg" if is_claimed else "",
                (raw / np.linalg.norm(raw)).astype(np.float32) if is_claimed else np.zeros(0, np.float32),
                0.6 if is_claimed else None,
                passing=True,
            )
        )
    return made


def test_an_asset_that_matches_many_unrelated_posts_is_overmatched():
    ((key, path, reason),) = assets_matching_too_much(sightings(FEWEST))
    assert (key, path, reason) == ("a", "a.jpg", f"matched {FEWEST} unrelated posts of the last {FEWEST}")


def test_an_asset_that_matches_many_versions_of_one_post_is_not():
    assert assets_matching_too_much(sightings(50, related=True)) == []


def test_an_asset_that_posts_show_properly_is_not():
    half = [replace(one, passing=number % 2 == 0) for number, one in enumerate(sightings(100))]
    assert assets_matching_too_much(half) == []


def test_few_posts_are_no_reason():
    assert assets_matching_too_much(sightings(FEWEST - 1)) == []


def test_a_small_share_of_the_posts_is_no_reason():
    assert assets_matching_too_much(sightings(300, claimed=20)) == []
    assert assets_matching_too_much(sightings(300, claimed=30)) != []


def test_in_a_library_too_small_to_say_what_is_unrelated_nothing_is_overmatched():
    assert assets_matching_too_much([replace(one, background=None) for one in sightings(50)]) == []


def test_what_matches_too_much_goes_under_quarantine_once(journal):
    (note,) = keep_watch(journal, sightings(FEWEST))
    assert (note.what, note.who, note.asset) == ("quarantine", "lineage", "a")
    assert set(read_feedback(journal).quarantined) == {"a"}
    assert keep_watch(journal, sightings(3, start=100)) == []


def test_posts_add_up_over_several_runs(journal):
    assert keep_watch(journal, sightings(FEWEST - 4)) == []
    assert len(keep_watch(journal, sightings(4, start=50))) == 1


def test_after_a_release_only_later_posts_count(journal):
    (note,) = keep_watch(journal, sightings(FEWEST))
    undo(journal, [note], who="reviewer")
    assert keep_watch(journal, sightings(3, start=100)) == []
    assert read_feedback(journal).quarantined == {}


def test_vectors_of_another_index_are_not_compared(journal):
    keep_watch(journal, [replace(one, index="older") for one in sightings(FEWEST - 1)])
    assert keep_watch(journal, sightings(1, start=100)) == []


def test_a_person_may_put_an_asset_under_quarantine(journal):
    quarantine(journal, "a", path="a.jpg", reason="a test chart", who="reviewer")
    assert read_feedback(journal).quarantined["a"].reason == "a test chart"
