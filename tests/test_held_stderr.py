"""Stderr is held back from what is not Python's, and from nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

WRITES = """
import os, sys
from lineage.machine.held_stderr import held_stderr, part_stderr
part_stderr()
with held_stderr():
    print("said", file=sys.stderr)
    os.write(2, b"native\\n")
    {ends}
"""


def written(ends: str) -> list[str]:
    """What reaches stderr of a process that writes to it while it is held, in two ways, and then ends so."""
    done = subprocess.run([sys.executable, "-c", WRITES.format(ends=ends)], capture_output=True, text=True, check=False)
    return done.stderr.splitlines()


def test_what_python_writes_comes_out_at_once():
    assert written("pass") == ["said", "native"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits for Linux, where there are files in memory")
def test_what_fails_takes_with_it_what_it_wrote_and_nothing_of_pythons():
    lines = written("raise SystemExit")
    assert lines == ["said"]


def test_a_process_that_was_started_without_stderr_has_one_that_leads_nowhere():
    told = "; ".join(
        (
            "import os, sys",
            "from lineage.machine.held_stderr import part_stderr",
            "part_stderr()",
            "print('said', file=sys.stderr)",
            "print(os.path.sameopenfile(2, os.open(os.devnull, os.O_RDWR)))",
        )
    )
    closed = subprocess.run(["sh", "-c", '"$0" -c "$1" 2>&-', sys.executable, told], capture_output=True, check=False)
    assert (closed.returncode, closed.stdout) == (0, b"True\n")
