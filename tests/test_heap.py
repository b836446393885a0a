import gc
import subprocess
import sys

import pytest

from lineage.machine.heap import kept_for_good

PICTURES = """
import resource
import numpy as np
from lineage.machine.heap import keep_freed_memory

def picture():
    for block in [np.ones(20 << 20, np.uint8) for _ in range(6)]:
        del block

if {keep}:
    keep_freed_memory()
picture()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    picture()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(*, keep):
    done = subprocess.run(
        [sys.executable, "-c", PICTURES.format(keep=keep)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="waits for Linux: mallopt is glibc's")
def test_what_one_picture_needed_is_not_faulted_in_again_for_the_next():
    assert page_faults(keep=True) < page_faults(keep=False) / 10


def test_no_garbage_is_looked_for_among_what_is_kept_for_good():
    with kept_for_good():
        made: list[list[int]] = [[] for _ in range(1000)]
    followed = {id(one) for one in gc.get_objects()}
    gc.unfreeze()
    assert followed.isdisjoint(map(id, made))


def test_garbage_is_looked_for_again_once_all_is_made():
    with kept_for_good():
        assert not gc.isenabled()
    gc.unfreeze()
    assert gc.isenabled()
