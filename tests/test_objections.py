from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lineage.decide.calibration_file import load_calibration
from lineage.decide.objections import with_objections
from lineage.records import (
    Alignment,
    Asset,
    Candidate,
    Changes,
    Edit,
    Evidence,
    Guarantee,
    Location,
    Match,
    Objection,
    Residual,
    Verdict,
)
from lineage.tell.wording import percent, promise, relatives, runner_up, whereabouts, why_not
from tests.test_decide import promising

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
GUARANTEE = Guarantee(0.01, 999, 0.9, 0.3)
STRAIGHT = np.eye(3)
MIRROR = np.array([(-1.0, 0, 1), (0, 1, 0), (0, 0, 1)])


def cells(*, differing: tuple[slice, slice] | None = None) -> np.ndarray:
    """A square asset that agrees with the post but for some of its 16 × 16 cells."""
    made = np.full((16, 16), 0.9, np.float32)
    if differing:
        made[differing] = -0.2
    return made


def residual(grid: np.ndarray, *, trimmed: float = 0.3) -> Residual:
    return Residual(0.5, trimmed, float((grid > 0.5).mean()), float((grid < 0.1).mean()), grid)


UNCHANGED = Changes(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, np.ones((4, 4), np.float32))


def match(
    name: str,
    p: float,
    *,
    inliers: int = 0,
    weight: float | None = None,
    rest: Residual | None = None,
    asset_to_post: np.ndarray = STRAIGHT,
    differs: Changes = UNCHANGED,
) -> Match:
    asset = Asset(name, "ff" * 32, 400, 400, "JPEG", (Location("/dam", f"{name}.jpg", 1, 1),))
    candidate = Candidate(name, 0.5, "frame", 0.0, 0.5, ("vectors",))
    if not inliers:
        return Match(Evidence(candidate, asset), p, known_from=GUARANTEE.known_from)
    weight = float(inliers) if weight is None else weight
    alignment = Alignment(
        asset_to_post, inliers, 0.9, 300, 1.0, 1.0, SQUARE, SQUARE, weight=weight, agreeing=min(inliers, 300)
    )
    evidence = Evidence(candidate, asset, alignment, rest, changes=differs)
    return Match(evidence, p, known_from=GUARANTEE.known_from)


COPY = match("copy", 0.99, inliers=200, rest=residual(cells(), trimmed=0.95))


def known(*others: Match) -> Verdict:
    return with_objections(Verdict("known", 0.99, (COPY, *others), 0.001, GUARANTEE))


def novel(*matches: Match) -> Verdict:
    return with_objections(Verdict("novel", matches[0].probability, matches, 0.5, GUARANTEE))


def objection(verdict: Verdict, place: int = 0):
    found = verdict.matches[place].objection
    assert found is not None
    return found


def test_nothing_speaks_against_the_claim():
    assert known(match("b", 0.1)).matches[0].objection is None


def test_a_second_source_of_the_same_post_is_no_rejected_one():
    assert known(match("b", 0.95, inliers=80)).matches[1].objection is None


def test_what_cannot_be_located_fails_there():
    assert objection(novel(match("a", 0.01))).test == "location"


def test_what_few_features_support_fails_there():
    found = objection(novel(match("a", 0.01, inliers=7)))
    assert (found.test, found.label) == ("features", "only 7 of 300 features agree")


def test_features_that_agree_outside_of_what_is_seen_are_not_counted_among_it():
    few = match("a", 0.01, inliers=12)
    assert few.evidence.alignment
    seen = replace(few.evidence.alignment, expected=11, agreeing=10)
    found = objection(novel(replace(few, evidence=replace(few.evidence, alignment=seen))))
    assert found.label == "only 10 of 11 features agree"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ((slice(0, 5), slice(0, 5)), "at the upper left"),
        ((slice(11, 16), slice(5, 11)), "at the bottom"),
        ((slice(6, 10), slice(6, 10)), "in the middle"),
        ((slice(4, 12), slice(11, 16)), "at the right"),
        ((slice(0, 16), slice(0, 16)), "all over"),
    ],
)
def test_a_sibling_differs_somewhere(where, words):
    grid = cells(differing=where)
    found = objection(novel(match("a", 0.2, inliers=60, rest=residual(grid))))
    assert found.test == "picture"
    assert found.label.startswith(f"differs {words}, in ")


def changed(*, structure: float, ratio: float, in_place: float) -> Changes:
    """A square asset of 32 × 32 cells of which those in the middle are contradicted."""
    grid = np.full((32, 32), 0.9, np.float32)
    grid[14:18, 14:18] = 0.0
    return Changes(structure, 0.02, ratio, structure, in_place, 0.1, 0.0, 0.0, grid)


def test_other_content_of_the_same_layout_is_said_with_its_place():
    found = objection(novel(match("a", 0.2, inliers=60, differs=changed(structure=0.2, ratio=1.5, in_place=0.6))))
    assert (found.test, found.label) == ("content", "the same layout, with other content in the middle")
    assert found.region_in_asset == ((0.4375, 0.4375), (0.5625, 0.4375), (0.5625, 0.5625), (0.4375, 0.5625))


