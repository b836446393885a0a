"""What is done to an index that people rely on: commands that are killed, crowded and starved.

Each does its work on a `Ground` and looks at what belongs to it; what must hold after every one, `Ground.rest` asserts.
"""

from __future__ import annotations

import json
import resource
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from unittest import mock

from PIL import Image

from lineage.store.queue import open_queue
from tests.command import call
from tests.mounts import UNSHARE
from tests.soak_ground import FIRST, LAST, LINEAGE, Command, Ground, assert_told, paths


def index(ground: Ground) -> None:
    """New pictures are taken in."""
    new = ground.new_pictures(4)
    ground.kill("index", ground.library, "--workers", "1")
    ground.assert_whole(ground.names, new)
    ground.run("index", ground.library, "--workers", "1")
    ground.assert_whole([*ground.names, *new])


def sync(ground: Ground) -> None:
    """One picture is moved, one deleted, one replaced, one new."""
    moved, gone, other, *left = ground.chance.sample(ground.names, len(ground.names))
    (ground.library / "folder").mkdir()
    (ground.library / moved).rename(ground.library / "folder" / moved)
    (ground.library / gone).unlink()
    shutil.copyfile(ground.posts / "stranger.png", ground.library / other)
    new = [f"folder/{moved}", other, *ground.new_pictures(1)]
    ground.kill("sync", ground.library, "--workers", "1")
    ground.assert_whole(left, [moved, gone, *new])
    ground.run("sync", ground.library, "--workers", "1")
    ground.assert_whole([*left, *new])


def forget(ground: Ground) -> None:
    """Two assets are dropped."""
    *left, one, other = ground.chance.sample(ground.names, len(ground.names))
    ground.kill("forget", one, other)
    ground.assert_whole(left, [one, other])
    if there := {one, other} & {*paths(ground.place)}:
        ground.run("forget", *there)
    ground.assert_whole(left)


def copy(ground: Ground) -> None:
    """The index is copied; what there is of a copy is sound, and completed by the next."""
    target = ground.folder / "copy"
    ground.kill("copy", ground.place, target)
    ground.assert_whole(ground.names)
    if (target / "stamp.json").exists():
        ground.assert_whole([], ground.names, store=target)
    ground.run("copy", ground.place, target)
    ground.assert_whole(ground.names, store=target)
    ground.assert_answers(store=target)
    shutil.rmtree(target)


def reindex(ground: Ground) -> None:
    """The backbone of a second index is changed."""
    side = ground.folder / "side"
    ground.run("copy", ground.place, side)
    asked = ("reindex", "--backbone", "lite0", "--force", "--posts", "20")
    ground.kill(*asked, store=side)
    ground.assert_whole(ground.names, store=side)
    ground.run(*asked, store=side)
    ground.run("reindex", "--drop-old", store=side)
    ground.assert_whole(ground.names, store=side)
    shutil.rmtree(side)


def decide(ground: Ground) -> None:
    """Somebody decides about a post or an asset."""
    post, asset = ground.posts / "copy.png", ground.chance.choice(ground.names)
    deciding: list[Command] = [("confirm", post, asset), ("reject", post, asset), ("ignore", post)]
    what, *of = ground.chance.choice([*deciding, ("quarantine", asset, "--reason", "why")])
    before = ground.decisions()
    killed, after = ground.kill(what, *of), ground.decisions()
    new = [line["what"] for line in after if line not in before]
    assert new == [what] or (killed and not new), f"{what} has left {new}"
    assert [line for line in after if line in before] == before, "an earlier decision is gone"
    ground.assert_whole(ground.names)


def repair(ground: Ground) -> None:
    """A file of the engine is changed, and mended."""
    files = [file for file in ground.place.glob("shard*/**/*") if file.is_file() and file.stat().st_size > 4096]
    with ground.chance.choice(sorted(files)).open("r+b") as file:
        file.seek(ground.chance.randrange(4096))
        file.write(ground.chance.randbytes(64))
    ground.kill("check", "--repair")
    mended = call(*ground.at(None, ("check", "--repair")))
    assert_told(mended.returncode, mended.stderr, codes=(0,))
    ground.assert_whole(ground.names)
    for kept in ground.place.glob("damaged-*"):
        shutil.rmtree(kept)


