"""Peers recognise what they are known to recognise, and nothing they are known to miss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eval.corpora.folder import read_folder
from eval.recognisers.baselines import load_peer
from eval.recognisers.baselines.hashes import orientations, pdq, phash
from lineage.errors import UsageError
from tests.tiny_descriptor import write_descriptor


@pytest.fixture(scope="module")
def folder(tmp_path_factory, drawn):
    root = tmp_path_factory.mktemp("library")
    for seed in range(8):
        Image.fromarray(drawn(seed)).save(root / f"{seed}.png")
    return read_folder(root)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=["phash", "pdq", "rootsift", "lite0"])
def peer(request, folder, cache):
    fitted = load_peer(request.param, cache=cache)
    fitted.fit(folder.sources)
    return fitted


def test_a_peer_finds_an_unchanged_picture(peer, drawn):
    assert peer.answer(drawn(3)).claims[0].asset == "3.png"


def test_a_peer_finds_a_mirrored_picture(peer, drawn):
    assert peer.answer(np.ascontiguousarray(drawn(3)[:, ::-1])).claims[0].asset == "3.png"


def test_scores_fall_along_the_claims_and_no_verdict_is_given(peer, drawn):
    answer = peer.answer(drawn(5))
    scores = [claim.score for claim in answer.claims]
    assert scores == sorted(scores, reverse=True)
    assert answer.verdict is None


def test_a_copy_scores_higher_than_a_stranger(peer, drawn):
    assert peer.answer(drawn(2)).claims[0].score > max([0, *(c.score for c in peer.answer(drawn(77)).claims)])


def test_a_picture_without_structure_is_answered_too(peer):
    peer.answer(np.full((50, 60, 3), 128, np.uint8))


def test_a_peer_says_what_an_asset_costs(peer):
    assert 8 <= peer.bytes_per_asset < 200_000


def test_fingerprints_are_remembered_by_content(peer, folder, cache, monkeypatch):
    monkeypatch.setattr("eval.corpora.corpus.Source.pixels", lambda _: pytest.fail("the file was read again"))
    again = load_peer(peer.name, cache=cache)
    again.fit(folder.sources[:4])
    again.close()


def test_fingerprints_are_made_again_once_the_code_or_a_library_has_changed(peer, folder, cache, monkeypatch):
    monkeypatch.setattr("lineage.machine.provenance.version", lambda _: "of tomorrow")
    again = load_peer(peer.name, cache=cache)
    monkeypatch.setattr("eval.corpora.corpus.Source.pixels", lambda _: pytest.fail("the file was read again"))
    with pytest.raises(pytest.fail.Exception):
        again.fit(folder.sources[:4])


def test_a_small_crop_is_found_by_local_features_and_missed_by_hashes(folder, cache, drawn):
    small = drawn(6)[60:180, 80:240]
    local, whole = load_peer("rootsift", cache=cache), load_peer("phash", cache=cache)
    for fitted in (local, whole):
        fitted.fit(folder.sources)
    assert local.answer(small).claims[0].asset == "6.png"
    assert local.answer(small).claims[0].score > 10
    assert whole.answer(small).claims[0].score < 0.8


def test_hashes_do_not_depend_on_the_orientation_asked(drawn):
    codes = {pdq(side).tobytes() for side in orientations(drawn(1))}
    turned = {pdq(side).tobytes() for side in orientations(np.rot90(drawn(1)))}
    assert codes == turned
    assert len(codes) == 8
    assert len(phash(drawn(1))) == 8


def test_two_descriptors_in_files_of_one_name_have_two_names(tmp_path, cache):
    names = [f"onnx:{tmp_path}/{run}/model.onnx" for run in ("first", "second")]
    for name in names:
        write_descriptor(Path(name.removeprefix("onnx:")))
    assert [load_peer(name, cache=cache).name for name in names] == names


def test_an_unknown_peer_is_refused_with_those_there_are(cache):
    with pytest.raises(UsageError, match="orb: no such peer; there are phash, pdq, rootsift"):
        load_peer("orb", cache=cache)
