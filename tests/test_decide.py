from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from lineage.backbones.catalog import LITE
from lineage.decide.calibration import Calibration, kept_parts
from lineage.decide.calibration_file import SHIPPED, load_calibration, save_calibration
from lineage.decide.decider import ForestDecider
from lineage.decide.features import CAMERA, CLEAREST, FEATURES, OF_RESTORER, UNSAID, feature_table
from lineage.errors import UsageError, WeightsError
from lineage.records import Alignment, Asset, Candidate, Changes, Evidence, Location, Residual, Restoration
from tests.toy_forest import staircases


def alignment(*, inliers: int) -> Alignment:
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    return Alignment(np.eye(3), inliers, 0.9, 300, 1.0, 1.0, square, square, weight=float(inliers))


def residual(agreement: float) -> Residual:
    return Residual(agreement, agreement, agreement, 1 - agreement, np.full((4, 4), agreement, np.float32))


def evidence(name: str, *, similarity: float = 0.5, inliers: int = 0, agreement: float = 0.0) -> Evidence:
    asset = Asset(name, "ff" * 32, 400, 300, "JPEG", (Location("/dam", f"{name}.jpg", 1, 1),))
    candidate = Candidate(name, similarity, "frame", 0.0, 0.5, ("vectors",))
    if not inliers:
        return Evidence(candidate, asset)
    compared = {"residual": residual(agreement), "changes": differing(0.0), "restoration": networks(agreement)}
    return Evidence(candidate, asset, alignment(inliers=inliers), **compared)


def networks(agreement: float) -> Restoration:
    """What the networks say of a pair that agrees by so much, 0..1."""
    return Restoration(1.5 - agreement, 1.6 - agreement, agreement, 10 * agreement - 5, np.zeros((4, 4), np.float32))


def differing(structure: float) -> Changes:
    return Changes(structure, 0.1, 1.0, structure, 0.5, 0.1, 0.0, 0.0, np.zeros((4, 4), np.float32))


def promising(calibration: Calibration) -> ForestDecider:
    """Used with the backbone that it was fitted with."""
    return ForestDecider(calibration, network=calibration.backbone)


def shipped() -> Calibration:
    """Without what right claims are like: the evidence of these tests is made up, and like none."""
    return replace(load_calibration(), familiar=None)


@pytest.fixture(scope="module")
def decider() -> ForestDecider:
    return promising(shipped())


COPY = evidence("copy", similarity=0.95, inliers=200, agreement=0.95)
TOY_NETWORK = f"toy {'0' * 64}"
OWN = tuple(name for name in FEATURES if name not in OF_RESTORER)
WITHOUT_RESTORER = Calibration(
    "plain", OWN, staircases(OWN, {"spread": 3.0}, bias=0.5), 0.01, (0.1,) * 999, TOY_NETWORK
)


def test_a_plain_copy_is_known(decider):
    assert decider.decide([COPY, evidence("other")]).decision == "known"


def test_what_is_nowhere_in_the_post_is_not_claimed_however_probable():
    believing = replace(WITHOUT_RESTORER, forest=staircases(OWN, {"spread": 3.0}, bias=5.0))
    verdict = promising(believing).decide([evidence("nowhere")])
    assert (verdict.decision, verdict.claims) == ("review", ())
    assert promising(believing).decide([evidence("there", inliers=20, agreement=0.9)]).decision == "known"


def test_candidates_without_any_agreement_are_novel(decider):
    assert decider.decide([evidence("a"), evidence("b", similarity=0.4)]).decision == "novel"


def test_no_candidate_at_all_is_novel_with_probability_zero(decider):
    verdict = decider.decide([])
    assert (verdict.decision, verdict.probability, verdict.matches) == ("novel", 0.0, ())


def test_matches_come_best_first(decider):
    verdict = decider.decide([evidence("a"), COPY, evidence("b")])
    assert verdict.matches[0].evidence.asset.id == "copy"
    assert verdict.probability == verdict.matches[0].probability


def test_the_order_of_the_evidence_does_not_matter(decider):
    candidates = [evidence("a", similarity=0.7), COPY, evidence("b", inliers=6, agreement=0.2)]
    assert decider.decide(candidates).matches == decider.decide(candidates[::-1]).matches


