"""`scripts/soak` and `scripts/flip-bits`, for as short as they mean something."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_kills_at_random_moments_of_commands_and_of_the_service_lose_nothing_and_double_nothing(tmp_path):
    if not Path("/proc/self/stat").exists():
        pytest.skip("waits for a system that says how long another process has worked")
    soak = [sys.executable, "-m", "tests.soak", "--rounds", "8", "--requests", "0", "--seed", "1"]
    there, here = {**os.environ, "TMPDIR": str(tmp_path)}, Path(__file__).parent.parent
    done = subprocess.run(soak, env=there, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    killed = [int(count) for count in re.findall(r"\| (\d+) \|$", done.stdout, re.MULTILINE)]
    assert len(killed) == 8
    assert sum(killed) >= 3, done.stdout


@pytest.mark.slow
def test_a_bit_that_a_disk_changes_is_mended_and_nobody_hears_what_is_not_so(tmp_path):
    flips = [sys.executable, "-m", "tests.flips", "--flips", "6", "--seed", "2"]
    there, here = {**os.environ, "TMPDIR": str(tmp_path)}, Path(__file__).parent.parent
    done = subprocess.run(flips, env=there, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sum(map(int, re.findall(r"\| (\d+) \|$", done.stdout, re.MULTILINE))) == 6