@pytest.mark.parametrize(
    "what",
    [
        {"structure": 0.03, "ratio": 1.5, "in_place": 0.6},
        {"structure": 0.2, "ratio": -0.5, "in_place": 0.6},
        {"structure": 0.2, "ratio": 1.5, "in_place": 0.0},
    ],
)
def test_what_is_laid_over_is_no_other_content(what):
    rest = residual(cells(), trimmed=0.95)
    found = objection(novel(match("a", 0.2, inliers=60, rest=rest, differs=changed(**what))))
    assert found.test == "score"


def test_what_contradicts_half_of_an_asset_is_never_sure():
    half = changed(structure=0.5, ratio=1.5, in_place=0.6)
    assert match("a", 0.99, inliers=60).sure
    assert not match("a", 1.0, inliers=60, differs=half).sure


def test_the_region_that_differs_is_given_on_both_sides():
    grid = cells(differing=(slice(0, 4), slice(0, 8)))
    found = objection(novel(match("a", 0.2, inliers=60, rest=residual(grid), asset_to_post=MIRROR)))
    assert found.region_in_asset == ((0.0, 0.0), (0.5, 0.0), (0.5, 0.25), (0.0, 0.25))
    assert found.region_in_post == ((1.0, 0.0), (0.5, 0.0), (0.5, 0.25), (1.0, 0.25))


def test_what_covers_the_claimed_asset_too_does_not_tell_the_runner_up_from_it():
    sticker, hand = (slice(0, 4), slice(0, 4)), (slice(12, 16), slice(12, 16))
    grid = cells(differing=sticker)
    grid[hand] = -0.2
    best = replace(COPY, evidence=replace(COPY.evidence, residual=residual(cells(differing=sticker), trimmed=0.95)))
    runner = match("b", 0.1, inliers=60, rest=residual(grid))
    verdict = with_objections(Verdict("known", 0.99, (best, runner), 0.001, GUARANTEE))
    assert objection(verdict, 1).region_in_asset[0] == (0.75, 0.75)


def test_of_two_that_fit_the_weaker_one_has_a_rival():
    twin = match("twin", 0.1, inliers=90, weight=10, rest=residual(cells(), trimmed=0.9))
    found = objection(known(twin), 1)
    assert (found.test, found.label) == ("rival", "copy.jpg fits the same part of the post better")


LEFT, RIGHT = (((x, 0.0), (x + 0.5, 0.0), (x + 0.5, 1.0), (x, 1.0)) for x in (0.0, 0.5))


def laid(found: Match, region: tuple[tuple[float, float], ...]) -> Match:
    """The same in one part of the post."""
    assert found.evidence.alignment
    alignment = replace(found.evidence.alignment, region_in_post=region)
    return replace(found, evidence=replace(found.evidence, alignment=alignment))


def fitting(name: str, p: float, *, inliers: int, weight: float) -> Match:
    return match(name, p, inliers=inliers, weight=weight, rest=residual(cells(), trimmed=0.9))


def test_in_a_collage_the_rival_is_the_one_in_the_same_place():
    a, b = laid(COPY, LEFT), laid(fitting("b", 0.98, inliers=150, weight=150), RIGHT)
    twin = laid(fitting("b-twin", 0.1, inliers=90, weight=10), RIGHT)
    verdict = with_objections(Verdict("known", 0.99, (a, b, twin), 0.001, GUARANTEE))
    assert objection(verdict, 2).label == "b.jpg fits the same part of the post better"


def test_what_nothing_in_its_place_surpasses_has_no_rival():
    alone = laid(fitting("b", 0.5, inliers=90, weight=10), RIGHT)
    verdict = with_objections(Verdict("known", 0.99, (laid(COPY, LEFT), alone), 0.001, GUARANTEE))
    assert objection(verdict, 1).test == "score"


def test_of_what_was_not_looked_for_the_strongest_of_all_is_the_rival():
    unseen = match("c", 0.1)
    unseen = replace(unseen, evidence=replace(unseen.evidence, examined=False))
    b = laid(fitting("b", 0.98, inliers=150, weight=150), RIGHT)
    verdict = with_objections(Verdict("known", 0.99, (laid(COPY, LEFT), b, unseen), 0.001, GUARANTEE))
    assert objection(verdict, 2).label == "not looked for, since copy.jpg accounts for most of the post"


def test_a_sure_candidate_behind_one_under_quarantine_is_told_that_a_person_looks_first():
    held = replace(COPY, objection=Objection("quarantine", "under quarantine since 2026-11-22"))
    sure = match("b", 0.998, inliers=80, rest=residual(cells(), trimmed=0.1))
    verdict = Verdict("known", 0.99, (held, sure), 0.001, GUARANTEE).overruled("quarantine", decision="review")
    verdict = with_objections(verdict)
    found = objection(verdict, 1)
    assert (found.test, found.label) == ("review", "sure enough, but a person has to look at this post first")


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_sure_candidate_behind_one_that_is_not_is_told_so(confirmed):
    best = replace(match("a", 0.95, inliers=80, rest=residual(cells(), trimmed=0.9)), known_from=0.96)
    sure = replace(match("b", 0.7, inliers=80, rest=residual(cells(), trimmed=0.9)), known_from=0.6)
    verdict = Verdict("review", 0.95, (best, sure), 0.02, GUARANTEE)
    verdict = verdict.overruled("person", decision="known") if confirmed else verdict
    found = objection(with_objections(verdict), 1)
    assert (found.test, found.label) == ("review", "sure enough, but the best match is not, by its score")