def test_the_order_of_equal_evidence_does_not_matter(decider):
    candidates = [evidence(name, similarity=0.7) for name in ("c", "a", "b")]
    found, other = (decider.decide(some).matches for some in (candidates, candidates[::-1]))
    assert len({match.probability for match in found}) == 1
    assert [match.evidence.asset.id for match in found] == ["a", "b", "c"]
    assert found == other


def test_an_aligned_look_alike_that_disagrees_is_less_probable_than_a_copy(decider):
    look_alike = evidence("look-alike", similarity=0.95, inliers=60, agreement=0.1)
    assert decider.decide([look_alike]).probability < decider.decide([COPY]).probability


def test_a_margin_is_the_distance_to_the_best_other_candidate():
    table = feature_table([evidence("a", similarity=0.9), evidence("b", similarity=0.7), evidence("c", similarity=0.4)])
    margin = table[:, FEATURES.index("margin_similarity")]
    assert margin == pytest.approx([0.2, -0.2, -0.5], abs=1e-6)


def test_candidates_in_different_parts_of_a_post_are_no_rivals():
    left, right = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)), ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
    tiles = [evidence("a", inliers=90), evidence("b", inliers=80), evidence("c", inliers=20), evidence("d")]
    placed = [
        replace(one, alignment=replace(one.alignment, region_in_post=region)) if one.alignment else one
        for one, region in zip(tiles, (left, right, right, ()), strict=True)
    ]
    margin = np.expm1(np.abs(feature_table(placed)[:, FEATURES.index("margin_weight")]))
    assert margin == pytest.approx([90, 81 / 21 - 1, 81 / 21 - 1, 90], rel=1e-4)


def test_every_feature_has_its_column():
    assert feature_table([COPY]).shape == (1, len(FEATURES))
    assert feature_table([]).shape == (0, len(FEATURES))


def test_a_calibration_is_read_anew_only_where_its_file_has_changed(tmp_path):
    file = tmp_path / "c.json"
    save_calibration(load_calibration(), file)
    first, again = load_calibration(file), load_calibration(file)
    save_calibration(replace(first, name="another"), file)
    assert again is first
    assert load_calibration(file).name == "another"


def test_the_version_changes_with_the_calibration():
    shipped = load_calibration()
    other = replace(shipped, forest=replace(shipped.forest, bias=shipped.forest.bias / 2))
    assert promising(shipped).version != promising(other).version


