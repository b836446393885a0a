"""The product as a recogniser: indexed and asked as a user would."""

from __future__ import annotations

import hashlib
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eval.corpora.corpus import Corpus, Post, Rendered
from eval.corpora.folder import read_folder
from eval.corpora.regions import overlap
from eval.recognisers.ablation import Without, left_out
from eval.recognisers.engine import LineageEngine
from eval.run import evaluate
from indexer.books.opening import create_index
from indexer.pipeline import Pipeline
from lineage.errors import UsageError, WeightsError
from lineage.records import Note
from lineage.settings import Settings
from lineage.store import open_store
from lineage.store.journal import open_journal
from tests.tiny_descriptor import write_descriptor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine(tmp_path_factory, drawn):
    root = tmp_path_factory.mktemp("library")
    for seed in range(6):
        Image.fromarray(drawn(seed)).save(root / f"{seed}.png")
    recogniser = LineageEngine(Settings(workers=1))
    recogniser.fit(read_folder(root).sources[:5])
    yield recogniser
    recogniser.close()


def test_a_crop_is_claimed_with_its_region(engine, drawn):
    answer = engine.answer(np.ascontiguousarray(drawn(2)[40:, 60:]))
    assert answer.claims[0].asset == "2.png"
    whole_post = ((0, 0), (1, 0), (1, 200 / 260), (0, 200 / 260))
    assert overlap(answer.claims[0].region_in_post, whole_post) > 0.9


def test_what_was_not_indexed_is_not_known(engine, drawn):
    assert engine.answer(drawn(5)).verdict != "known"


def test_candidates_and_claims_are_told_by_name(engine, drawn):
    answer = engine.answer(drawn(2))
    assert answer.named == ("2.png",)
    assert {*answer.proposed} == {f"{seed}.png" for seed in range(5)}


def test_the_engine_without_a_part_answers_from_the_same_index(engine, drawn):
    without = Without(engine, "vectors")
    without.fit(engine.library)
    assert without.answer(drawn(2)).named == ("2.png",)
    assert (without.name, without.configuration["without"]) == ("without vectors", "vectors")


def test_figures_without_a_part_are_those_of_its_own_library_whatever_was_kept(engine, tmp_path, drawn):
    """Stored answers leave the whole unasked of one library and the part of another; the index is theirs both."""
    library = engine.library
    post = Post("post", "none", None, "2.png", "", lambda: Rendered(drawn(2)))
    corpora = [Corpus(name, assets, (post,)) for name, assets in (("a", library), ("b", library[3:]), ("c", library))]
    whole = LineageEngine(Settings(workers=1))
    part = Without(whole, "hashes")

    @contextmanager
    def silent(*_):
        yield lambda _: None

    def run(these):
        found = evaluate(these, [whole, part], predictions=tmp_path, progress=silent)
        return {(one.corpus, one.recogniser): one.figures["right_file@1"].value for one in found}

    with closing(whole):
        before = run(corpora)
        for stale in ("a.without", "b.lineage", "c.without"):
            (file,) = tmp_path.glob(f"{stale}*")
            file.unlink()
        assert run(corpora) == before
        assert before["c", "without hashes"] == 1


def test_each_stands_for_all_parts_and_an_unknown_one_is_refused():
    assert {"words", "views", "masking"} < {*left_out(["each"])}
    with pytest.raises(UsageError, match="there is no part 'wheels' to leave out; there are: changes, competition, "):
        left_out(["words", "wheels"])


def test_every_stage_is_timed(engine, drawn):
    assert {"search", "align", "decide"} <= set(engine.answer(drawn(1)).seconds)


def test_an_asset_costs_what_the_index_grew_by(engine):
    assert 1_000 < engine.bytes_per_asset < 2_000_000


def test_another_calibration_is_another_version(engine, tmp_path):
    calibration = tmp_path / "decision.json"
    calibration.write_text("{}")
    assert LineageEngine(Settings(calibration=str(calibration))).versions != engine.versions


def test_other_weights_under_the_same_name_are_another_version(engine, tmp_path):
    versions = []
    for run, kernel in (("first", 8), ("second", 16)):
        file = tmp_path / run / "model.onnx"
        write_descriptor(file, kernel=kernel)
        versions.append(LineageEngine(Settings(backbone=f"onnx:{file}")).versions)
    assert versions[0]["backbone"] == versions[1]["backbone"] == "onnx:model.onnx"
    assert versions[0]["weights"] != versions[1]["weights"]


def test_a_calibration_that_is_not_there_is_named():
    with pytest.raises(WeightsError, match=r"none\.json: "):
        _ = LineageEngine(Settings(calibration="none.json")).versions


@pytest.fixture(scope="module")
def standing(tmp_path_factory, drawn):
    """Settings that name an index of five pictures."""
    place = tmp_path_factory.mktemp("standing")
    (place / "files").mkdir()
    for seed in range(5):
        Image.fromarray(drawn(seed)).save(place / "files" / f"{seed}.png")
    settings = Settings(store=str(place / "index"), workers=1)
    with create_index(settings) as (store, ledger, embedder):
        Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings).run([place / "files"])
    return settings


def test_an_index_that_stands_is_known_by_its_id_and_size(standing):
    before = LineageEngine(standing, standing={}).configuration
    with closing(open_store(standing.store)) as store:
        assert (before["index"], before["assets"]) == (store.stamp.index, "5")
        (gone, *_), *_ = store.scroll()
        store.delete([gone.asset.id])
    assert LineageEngine(standing, standing={}).configuration != before
    with closing(open_store(standing.store)) as store:
        store.upsert([gone])


def test_answers_of_a_standing_index_are_stale_once_somebody_has_decided(standing):
    def configuration():
        return LineageEngine(standing, standing={}).configuration

    before = configuration()
    confirmed = Note(
        "1", "2026-05-01T00:00:00.000000+00:00", "reviewer", "confirm", "post.jpg", asset="a", path="a.jpg"
    )
    with closing(open_journal(standing.store)) as journal:
        journal.write([confirmed])
        assert configuration() != before
        journal.write([replace(confirmed, id="2", what="undo", undoes="1")])
    assert configuration() == before


def test_another_autoencoder_is_another_version(engine, tmp_path):
    weights = tmp_path / "restorer.safetensors"
    weights.write_bytes(b"1")
    found = [LineageEngine(Settings(restorer=name)).versions for name in ("", "none", str(weights))]
    weights.write_bytes(b"2")
    found.append(LineageEngine(Settings(restorer=str(weights))).versions)
    assert len({tuple(one.items()) for one in found}) == 4


def test_assets_of_a_standing_index_go_by_the_names_of_the_library_and_else_by_their_own(standing, drawn):
    file = Path(standing.store).parent / "files" / "2.png"
    recogniser = LineageEngine(standing, standing={hashlib.sha256(file.read_bytes()).hexdigest(): "mine/two.png"})
    with closing(recogniser):
        recogniser.fit(())
        assert recogniser.answer(drawn(2)).claims[0].asset == "mine/two.png"
        assert recogniser.answer(drawn(3)).claims[0].asset == "3.png"
        assert recogniser.bytes_per_asset is None


def test_asking_before_fitting_is_a_mistake_of_the_caller(drawn):
    with pytest.raises(RuntimeError, match="before it has been fitted"):
        LineageEngine(Settings()).answer(drawn(0))
