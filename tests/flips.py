"""Flips a bit of one file of an index after the other, as a disk may, and looks what is said of it.

Each time the index is a copy of one that is sound. `query` must answer as before or say that the index is damaged,
`check` must end well or name what is damaged, `check --repair` must end well, and then all must be as it was. Prints a
table; at the first thing that does not hold it stops with an error and leaves the folder to be looked at.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.command import call
from tests.soak_ground import Ground, assert_told

REFUSED = 3, 5  # it cannot be opened; it is damaged


def main() -> None:
    """Flip as many bits as were asked for, and print the table."""
    parser = argparse.ArgumentParser("scripts/flip-bits", description=__doc__)
    parser.add_argument("--flips", type=int, default=100, help="the files of the index take turns (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of what is chosen by chance (%(default)s)")
    given = parser.parse_args()
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="flips-"))
    ground = Ground(folder, given.seed)
    ground.run("confirm", ground.posts / "mirrored.png", "02.png")
    ground.answers = ground.asked()
    files = sorted(file for file in ground.place.rglob("*") if file.is_file() and file.stat().st_size)
    outcomes = Counter[tuple[str, str]]()
    for number in range(given.flips):
        file = files[number % len(files)].relative_to(ground.place)
        try:
            outcomes[kind(file), flip(ground, file)] += 1
        except BaseException as error:
            error.add_note(f"{file}, flip {number}, in {folder}")
            raise
    shutil.rmtree(folder)
    print("| file | what happened | times |", "|---|---|---|", sep="\n")
    print(*(f"| {name} | {what} | {times} |" for (name, what), times in sorted(outcomes.items())), sep="\n")
    print(f"all as it was after each repair; seed {given.seed}, {time.monotonic() - began:.0f} s")


def kind(file: Path) -> str:
    """What a person calls it."""
    return "files of the engine" if len(file.parts) > 1 else file.name.partition("-")[0]


def flip(ground: Ground, file: Path) -> str:
    """Flip a bit of a file of a copy of the index; what was said of it until it was mended."""
    place = ground.folder / "flipped"
    shutil.copytree(ground.place, place)
    content = bytearray((place / file).read_bytes())
    content[ground.chance.randrange(len(content))] ^= 1 << ground.chance.randrange(8)
    (place / file).write_bytes(content)
    asked, checked = call("query", ground.posts, "--store", place, "--json"), call("check", "--store", place)
    for done in (asked, checked):
        assert done.returncode in (0, *REFUSED), done
        assert "Traceback" not in done.stderr, done.stderr
    warned = "damaged" in asked.stderr
    if not asked.returncode and not warned:
        assert answers(asked.stdout) == answers(call("query", ground.posts, "--store", ground.place, "--json").stdout)
    mended = call("check", "--repair", "--from", ground.place, "--store", place)
    assert_told(mended.returncode, mended.stderr, codes=(0,))
    ground.assert_whole(ground.names, store=place)
    ground.assert_answers(store=place)
    for folder in ground.folder.glob("flipped*"):
        shutil.rmtree(folder)
    if asked.returncode:
        return "not opened, and why"
    if warned:
        return "answered with a warning"
    return "answered as before, `check` names it" if checked.returncode else "answered as before, nothing is lost"


def answers(lines: str) -> dict[str, tuple[object, ...]]:
    """Of each post the verdict, and each match with its probability."""
    told = [json.loads(line) for line in lines.splitlines()]
    return {
        one["query"]: (one["verdict"], *((match["asset"], match["probability"]) for match in one["matches"]))
        for one in told
    }


if __name__ == "__main__":
    main()