def test_a_calibration_survives_its_file(tmp_path):
    save_calibration(load_calibration(), tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json") == load_calibration(SHIPPED)


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json", '{"name": "x"}'])
def test_a_damaged_calibration_is_named(tmp_path, content):
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(WeightsError, match=r"c\.json: not a calibration"):
        load_calibration(tmp_path / "c.json")


@pytest.mark.parametrize("name", ["c.json", "c\0.json"])
def test_a_calibration_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(WeightsError, match=r"c.*json: not a calibration"):
        load_calibration(tmp_path / name)


def test_a_calibration_for_other_features_is_refused(tmp_path):
    shipped = load_calibration()
    save_calibration(replace(shipped, features=("colour", *shipped.features[1:])), tmp_path / "c.json")
    with pytest.raises(WeightsError, match="fitted for other features"):
        load_calibration(tmp_path / "c.json")


def test_a_calibration_looks_at_its_own_features():
    calibration = Calibration(
        "x", ("spread",), staircases(("spread",), {"spread": 3.0}, bias=0.5), 0.01, (), TOY_NETWORK
    )
    table = np.zeros((1, len(FEATURES)), np.float32)
    table[0, FEATURES.index("spread")] = 0.5
    (p,) = calibration.probabilities(table)
    assert p == pytest.approx(1 / (1 + np.exp(-2.0)), abs=0.01)


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        ("roots", []),
        ("roots", [10**6]),
        ("left", [1.0]),
        ("feature", [True]),
        ("threshold", ["0.5"]),
        ("threshold", [None]),
        ("value", [float("nan")]),
        ("value", [10**400]),
        ("threshold", [-(10**400)]),
        ("bias", float("inf")),
        ("bias", 10**400),
    ],
)
def test_a_calibration_whose_trees_are_damaged_is_named(tmp_path, part, broken):
    save_calibration(load_calibration(), tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    trees = content["forest"]
    trees[part] = broken if part in {"bias", "roots"} else [*broken, *trees[part][1:]]
    (tmp_path / "c.json").write_text(json.dumps(content))
    with pytest.raises(WeightsError, match=r"c\.json: not a calibration"):
        load_calibration(tmp_path / "c.json")


def test_leaves_and_thresholds_that_are_whole_numbers_are_asked_like_others(tmp_path):
    save_calibration(shipped(), tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    trees = content["forest"]
    trees["threshold"][0], trees["value"] = 10**300, [10**300 for _ in trees["value"]]
    (tmp_path / "c.json").write_text(json.dumps(content))
    assert promising(load_calibration(tmp_path / "c.json")).decide([COPY]).probability == 1.0


@pytest.mark.parametrize("level", [1e-320, 0.00009, 0.51, 0.99, 1.0, float("nan")])
def test_a_level_that_nobody_may_choose_is_refused_in_a_file_too(tmp_path, level):
    save_calibration(replace(load_calibration(), false_known=level), tmp_path / "c.json")
    with pytest.raises(WeightsError, match=r"c\.json: .*false_known must be a share from 0\.0001 to 0\.5, not"):
        load_calibration(tmp_path / "c.json")


@pytest.mark.parametrize("level", [0.0001, 0.5])
def test_the_lowest_and_the_highest_level_are_read(tmp_path, level):
    save_calibration(backed([0.1] * 9999, level=level), tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json").false_known == level


@pytest.mark.parametrize("score", [float("nan"), 5.0, float("-inf")])
def test_scores_that_are_no_probabilities_are_refused(tmp_path, score):
    shipped = load_calibration()
    save_calibration(replace(shipped, novel=(*shipped.novel, score)), tmp_path / "c.json")
    with pytest.raises(WeightsError, match=r"c\.json: not a calibration"):
        load_calibration(tmp_path / "c.json")


def test_a_calibration_of_the_former_form_is_told_to_be_one(tmp_path):
    (tmp_path / "c.json").write_text('{"name": "x", "features": ["spread"], "coefficients": [1.0]}')
    with pytest.raises(WeightsError, match=r"of the former, logistic form.*fit one with: lineage train decision"):
        load_calibration(tmp_path / "c.json")


def restored(one: Evidence, agreement: float) -> Evidence:
    cells = np.zeros((4, 4), np.float32)
    return replace(one, restoration=Restoration(1.5, 2.0, 0.8, agreement, cells))


def test_what_the_autoencoder_says_is_evidence():
    (row,) = feature_table([restored(COPY, 3.0)])
    said = {name: float(row[FEATURES.index(name)]) for name in OF_RESTORER}
    assert said["restored_loss"] == pytest.approx(np.log(1.5))
    assert said["restored_explained"] == pytest.approx(0.8)
    assert (said["restored"], said["restored_agreement"]) == (1, 3)


def laid(asset_to_post: np.ndarray) -> Evidence:
    assert COPY.alignment
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.75), (0.0, 0.75))
    return replace(COPY, alignment=replace(COPY.alignment, asset_to_post=asset_to_post, region_in_asset=whole))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_mirroring_quarter_turns_scaling_and_stretching_are_no_sign_of_a_camera(quarters):
    c, s = np.round([np.cos(quarters * np.pi / 2), np.sin(quarters * np.pi / 2)])
    edited = np.array([[c, -s, 0.1], [s, c, 0.2], [0, 0, 1]]) @ np.diag((-0.5, 0.4, 1.0))
    (row,) = feature_table([laid(edited)])
    assert [row[FEATURES.index(name)] for name in CAMERA] == pytest.approx([0, 0, 0], abs=1e-6)


def test_a_camera_that_moved_is_seen_by_how_the_asset_lies():
    moved = np.array([[1.0, 0.02, 0], [0.08, 1.0, 0], [0.06, 0, 1]])
    (row,) = feature_table([laid(moved)])
    assert all(row[FEATURES.index(name)] > 0.8 for name in CAMERA)


def test_how_exactly_a_candidate_fits_is_evidence():
    assert COPY.alignment
    assert COPY.residual
    moved = replace(COPY, alignment=replace(COPY.alignment, error=0.4), residual=replace(COPY.residual, moved=0.005))
    rows = feature_table([COPY, moved])
    assert rows[:, FEATURES.index("error")] == pytest.approx([0, 0.4])
    assert rows[:, FEATURES.index("residual_moved")] == pytest.approx([0, 0.005])


def test_a_candidate_leads_over_rivals_that_were_not_restored():
    table = feature_table([restored(COPY, 3.0), replace(COPY, candidate=evidence("other").candidate, restoration=None)])
    assert table[:, FEATURES.index("margin_restored")] == pytest.approx([3 - UNSAID, UNSAID - 3])


def test_the_autoencoder_cannot_drown_all_other_evidence():
    table = feature_table([restored(COPY, 900.0), restored(COPY, -900.0)])
    assert table[:, FEATURES.index("restored_agreement")] == pytest.approx([CLEAREST, -CLEAREST])


def test_a_calibration_that_was_fitted_without_an_autoencoder_goes_with_any():
    for used in ("", "1a2b3c4d"):
        WITHOUT_RESTORER.require(used)


@pytest.mark.parametrize(
    "calibration", [replace(load_calibration(), restorer=""), replace(WITHOUT_RESTORER, restorer="1a2b3c4d")]
)
def test_a_file_that_hides_or_makes_up_its_autoencoder_is_refused(tmp_path, calibration):
    save_calibration(calibration, tmp_path / "c.json")
    with pytest.raises(WeightsError, match=r"c\.json: not a calibration \(.*autoencoder"):
        load_calibration(tmp_path / "c.json")


def test_a_file_without_the_autoencoder_that_its_features_are_of_is_refused(tmp_path):
    save_calibration(load_calibration(), tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    del content["restorer"]
    (tmp_path / "c.json").write_text(json.dumps(content))
    with pytest.raises(WeightsError, match=r"c\.json: not a calibration \(.*autoencoder"):
        load_calibration(tmp_path / "c.json")


@pytest.mark.parametrize("used", ["", "5e6f7a8b"])
def test_a_calibration_refuses_evidence_that_it_was_not_fitted_to(used):
    calibration = replace(load_calibration(), restorer="1a2b3c4d")
    calibration.require("1a2b3c4d")
    with pytest.raises(WeightsError, match="fitted with autoencoder 1a2b3c4d and would be used with"):
        calibration.require(used)


def test_a_calibration_survives_its_file_with_the_autoencoder_it_was_fitted_with(tmp_path):
    save_calibration(replace(load_calibration(), restorer="1a2b3c4d"), tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json").restorer == "1a2b3c4d"


def test_a_calibration_whose_posts_cannot_back_its_level_is_refused(tmp_path):
    save_calibration(backed([0.1] * 98), tmp_path / "c.json")
    with pytest.raises(WeightsError, match=r"98 novel posts cannot back its false-known level of 0\.01"):
        load_calibration(tmp_path / "c.json")


def backed(novel: list[float], *, level: float = 0.01) -> Calibration:
    return replace(shipped(), novel=tuple(sorted(novel)), false_known=level, groups=())


def test_a_level_sets_from_where_a_post_is_known():
    scores = [n / 1000 for n in range(1, 1000)]
    strict, loose = (backed(scores).at(level).guarantee(0) for level in (0.001, 0.1))
    assert strict.known_from == pytest.approx(0.999)
    assert loose.known_from == pytest.approx(0.915)  # 84 of 999: in 19 calibrations of 20 no more than a tenth
    assert (strict.level, strict.samples) == (0.001, 999)


def test_a_person_is_asked_about_five_times_as_many_novel_posts():
    assert backed([n / 1000 for n in range(1, 1000)]).guarantee(0).review_from == pytest.approx(0.95)


def test_a_level_that_the_posts_cannot_back_is_refused_with_the_number_that_would():
    with pytest.raises(UsageError, match=r"level of 0.0001 needs 9999 novel posts and the calibration 'shipped' keeps"):
        load_calibration().at(0.0001)


def test_the_level_that_a_refusal_names_can_be_asked_for():
    calibration = backed([0.1] * 100)
    with pytest.raises(UsageError, match=r"keeps 100, which back 0\.01;"):
        calibration.at(0.0099)
    assert calibration.at(0.01).false_known == 0.01


def test_nothing_is_known_that_is_more_probably_wrong_than_right():
    assert backed([0.01] * 999).guarantee(0).known_from == 0.5


def test_a_verdict_says_how_many_novel_posts_score_as_high():
    decider = promising(backed([0.1] * 995 + [1.0] * 4))
    verdict = decider.decide([COPY])
    assert verdict.novel_share == pytest.approx(stats.beta.ppf(0.95, 5, 995))
    assert verdict.guarantee == backed([0.1] * 995 + [1.0] * 4).guarantee(0)
    assert backed([0.1] * 999).guarantee(0).samples == 999


def test_without_any_candidate_every_novel_post_scores_as_high(decider):
    assert decider.decide([]).novel_share == 1.0


def test_the_shipped_calibration_backs_its_level():
    guarantee = load_calibration().guarantee(0)
    assert guarantee.level == 0.01
    assert guarantee.samples >= 99
    assert 0.5 <= guarantee.known_from < 1


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (f"sscd {'1' * 64}", "lite, not with sscd"),
        (f"lite {'1' * 64}", "other weights of lite, not with these"),
    ],
)
def test_with_another_backbone_nothing_is_promised_and_the_verdict_stays(decider, network, words):
    promised, other = (one.decide([COPY]) for one in (decider, ForestDecider(shipped(), network=network)))
    assert (other.novel_share, other.unpromised.partition(";")[0]) == (
        None,
        f"false-match risk unknown: the decision was fitted with {words}",
    )
    assert replace(other, novel_share=promised.novel_share, unpromised="") == promised


def test_without_an_index_nothing_is_promised_and_nothing_said_about_it(decider):
    verdict = ForestDecider(shipped(), network="").decide([COPY])
    assert (verdict.novel_share, verdict.unpromised) == (None, "")
    assert replace(verdict, novel_share=decider.decide([COPY]).novel_share) == decider.decide([COPY])


def test_the_shipped_calibration_was_fitted_with_the_default_backbone():
    assert load_calibration().backbone == f"{LITE.name} {LITE.weights}"


@pytest.mark.parametrize("backbone", [None, "", "lite", 7])
def test_a_calibration_of_an_unknown_backbone_is_refused(tmp_path, backbone):
    save_calibration(load_calibration(), tmp_path / "c.json")
    content = json.loads((tmp_path / "c.json").read_text())
    del content["backbone"]
    (tmp_path / "c.json").write_text(json.dumps(content | ({} if backbone is None else {"backbone": backbone})))
    with pytest.raises(WeightsError, match=r"c\.json: not a calibration \(.*with which backbone"):
        load_calibration(tmp_path / "c.json")


def grouped() -> Calibration:
    """Novel posts score low where nothing is changed, high where something is, 200 of either kind."""
    scores = [n / 1000 for n in range(200)] + [0.6 + n / 1000 for n in range(200)]
    return shipped().with_novel(scores, [0] * 200 + [1] * 200)


def test_each_group_has_a_threshold_of_its_own():
    sparse, crowded = grouped().guarantees
    assert (sparse.samples, crowded.samples) == (200, 200)
    assert sparse.known_from == 0.5
    assert crowded.known_from > 0.79


def test_a_verdict_is_promised_what_holds_for_candidates_like_its_own():
    decider = promising(grouped())
    sparse, crowded = (decider.decide([replace(COPY, crowded=near)]) for near in (0.3, 0.9))
    assert sparse.guarantee == grouped().guarantee(0)
    assert crowded.guarantee == grouped().guarantee(1)
    assert sparse.matches[0].known_from < crowded.matches[0].known_from


def test_groups_that_cannot_back_a_finer_level_are_joined():
    (finer,) = grouped().at(0.003).guarantees  # takes 333 novel posts, and each group has 200
    assert (finer.samples, finer.group) == (400, "")


@pytest.mark.parametrize(("counts", "parts"), [((150, 100), 2), ((200, 50), 1), ((), 1)])
def test_groups_are_told_apart_where_each_has_the_novel_posts(counts, parts):
    assert kept_parts(np.repeat(np.arange(len(counts)), counts).tolist(), needed=99) == parts


def test_what_nobody_looked_at_closely_is_not_known_whatever_it_scores():
    assert promising(grouped()).decide([replace(COPY, changes=None)]).decision != "known"


def test_scores_of_other_evidence_promise_nothing(decider):
    former = replace(shipped(), evidence=1)
    verdict = ForestDecider(former, network=former.backbone).decide([COPY])
    assert verdict.novel_share is None
    assert "evidence of another version of lineage" in verdict.unpromised


def test_groups_are_kept_in_the_file(tmp_path):
    save_calibration(grouped(), tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json") == grouped()


def test_what_contradicts_half_of_an_asset_is_not_known_whatever_it_scores():
    verdict = promising(grouped()).decide([replace(COPY, changes=differing(0.5))])
    assert verdict.decision != "known"
