"""Ends what writes by SIGKILL at random moments, crowds and starves it, and looks whether anything was lost.

Makes a library of small pictures and an index of it in a folder of its own. In most rounds a command, or the service,
is killed once it has worked for a random time; in the others two runs meet, a quota or a place that cannot be written
to stops them, or the clock is set back; in the end many ask a service. Each time the index must be sound, nothing that
was there or acknowledged may be missing or there twice, the same command must complete what was begun, and library and
posts must be answered as before. Prints a table; at the first thing that does not hold it stops with an error and
leaves the folder to be looked at. It takes Linux.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from tests import soak_deeds as deeds
from tests.soak_ground import Ground
from tests.soak_service import load, serve

KILLED: tuple[Callable[[Ground], None], ...] = (
    deeds.index, deeds.decide, serve, deeds.sync, deeds.query, deeds.forget, deeds.copy, deeds.repair, deeds.reindex,
)  # fmt: skip
OTHERS = (deeds.two_at_once, deeds.two_first_runs, deeds.quota, deeds.read_only, deeds.clock)


def main() -> None:
    """Do what was asked for, and print the table."""
    parser = argparse.ArgumentParser("scripts/soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=400, help="nine of fourteen kill something (%(default)s)")
    parser.add_argument("--requests", type=int, default=2000, help="to a service, from eight sides (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of what is chosen by chance (%(default)s)")
    given = parser.parse_args()
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="soak-"))
    ground, rounds, killed = Ground(folder, given.seed), Counter[str](), Counter[str]()
    ground.requests = given.requests
    for deed in (*islice(cycle(KILLED + OTHERS), given.rounds), *([load] if given.requests else [])):
        name, before = deed.__name__, ground.killed
        rounds[name] += 1
        try:
            deed(ground)
            ground.rest()
        except BaseException as error:
            error.add_note(f"{name}, round {rounds.total()}, in {folder}")
            raise
        killed[name] += ground.killed - before
    shutil.rmtree(folder)
    print("| what | rounds | killed at work |", "|---|---|---|", sep="\n")
    print(*(f"| {name.replace('_', ' ')} | {times} | {killed[name]} |" for name, times in rounds.items()), sep="\n")
    print(f"nothing lost, nothing twice; seed {given.seed}, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
