"""Fitting the network that says whether a post and an asset are the same shot: what it is shown, and the command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from lineage.errors import UsageError
from lineage.manipulate.lookalikes.corpus import CorpusRecipe, write_corpus
from lineage.manipulate.lookalikes.told_apart import shown_part, told_apart
from lineage.records import Laid, Pixels
from lineage.train.autoencoder.gallery import Gallery, Rival
from lineage.train.autoencoder.model import load_model
from lineage.train.same_shot.covers import COVERS, SHARES, cover
from lineage.train.same_shot.layouts import pairs_of_layouts, read_layouts
from lineage.train.same_shot.lighting import relit
from lineage.train.same_shot.network import SameShotModule
from lineage.train.same_shot.pairs import Group, LaidPair
from lineage.train.same_shot.posts import pairs_of_posts
from lineage.train.same_shot.replaced import differs, recolour, replace_picture, swap_parts
from lineage.train.same_shot.run import Collected, Held, collect, held_back, in_turn, tell_outcome
from lineage.train.same_shot.trainer import logits, train, turn_over
from lineage.train.same_shot.versions import STEPS, Example, in_steps, versions
from lineage.verify.overlay import Overlay, grey, lay, locally_normalised
from lineage.verify.restore.planes import GRID, PLANES, SIDE, planes
from tests.command import call
from tests.conftest import draw

SAME = np.eye(3)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def form(*, number: int = 0) -> Pixels:
    """Dark words in rows on white, as a form has them."""
    page, letters = np.full((256, 200, 3), 255, np.uint8), rng(number)
    for row in range(24, 250, 32):
        for column in (12, 116):
            word = "".join(letters.choice([*"ABCDEFGHKLMNOPRSTUVXYZ"], 4))
            cv2.putText(page, word, (column, row), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (20, 20, 60), 2, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("kind", COVERS)
def test_each_cover_hides_a_part(kind):
    picture, other = draw(1, width=256, height=192), draw(2)
    shares = [(COVERS[kind](picture.copy(), rng(n), other) != picture).any(2).mean() for n in range(12)]
    assert max(shares) > 0
    assert np.median(shares) < 0.6


def test_every_cover_has_its_share():
    assert set(SHARES) == set(COVERS)
    assert sum(SHARES.values()) == pytest.approx(1)


def test_what_is_covered_stays_as_it_was_itself():
    picture = draw(1)
    before = picture.copy()
    found = [cover(picture, rng(n), draw(2)) for n in range(20)]
    assert np.array_equal(picture, before)
    assert all(one.shape == picture.shape and one.dtype == np.uint8 for one in found)


def test_the_tiniest_picture_can_be_covered():
    for n in range(60):
        cover(np.full((1, 256, 3), 90, np.uint8), rng(n), draw(2))


def test_filters_and_codecs_leave_the_structure():
    picture = draw(1, width=256, height=192)

    def agreement(one: Pixels) -> float:
        own, other = (locally_normalised(grey(plane)).ravel() for plane in (picture, one))
        return float(np.corrcoef(own, other)[0, 1])

    found = [relit(picture, rng(n)) for n in range(30)]
    assert np.median([agreement(one) for one in found]) > 0.8
    assert np.mean([np.array_equal(one, picture) for one in found]) < 0.5


def test_some_posts_are_not_filtered_at_all():
    assert any(np.array_equal(relit(draw(1), rng(n)), draw(1)) for n in range(30))


def test_words_of_a_form_change_places_and_its_ground_stays():
    page = form()
    other = swap_parts(page, rng())
    assert other is not None
    assert 0.006 < differs(other, page).mean() < 0.3
    assert np.median(other) == 255


def test_where_nothing_fits_nothing_is_replaced():
    flat = np.full((200, 256, 3), 200, np.uint8)
    assert swap_parts(flat, rng()) is None
    assert recolour(flat, rng()) is None


def test_another_colour_leaves_lightness_and_other_colours():
    picture = np.full((200, 200, 3), 235, np.uint8)
    picture[40:120, 40:120], picture[140:190, 140:190] = (200, 40, 40), (40, 60, 200)
    other = recolour(picture, rng())
    assert other is not None
    assert differs(other, picture).sum() in (80 * 80, 50 * 50)
    assert np.array_equal(other.max(2), picture.max(2))


def test_what_the_post_does_not_show_is_not_replaced():
    assert replace_picture(form(), np.zeros((256, 200), np.float32), rng()) is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("pictures")
    for seed in range(50):
        Image.fromarray(draw(seed, width=96, height=80)).save(root / f"{seed:02}.png")
    return root


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("lookalikes")
    recipe = CorpusRecipe(kinds=["ticket", "bar_chart"], layouts=6, siblings=(2, 2), withheld=1)
    list(write_corpus(root, [draw(seed) for seed in range(10)], recipe))
    return root


@pytest.fixture(scope="module")
def material(folder):
    files = sorted(folder.iterdir())[:12]
    pictures = tuple(np.array(Image.open(file)) for file in files)
    near = tuple((Rival(n + 1 - 2 * (n % 2), SAME),) for n in range(12))
    return files, Gallery(pictures, near)


def posts(
    material: tuple[Sequence[Path], Gallery], held: Collection[int] = (), *, seed: int = 0
) -> Iterator[list[LaidPair]]:
    files, found = material
    return pairs_of_posts(files, found, held, seed=seed)


def test_a_post_lies_over_its_own_picture_and_over_its_near_frames(material):
    made = list(islice(posts(material), 8))
    assert all(pair.right == (number == 0) for post in made for number, pair in enumerate(post) if post[0].right)
    assert {pair.right for post in made for pair in post} == {True, False}
    assert all(max(pair.laid.asset.shape) == SIDE for post in made for pair in post)


def test_the_same_seed_makes_the_same_pairs(material):
    one, other = (next(posts(material, seed=3)) for _ in range(2))
    assert [pair.seen for pair in one] == [pair.seen for pair in other]
    assert all(np.array_equal(a.laid.post, b.laid.post) for a, b in zip(one, other, strict=True))


def test_no_near_frame_of_another_side_is_laid_under_a_post(material):
    made = islice(posts(material, {0, 3, 4, 7, 8, 11}), 6)
    assert all(pair.right for post in made for pair in post)


def test_pairs_of_a_layout_are_all_on_one_side(corpus):
    layouts = read_layouts([corpus])
    held, sides = held_back([*layouts]), defaultdict(set)
    for post in islice(pairs_of_layouts(layouts, held, seed=0), 12):
        for pair in post:
            sides[pair.group].add(pair.held_back)
    assert len(held) == 1
    assert all(side == {name in held} for name, side in sides.items())


def test_look_alikes_are_wrong_under_a_post_of_their_neighbour(corpus):
    posts = list(islice(pairs_of_layouts(read_layouts([corpus]), frozenset(), seed=0), 8))
    assert all(sum(pair.right for pair in post) <= 1 for post in posts)
    assert any(not pair.right for post in posts for pair in post)


def test_a_look_alike_whose_difference_is_hidden_is_not_called_wrong():
    own, other = form(), form()
    other[200:, :] = 30
    whole = np.ones((256, 200), np.float32)
    top = np.where(np.arange(256)[:, None] < 190, whole, 0)
    assert told_apart(own, other, SAME, whole)
    assert not told_apart(own, other, SAME, top)


def test_a_word_on_a_form_tells_it_apart():
    own, other = form(), form()
    cv2.putText(other, "No. 4711", (60, 130), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2)
    assert told_apart(own, other, SAME, shown_part(own, ()))
    assert not told_apart(own, other, SAME, shown_part(own, ((0, 0), (0.7, 0), (0.7, 0.3), (0, 0.3))))


def test_a_candidate_is_compared_where_it_lies_over_the_source():
    own = draw(1)
    smaller = cv2.resize(own, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    assert not told_apart(own, smaller, SAME, shown_part(own, ()))
    assert told_apart(own, smaller, np.diag([0.8, 0.8, 1.0]), shown_part(own, ()))


def pair(post: Pixels, asset: Pixels, *, right: bool, held: bool = False) -> LaidPair:
    found = Group("one", held).pair(post, Laid(asset, SAME), right=right)
    assert found is not None
    return found


def test_the_plain_residual_is_taken_of_what_is_held_back():
    assert pair(form(), form(), right=True, held=True).trimmed > 0.9
    assert np.isnan(pair(form(), form(), right=True).trimmed)


def test_a_small_asset_is_laid_as_large_as_the_network_reads_it():
    assert pair(draw(1), draw(1, width=100, height=80), right=True).laid.asset.shape == (205, 256, 3)


def test_a_post_that_shows_next_to_nothing_is_no_pair():
    far = np.diag([20.0, 20.0, 1.0])
    assert Group("one", held_back=False).pair(draw(1), Laid(draw(1), far), right=True) is None


def test_a_right_pair_is_learned_plain_varied_and_with_its_asset_replaced():
    own = pair(form(), form(), right=True)
    found = [list(versions(own, rng(seed), [draw(1)])) for seed in range(4)]
    assert [True, True, False] in [[one.right for one in some] for some in found]
    assert all(some[0].weight > some[1].weight == some[2].weight for some in found)


def test_a_wrong_pair_stays_wrong_however_it_is_varied():
    found = list(versions(pair(form(), form(number=1), right=False), rng(), [draw(1)]))
    assert [one.right for one in found] == [False, False]


def test_numbers_fit_into_eight_bits():
    numbers = planes(lay(draw(1), draw(2), SAME, side=SIDE))
    assert np.abs(in_steps(numbers) / STEPS - numbers).max() <= 0.51 / STEPS


class Coins:
    """Throws that are settled."""

    def __init__(self, *throws: float) -> None:
        self._throws = iter(throws)

    def random(self) -> float:
        return next(self._throws)


@pytest.mark.parametrize(
    ("throws", "turn"),
    [
        ((0.0, 0.9, 0.9), lambda picture: picture[:, ::-1]),
        ((0.9, 0.0, 0.9), lambda picture: picture[::-1]),
        ((0.9, 0.9, 0.0), lambda picture: picture.swapaxes(0, 1)),
    ],
)
def test_numbers_turned_over_are_those_of_pictures_turned_over(throws, turn):
    post, asset = (draw(seed, width=256, height=256) for seed in (1, 2))
    asset[:128] = post[:128]
    inside = np.ones((256, 256), np.float32)
    numbers, other = (
        planes(Overlay(*(np.ascontiguousarray(way(plane)) for plane in (asset, post, inside, inside))))
        for way in (lambda plane: plane, turn)
    )
    found = turn_over(torch.from_numpy(numbers)[None], Coins(*throws))[0].numpy()
    assert np.abs(found - other)[:, 2:-2, 2:-2].max() < 0.05


def examples(count: int) -> list[Example]:
    """Right ones agree, wrong ones do not."""
    made = []
    for number in range(count):
        numbers = rng(number).normal(0, 20, (PLANES, GRID, GRID)).astype(np.int8)
        numbers[0] = 60
        numbers[5] += 30 if number % 2 else -30
        made.append(Example(numbers, right=bool(number % 2)))
    return made


def test_the_same_seed_gives_the_same_network():
    one, other = (train(examples(64), epochs=1, seed=1).state_dict() for _ in range(2))
    assert all(torch.equal(weights, other[name]) for name, weights in one.items())


def test_training_parts_what_can_be_told_apart():
    made = examples(64)
    found = logits(train(made, epochs=8), [one.numbers for one in made])
    assert found[1::2].min() > found[::2].max()


def test_pairs_of_one_kind_only_are_refused():
    with pytest.raises(UsageError, match="nothing to tell apart"):
        train([replace(one, right=True) for one in examples(4)], epochs=1)


def test_streams_are_read_in_turn_until_all_have_ended():
    streams: list[Sequence[str]] = ["abc", "d", ""]
    assert "".join(in_turn([iter(one) for one in streams])) == "adbc"


def test_what_is_held_back_is_not_learned():
    posts = [[pair(form(number=n), form(number=n), right=True, held=n % 2 == 1)] for n in range(4)]
    collected = collect(posts, count=100, others=[draw(1)], seed=0)
    assert len(collected.examples) == 6
    assert [one.trimmed > 0.9 for one in collected.held_back] == [True, True]


def test_no_more_is_learned_than_was_asked_for():
    posts = [[pair(form(), form(), right=True)]] * 4
    assert len(collect(posts, count=5, others=[draw(1)], seed=0).examples) == 5


def test_one_in_ten_is_held_back_and_of_fewer_none():
    assert held_back([*range(25)]) == {9, 19}
    assert held_back([*range(9)]) == frozenset()


def held(count: int) -> tuple[Held, ...]:
    return tuple(Held(one.numbers, one.right, str(n), float(n % 3)) for n, one in enumerate(examples(count)))


def test_the_network_is_told_beside_the_plain_residual():
    said = tell_outcome(SameShotModule().eval(), Collected((), held(60)))
    assert "on 60 of 60 pictures and layouts held back" in said
    assert "by the aligned residual" in said
    assert said.endswith("by the network")


def test_too_few_held_back_say_nothing():
    told = tell_outcome(SameShotModule().eval(), Collected((), held(4)))
    assert "too few were held back (4) to say what it is good for" in told


QUICK = ("--pairs", "64", "--epochs", "1")


def test_the_command_writes_the_network_beside_the_autoencoder(folder, corpus, tmp_path):
    out = tmp_path / "w.safetensors"
    done = call("train", "same-shot", folder, "--lookalikes", corpus, "--output", out, *QUICK)
    assert done.returncode == 0, done.stderr
    assert "wrong pairs learned" in done.stdout
    model, shipped = load_model(out), load_model()
    assert model.same_shot is not None
    assert all(torch.equal(p, q) for p, q in zip(model.network.parameters(), shipped.network.parameters(), strict=True))


def test_the_command_learns_from_what_the_index_answers(folder, corpus, tmp_path):
    store = tmp_path / "index"
    (tmp_path / "few").mkdir()
    for file in sorted(folder.iterdir())[:8]:
        (tmp_path / "few" / file.name).symlink_to(file)
    call("index", tmp_path / "few", "--store", store)
    options = ("--lookalikes", corpus, "--output", tmp_path / "w", "--trials", "2", "--store", store)
    done = call("train", "same-shot", folder, *options, *QUICK)
    assert done.returncode == 0, done.stderr
    assert load_model(tmp_path / "w").same_shot is not None


def refusal(*options: str | Path, output: Path) -> str:
    done = call("train", "same-shot", *options, "--output", output)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_folder_without_a_table_of_look_alikes_is_refused(folder, tmp_path):
    said = refusal(folder, "--lookalikes", folder, output=tmp_path / "w")
    assert said.startswith(f"lineage: {folder}: has no lookalikes.csv; write look-alikes with: python -m")


def test_a_table_that_names_a_picture_that_is_gone_is_refused(folder, tmp_path):
    (tmp_path / "lookalikes.csv").write_text("file,kind,layout\nlibrary/a.jpg,form,1\n", encoding="utf-8")
    said = refusal(folder, "--lookalikes", tmp_path, output=tmp_path / "w")
    assert "there is no picture 'library/a.jpg'" in said


def test_layouts_of_one_picture_each_are_refused(folder, tmp_path):
    (tmp_path / "a.png").write_bytes((folder / "00.png").read_bytes())
    (tmp_path / "lookalikes.csv").write_text("file,kind,layout\na.png,form,1\n", encoding="utf-8")
    said = refusal(folder, "--lookalikes", tmp_path, output=tmp_path / "w")
    assert "no layout has two pictures" in said


def test_too_few_pictures_are_refused(folder, corpus, tmp_path):
    said = refusal(folder / "00.png", "--lookalikes", corpus, output=tmp_path / "w")
    assert "1 pictures are too few" in said


def test_an_index_that_would_not_be_asked_is_refused(folder, corpus, tmp_path):
    said = refusal(folder, "--lookalikes", corpus, "--store", tmp_path / "s", output=tmp_path / "w")
    assert "--trials" in said


def test_writing_onto_a_folder_is_refused_before_the_work(folder, corpus, tmp_path):
    assert "is a folder" in refusal(folder, "--lookalikes", corpus, output=tmp_path)
