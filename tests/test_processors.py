from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lineage.machine import processors as module
from lineage.machine.processors import processors

ASK = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from lineage.settings import load_settings
print(load_settings().workers)
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="waits for a system with affinity, such as Linux")
def test_who_may_use_one_processor_has_one_worker():
    assert subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Control groups of a machine of eight processors, of which this process is in `box/run`."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(module, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(module, "_OWN_GROUP", tmp_path / "cgroup")
    (tmp_path / "cgroup").write_text("0::/box/run\n")
    (tmp_path / "groups/box/run").mkdir(parents=True)
    return tmp_path / "groups"


@pytest.mark.parametrize(
    ("limit", "count"), [("150000 100000", 2), ("max 100000", 8), ("5000 100000", 1), ("10000000 100000", 8), ("", 8)]
)
def test_a_container_gets_as_many_as_it_is_allowed(groups, limit, count):
    (groups / "cpu.max").write_text(f"{limit}\n")
    assert processors() == count


def test_the_narrowest_of_the_groups_counts(groups):
    for folder, limit in (("", "600000"), ("box", "300000"), ("box/run", "max")):
        (groups / folder / "cpu.max").write_text(f"{limit} 100000\n")
    assert processors() == 3


def test_a_machine_without_control_groups_gives_all(groups, tmp_path):
    (tmp_path / "cgroup").unlink()
    assert processors() == 8