def test_what_is_probable_enough_but_contradicted_is_told_by_how_much():
    laid_over = changed(structure=0.6, ratio=-0.4, in_place=0.1)
    one = match("a", 0.992, inliers=60, rest=residual(cells(), trimmed=0.8), differs=laid_over)
    found = objection(with_objections(Verdict("review", 0.992, (one,), 0.002, GUARANTEE)))
    assert found.test == "content"
    assert found.label == "shows something else where 60 % of the asset's structure should be"
    assert found.region_in_asset[0] == (0.4375, 0.4375)


def test_what_is_probable_enough_and_was_not_looked_at_closely_is_told_so():
    one = match("a", 0.992, inliers=60, rest=residual(cells(), trimmed=0.8))
    unseen = replace(one, evidence=replace(one.evidence, changes=None))
    found = objection(with_objections(Verdict("review", 0.992, (unseen,), 0.002, GUARANTEE)))
    assert (found.test, found.label) == ("picture", "too little of it can be compared")


def test_what_differs_a_little_everywhere_is_given_no_number():
    assert objection(novel(match("a", 0.2, inliers=60, rest=residual(cells())))).label == "differs a little everywhere"


def test_a_share_that_rounds_to_nothing_is_left_out():
    grid = np.full((20, 20), 0.9, np.float32)
    grid[0, 0] = -0.2
    assert objection(novel(match("a", 0.2, inliers=60, rest=residual(grid)))).label == "differs at the upper left"


def test_what_passes_all_tests_is_told_what_it_lacks():
    close = match("a", 0.6, inliers=40, rest=residual(cells(), trimmed=0.9))
    assert objection(novel(close)).label == "not sure enough (known from p 0.900)"


def test_relatives_of_a_novel_post_are_those_that_show_something_of_it():
    verdict = novel(match("a", 0.2, inliers=60), match("b", 0.1, inliers=5), match("c", 0.1))
    assert [asset.id for asset in verdict.relatives] == ["a"]


def test_a_known_post_has_no_relatives():
    assert known(match("b", 0.1, inliers=60)).relatives == ()


def test_a_verdict_without_matches_needs_no_reasons():
    empty = promising(load_calibration()).decide([])
    assert with_objections(empty) == empty


# The words


def test_the_runner_up_is_named_with_what_speaks_against_it():
    assert runner_up(known(match("b", 0.004))) == "not b.jpg  (p 0.004): no part of it was found in the post"


def test_a_second_source_is_no_runner_up():
    verdict = known(match("b", 0.95, inliers=80), match("c", 0.2))
    assert runner_up(verdict) == "not c.jpg  (p 0.200): no part of it was found in the post"
    assert runner_up(known(match("b", 0.95, inliers=80))) == ""


def test_of_a_source_it_is_said_where_it_lies_and_how_much_of_it_is_seen():
    evidence = match("b", 0.95, inliers=80).evidence
    assert evidence.alignment is not None
    right = replace(evidence.alignment, region_in_post=((0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (0.5, 0.5)))
    edits = (
        Edit("c2pa.cropped", "shows 84 % of the asset", 0.84, "cropped"),
        Edit("c2pa.orientation", "mirrored", 1.0, "mirrored"),
    )
    whole, cropped = (Match(replace(evidence, alignment=right, edits=some), 0.95) for some in (edits[1:], edits))
    assert whereabouts(whole, (400, 200)) == "at the right · shows all of the asset · mirrored"
    assert whereabouts(cropped, (400, 400)) == "at the upper right · shows 84 % of the asset · mirrored"


def test_a_claim_alone_has_no_runner_up():
    assert runner_up(known()) == ""
    assert why_not(COPY) == ""


def test_a_promise_names_share_level_and_posts():
    words = promise(known())
    assert words == "false-match risk ≤ 0.1 % of novel posts (limit 1 %, measured on 999 such posts)"
    assert promise(Verdict("known", 0.99, (COPY,))) == ""


def test_few_relatives_are_named_and_the_others_counted():
    verdict = novel(*(match(name, 0.2, inliers=60) for name in "abcde"))
    assert relatives(verdict) == "shows something of, but was not made from: a.jpg, b.jpg, c.jpg and 2 more"
    assert relatives(novel(match("a", 0.1))) == ""


@pytest.mark.parametrize(
    ("share", "words"), [(1.0, "100 %"), (0.131, "14 %"), (0.01, "1 %"), (0.001653, "0.17 %"), (6 / 605, "1 %")]
)
def test_shares_are_rounded_up(share, words):
    assert percent(share) == words
