"""The digest of code changes with what can change answers, and with nothing else."""

from __future__ import annotations

import pytest

from eval.code import code_digest


@pytest.fixture
def package(tmp_path):
    (tmp_path / "weights").mkdir()
    (tmp_path / "stage.py").write_text("GAIN = 1\n")
    (tmp_path / "weights" / "net.safetensors").write_bytes(b"1")
    return tmp_path


@pytest.mark.parametrize(("name", "changes"), [("stage.py", True), ("weights/net.safetensors", True), ("a.pyc", False)])
def test_the_digest_follows_sources_and_weights(package, name, changes):
    before = code_digest(package)
    (package / name).write_text("GAIN = 2\n")
    assert (code_digest(package) != before) is changes


def test_further_files_count(package, tmp_path_factory):
    calibration = tmp_path_factory.mktemp("user") / "decision.json"
    calibration.write_text("{}")
    assert code_digest(package, more=[calibration]) != code_digest(package)
