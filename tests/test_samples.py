"""The main job on the sample library, as `scripts/demo` does it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"
LINEAGE = Path(sys.executable).parent / "lineage"


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Answer by post, of the installed command."""
    store = str(tmp_path_factory.mktemp("samples") / "index")
    subprocess.run([LINEAGE, "index", SAMPLES / "library", "--store", store], check=True, capture_output=True)
    command = [LINEAGE, "query", SAMPLES / "posts", "--store", store, "--json"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {Path(answer["query"]).name: answer for answer in map(json.loads, lines)}


def truth() -> list[tuple[str, str]]:
    with (SAMPLES / "truth.csv").open(newline="") as file:
        return [(row["post"], row["asset"]) for row in csv.DictReader(file)]


@pytest.mark.slow
@pytest.mark.parametrize(("post", "asset"), truth())
def test_every_sample_post_gets_the_right_verdict(answers, post, asset):
    answer = answers[post]
    claimed = answer["matches"][0]["asset"] if answer["verdict"] == "known" else ""
    assert (answer["verdict"], claimed) == (("known", asset) if asset else ("novel", ""))
