"""A library of small pictures and an index of it, and what must hold of both whatever was done to them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from PIL import Image

import lineage
from lineage.records import Pixels, asset_id
from lineage.store import open_store
from tests.command import call
from tests.conftest import draw

LINEAGE = [sys.executable, "-m", "lineage.cli"]
FIRST, LAST = 0.5, 1.3
"""s of a processor, between which a command is killed at first: before that it has not begun; the last moment is moved
on until a command of that name has ended by itself.
"""
Command = tuple[str | Path, ...]


class Ground:
    """A library, its index, and what is known of both.

    Attributes:
        library: folder of pictures; `names` are those in it at rest, `assets` the ids of these
        place: of the index; `posts` is a folder of what is asked, `answers` what is answered at rest
        killed: commands that were ended in the middle; `requests` is how many `load` makes
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.killed, self.requests = 0, 0
        self.library, self.place, self.posts = folder / "library", folder / "index", folder / "posts"
        self.names = [f"{number:02}.png" for number in range(8)]
        self._takes, self._new = dict[str, float](), count(1000)
        self.posts.mkdir()
        Image.fromarray(drawn(1)[8:100, 10:150]).save(self.posts / "copy.png")
        Image.fromarray(drawn(2)[:, ::-1]).save(self.posts / "mirrored.png")
        Image.fromarray(drawn(99)).save(self.posts / "stranger.png")
        self._fill_library()
        self.run("index", self.library, "--workers", "1")
        self.assets = [asset_id(sha256((self.library / name).read_bytes()).hexdigest()) for name in self.names]
        self.answers = self.asked()
        assert [self.answers[name][:2] for name in self.names] == [("known", name) for name in self.names]

    def new_pictures(self, amount: int) -> list[str]:
        """Add some to the library; their names."""
        numbers = [next(self._new) for _ in range(amount)]
        for number in numbers:
            Image.fromarray(drawn(number)).save(self.library / f"{number}.png")
        return [f"{number}.png" for number in numbers]

    def run(self, *command: str | Path, store: Path | None = None) -> str:
        """What a command prints that nobody disturbs, which must end well."""
        done = call(*self.at(store, command))
        assert done.returncode == 0, f"{command[0]} ended with {done.returncode}: {done.stderr or done.stdout}"
        return done.stdout

    def kill(self, *command: str | Path, store: Path | None = None) -> bool:
        """Begin a command and end it once it has worked for a random time; whether it was still at it."""
        name, worked = str(command[0]), 0.0
        moment = self.chance.uniform(FIRST, self._takes.get(name, LAST))
        begun = [*LINEAGE, *map(str, self.at(store, command))]
        with TemporaryFile("w+") as told, subprocess.Popen(begun, stdout=told, stderr=told) as process:
            while process.poll() is None and (worked := worked_by(process.pid)) < moment:
                time.sleep(0.01)
            process.kill()
            code = process.wait()
            told.seek(0)
            complaints = told.read()
        assert_told(code, complaints, codes=(0, -signal.SIGKILL))
        killed = code != 0
        self._takes[name] = 1.5 * self._takes.get(name, LAST) if killed else max(worked, FIRST)
        self.killed += killed
        return killed

    def at(self, store: Path | None, command: Command) -> Command:
        """A command on an index, this one if no other is named; `copy` names its places itself."""
        return command if command[0] == "copy" else (*command, "--store", store or self.place)

    def decisions(self) -> list[dict[str, Any]]:
        """What `lineage feedback --json` says."""
        return [json.loads(line) for line in self.run("feedback", "--json").splitlines()]

    def rest(self) -> None:
        """Give library and index back what they held, take decisions back, and ask."""
        shutil.rmtree(self.library)
        self._fill_library()
        self.run("sync", self.library, "--workers", "1", "--max-gone", "1")
        for line in self.decisions():
            if not line["undone"]:
                self.run("feedback", "--undo", line["id"])
        self.assert_whole(self.names)
        self.assert_answers()

    def assert_whole(self, certain: Iterable[str], possible: Iterable[str] = (), *, store: Path | None = None) -> None:
        """`lineage check` finds nothing, each file is there once, and of the others only those that may be."""
        self.run("check", store=store)
        found = Counter(paths(store or self.place))
        assert max(found.values(), default=0) <= 1, f"twice in the index: {found}"
        assert {*certain} <= {*found} <= {*certain, *possible}, f"{[*found]}, not {certain} and some of {possible}"

    def assert_answers(self, *, store: Path | None = None) -> None:
        """Posts and library are answered as by the index that nobody had touched."""
        found = self.asked(store)
        assert found == self.answers, f"answered {found}, and before {self.answers}"

    def asked(self, store: Path | None = None) -> dict[str, tuple[object, ...]]:
        """What is said of posts and of the pictures of the library: verdict, and each match with its probability."""
        found = dict[str, tuple[object, ...]]()
        with lineage.open(store or self.place) as index:
            for post in (*self.posts.iterdir(), *(self.library / name for name in self.names)):
                verdict = index.query(post, name=post.name).verdict
                matches = [value for one in verdict.matches for value in (one.evidence.asset.path, one.probability)]
                found[post.name] = (verdict.decision, *matches)
        return found

    def _fill_library(self) -> None:
        self.library.mkdir()
        for number, name in enumerate(self.names):
            Image.fromarray(drawn(number)).save(self.library / name)


def drawn(seed: int) -> Pixels:
    """A small picture that no other seed gives."""
    return draw(seed, width=160, height=120)


def paths(place: Path) -> list[str]:
    """Of all files that the assets of an index lie in."""
    with closing(open_store(str(place))) as store:
        entries = [entry for batch in store.scroll() for entry in batch]
    return [location.path for entry in entries for location in entry.asset.locations]


def assert_told(code: int, complaints: str, *, codes: tuple[int, ...]) -> None:
    """Whoever does not end well says why, in a sentence or two; nobody says what no person understands."""
    assert code in codes, f"ended with {code}: {complaints}"
    assert "Traceback" not in complaints, complaints
    assert "panicked" not in complaints, complaints
    assert code <= 0 or 1 <= len(complaints.splitlines()) <= 3, f"ended with {code}: {complaints}"


def worked_by(process: int) -> float:
    """How long a process that has not been waited for has worked, s of a processor."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