def query(ground: Ground) -> None:
    """Posts are asked about; those to be reviewed go into the queue, all into a file, with their evidence."""
    for name in ("01.png", "02.png"):
        ground.run("quarantine", name, "--reason", "why")
    answers, evidence = ground.folder / "answers.jsonl", ground.folder / "evidence"
    asked = ("query", ground.posts, "--queue", "--output", answers, "--evidence", evidence)
    ground.kill(*asked)
    for file in evidence.glob("[!.]*.png"):
        Image.open(file).load()
    ground.run(*asked)
    told = [Path(json.loads(line)["query"]).name for line in answers.read_text(encoding="utf-8").splitlines()]
    assert sorted(told) == ["copy.png", "mirrored.png", "stranger.png"]
    with closing(open_queue(str(ground.place))) as queue:
        waiting = [(one.path, one.query) for one in queue.reviews()]
    # By their assets: a service may have put a post there under the name by which it was asked, and it waits once.
    assert sorted(asset for asset, _ in waiting) == ["01.png", "02.png"], f"in the queue are {waiting}"
    ground.assert_whole(ground.names)
    answers.unlink()
    shutil.rmtree(evidence)


def two_at_once(ground: Ground) -> None:
    """Two runs fill one index: each does its work, or is told that the other is at it."""
    new = ground.new_pictures(2)
    _twice(ground, ground.place, kill=False)
    ground.assert_whole([*ground.names, *new])


def two_first_runs(ground: Ground) -> None:
    """Two runs make one index where there is none, and one of them may be killed."""
    place = ground.folder / "first"
    _twice(ground, place, kill=ground.chance.random() < 0.5)
    ground.assert_whole(ground.names, store=place)
    ground.assert_answers(store=place)
    shutil.rmtree(place)


def _twice(ground: Ground, place: Path, *, kill: bool) -> None:
    asked = [*LINEAGE, "index", str(ground.library), "--workers", "1", "--store", str(place)]
    both = [subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    if kill:
        time.sleep(ground.chance.uniform(FIRST, 2 * LAST))
        both[0].kill()
    for process in both:
        complaints = process.communicate()[1]
        assert_told(process.returncode, complaints, codes=(0, 3, -signal.SIGKILL))
    codes = [process.returncode for process in both]
    assert kill or 0 in codes, "both were refused"
    ground.killed += codes.count(-signal.SIGKILL)
    ground.run("index", ground.library, "--workers", "1", store=place)


def quota(ground: Ground) -> None:
    """No file may become larger than a random size."""
    new, post, most = ground.new_pictures(2), ground.posts / "copy.png", int(2 ** ground.chance.uniform(10, 25))
    commands: list[Command] = [("index", ground.library, "--workers", "1"), ("confirm", post, "01.png")]
    for command in (*commands, ("forget", "03.png"), ("query", post)):
        done = _under(ground, command, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        assert_told(done.returncode, done.stderr, codes=(0, 1, 3))
        ground.assert_whole({*ground.names} - {"03.png"}, [*new, "03.png"])
    ground.run("index", ground.library, "--workers", "1")
    ground.assert_whole([*ground.names, *new])


def read_only(ground: Ground) -> None:
    """The folder of the index cannot be written to."""
    post, place = ground.posts / "copy.png", shlex.quote(str(ground.place))
    script = f'mount --bind {place} {place} && mount -o remount,ro,bind {place} && exec "$@"'
    for command in (("index", ground.library), ("confirm", post, "01.png"), ("query", post), ("check", "--repair")):
        done = _under(ground, command, None, *UNSHARE, "sh", "-c", script, "sh")
        assert_told(done.returncode, done.stderr, codes=(3,))
    ground.assert_whole(ground.names)


def _under(
    ground: Ground, command: Command, limit: Callable[[], None] | None, *before: str
) -> subprocess.CompletedProcess[str]:
    asked = [*before, *LINEAGE, *map(str, ground.at(None, command))]
    return subprocess.run(asked, preexec_fn=limit, capture_output=True, text=True, check=False)


def clock(ground: Ground) -> None:
    """Somebody decides while the clock is ahead, another one after it was set back: both decisions are kept."""
    post = ground.posts / "copy.png"
    with mock.patch("lineage.feedback.notes.now", return_value="2100-01-01T00:00:00.000000+00:00"):
        ground.run("reject", post, "01.png")
    assert ground.asked()[post.name] != ground.answers[post.name], "a decision does not hold"
    ground.run("confirm", post, "01.png")
    told = {line["what"]: line["id"] for line in ground.decisions() if not line["undone"]}
    assert {*told} == {"reject", "confirm"}
    ground.run("feedback", "--undo", told["reject"])
    assert ground.asked()[post.name][:2] == ("known", "01.png"), "what was decided after that does not hold"
