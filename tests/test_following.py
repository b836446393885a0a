"""`lineage sync --watch` while its folder, its index or its server is away: really done, through the command.

Waits are noted and not waited for. A test says what happens during each of them, and after each line of output; when
nothing is left to happen, somebody presses Ctrl-C.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from indexer.books.opening import load_embedder, open_index
from indexer.follow import watching
from indexer.follow.following import Outage, follow
from lineage.cli import sync as command
from lineage.errors import StoreError
from lineage.settings import Settings
from lineage.store import create_store, open_store, stamps
from tests.command import call
from tests.here import Here
from tests.mounts import own_mounts
from tests.outage import Outage as Gone
from tests.qdrant_standin import standin
from tests.store_samples import stamp

Step = Callable[[], object]


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(Settings())


@pytest.fixture(autouse=True)
def quick(embedder, monkeypatch, tmp_path):
    monkeypatch.setattr("indexer.books.opening.load_embedder", lambda settings: embedder)
    monkeypatch.setattr("indexer.books.opening.user_data_path", lambda name: tmp_path / "user" / name)
    monkeypatch.setattr("indexer.run.here.Workers", Here)
    monkeypatch.setattr("lineage.store.link.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr(watching, "_WAIT_MS", 20)


def nothing() -> None:
    """Happens."""


@dataclass
class Watched:
    """What a watching command did: its exit code, its lines on stdout and stderr, and how long it waited each time."""

    code: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


@pytest.fixture
def watch(monkeypatch) -> Callable[..., Watched]:
    """`watch(library, place, lines=…, waits=…)`: a watching command, and what happens after its lines and in waits."""

    def run(library: Path, place: str | Path, *, lines: Iterable[Step] = (), waits: Iterable[Step] = ()) -> Watched:
        seen, on_line, on_wait = Watched(), iter(lines), iter(waits)

        def show(record: dict[str, Any]) -> None:
            seen.lines.append(record)
            step(on_line)

        def sleep(seconds: float) -> None:
            seen.waits.append(seconds)
            step(on_wait)

        monkeypatch.setattr(command, "print_json", show)
        clock = SimpleNamespace(sleep=sleep, monotonic=lambda: sum(seen.waits))
        monkeypatch.setattr("indexer.follow.following.time", clock)
        done = call("sync", library, "--store", place, "--watch", "--json", "--workers", "1")
        seen.code, seen.said = done.returncode, done.stderr.splitlines()
        return seen

    return run


def step(steps: Iterable[Step]) -> None:
    for happens in steps:
        happens()
        return
    raise KeyboardInterrupt


def paths(place: str | Path) -> list[str]:
    with closing(open_store(str(place))) as store:
        found = [entry.asset for batch in store.scroll() for entry in batch]
    return sorted(place.path for asset in found for place in asset.locations)


def picture(drawn, file: Path, seed: int) -> Step:
    return lambda: Image.fromarray(drawn(seed)).save(file)


def moved(one: Path, other: Path) -> Step:
    return lambda: one.rename(other)


def together(*steps: Step) -> Step:
    return lambda: [happens() for happens in steps]


ALL = ["autumn/c.webp", "spring/a.jpg", "spring/b.png"]


# The server


def gone(server: Any) -> None:
    server.faults = Gone(server, writes=0)


def there(server: Any) -> None:
    server.faults = deque()


def test_a_server_that_is_away_for_long_is_waited_for(library, drawn, watch):
    with standin() as server:
        away, back = partial(gone, server), partial(there, server)
        new = picture(drawn, library / "new.jpg", 9)
        seen = watch(library, server.url, lines=[together(away, new)], waits=[nothing, nothing, back])
        assert (seen.code, seen.waits) == (130, [1, 2, 4])
        assert [line["added"] for line in seen.lines] == [3, 1]
        assert paths(server.url) == ["autumn/c.webp", "new.jpg", "spring/a.jpg", "spring/b.png"]
    lost, back_again, interrupted = seen.said
    assert lost.startswith(f"lineage: waiting: the Qdrant server at {server.url} cannot be reached")
    assert back_again.startswith("lineage: going on after 7 s")
    assert "interrupted" in interrupted


def test_a_server_that_goes_in_the_middle_of_a_look_is_waited_for(library, drawn, watch, monkeypatch):
    monkeypatch.setattr("indexer.run.here.BATCH", 1)
    with standin() as server:

        def away() -> None:
            writes = sum(method == "PUT" and path.endswith("/points") for method, path, _ in server.requests)
            server.faults = Gone(server, writes=writes + 1)

        new = [picture(drawn, library / f"new-{seed}.jpg", seed) for seed in range(10, 13)]
        seen = watch(library, server.url, lines=[together(away, *new)], waits=[nothing, partial(there, server)])
        assert (seen.code, seen.waits) == (130, [1, 2])
        assert paths(server.url) == ["autumn/c.webp", *(f"new-{seed}.jpg" for seed in range(10, 13)), *ALL[1:]]
        assert [what.split(": ")[1][:8] for what in seen.said] == ["waiting", "going on", "interrup"]


def test_a_server_that_goes_again_is_told_again_and_waited_for_from_the_start(library, drawn, watch):
    with standin() as server:
        away, back = partial(gone, server), partial(there, server)
        first, second = (picture(drawn, library / f"{seed}.jpg", seed) for seed in (20, 21))
        lines = [together(away, first), together(away, second)]
        seen = watch(library, server.url, lines=lines, waits=[nothing, back, nothing, back])
        assert seen.waits == [1, 2, 1, 2]
        assert len(seen.said) == 5


def test_a_server_that_is_not_there_when_the_command_starts_ends_it(library, watch):
    with standin() as server:
        url = server.url
    seen = watch(library, url)
    assert (seen.code, seen.waits, len(seen.said)) == (3, [], 1)


def test_an_index_that_another_run_writes_is_waited_for_in_silence(library, drawn, watch):
    others = ExitStack()
    with standin() as server:

        def hold() -> None:
            others.enter_context(open_index(Settings(store=server.url), writing=True))
            Image.fromarray(drawn(9)).save(library / "new.jpg")

        seen = watch(library, server.url, lines=[hold], waits=[nothing, others.close])
        assert (seen.waits, len(seen.said)) == ([2, 2], 1)
        assert "new.jpg" in paths(server.url)


def test_waits_grow_to_a_minute_and_stay_there(library):
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 9:
            raise KeyboardInterrupt

    def lost(paths: frozenset[str]) -> Any:
        raise StoreError("gone")

    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr("indexer.follow.following.time", SimpleNamespace(sleep=sleep, monotonic=lambda: 0.0))
        next(follow(library, lost, Outage(lambda error: None, lambda seconds: None)))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


# The index


def test_an_index_that_is_away_is_waited_for_and_not_made_again(library, tmp_path, drawn, watch):
    index, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    there: list[bool] = []
    away = together(moved(index, elsewhere), picture(drawn, library / "new.jpg", 9))
    seen = watch(library, index, lines=[away], waits=[lambda: there.append(index.exists()), moved(elsewhere, index)])
    assert (seen.code, seen.waits, there) == (130, [1, 2], [False])
    assert paths(index) == ["autumn/c.webp", "new.jpg", "spring/a.jpg", "spring/b.png"]
    assert f"no index at {index}" in seen.said[0]


def test_an_index_in_whose_place_lies_an_empty_folder_is_waited_for(library, tmp_path, drawn, watch):
    index, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    away = together(moved(index, elsewhere), index.mkdir, picture(drawn, library / "new.jpg", 9))
    seen = watch(library, index, lines=[away], waits=[nothing, together(index.rmdir, moved(elsewhere, index))])
    assert (seen.code, seen.waits) == (130, [1, 2])
    assert "new.jpg" in paths(index)


def test_an_index_of_another_backbone_in_its_place_ends_the_watch(library, tmp_path, drawn, watch):
    index = tmp_path / "index"

    def other() -> None:
        shutil.rmtree(index)
        create_store(str(index), stamp(backbone="other")).close()
        Image.fromarray(drawn(9)).save(library / "new.jpg")

    seen = watch(library, index, lines=[other])
    assert (seen.code, seen.waits, len(seen.said)) == (3, [], 1)
    assert "was made with backbone other" in seen.said[0]


def test_an_index_that_another_process_has_open_is_waited_for_in_silence(library, tmp_path, drawn, watch):
    index, others = tmp_path / "index", ExitStack()

    def hold() -> None:
        others.enter_context(closing(open_store(str(index))))
        Image.fromarray(drawn(9)).save(library / "new.jpg")

    seen = watch(library, index, lines=[hold], waits=[nothing, others.close])
    assert (seen.waits, len(seen.said)) == ([2, 2], 1)
    assert "new.jpg" in paths(index)


# The folder


def test_a_folder_that_is_unmounted_and_mounted_again_loses_nothing_and_is_followed(library, tmp_path, drawn, watch):
    index, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    back = together(library.rmdir, moved(elsewhere, library), picture(drawn, library / "new.jpg", 9))
    later = picture(drawn, library / "later.jpg", 10)
    kept: list[list[str]] = []
    seen = watch(
        library,
        index,
        lines=[together(moved(library, elsewhere), library.mkdir), later],
        waits=[lambda: kept.append(paths(index)), back],
    )
    assert (seen.code, seen.waits, kept) == (130, [1, 2], [ALL])
    assert [(line["added"], line["gone"]) for line in seen.lines] == [(3, 0), (1, 0), (1, 0)]
    assert "is everything mounted?" in seen.said[0]
    assert [what.split(": ")[1][:8] for what in seen.said] == ["waiting", "going on", "interrup"]


def test_a_folder_that_is_gone_and_back_loses_nothing_and_is_followed(library, tmp_path, drawn, watch):
    index, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    later = picture(drawn, library / "later.jpg", 10)
    waits = [nothing, moved(elsewhere, library)]
    seen = watch(library, index, lines=[moved(library, elsewhere), later], waits=waits)
    assert (seen.code, seen.waits) == (130, [1, 2])
    assert [(line["added"], line["gone"]) for line in seen.lines] == [(3, 0), (0, 0), (1, 0)]
    assert f"{library}: there is no such file or folder" in seen.said[0]


def test_another_folder_in_its_place_is_looked_at_and_followed(library, tmp_path, drawn, watch):
    other = shutil.copytree(library, tmp_path / "other")
    Image.fromarray(drawn(9)).save(other / "new.jpg")
    swap = together(moved(library, tmp_path / "elsewhere"), moved(other, library))
    seen = watch(library, tmp_path / "index", lines=[swap, picture(drawn, library / "later.jpg", 10)])
    assert (seen.code, seen.waits) == (130, [])
    assert [line["added"] for line in seen.lines] == [3, 1, 1]


def test_a_folder_that_is_not_mounted_when_the_command_starts_is_waited_for(library, tmp_path, watch):
    index, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    call("sync", library, "--store", index, "--workers", "1")
    library.rename(elsewhere)
    library.mkdir()
    seen = watch(library, index, waits=[together(library.rmdir, moved(elsewhere, library))])
    assert (seen.code, seen.waits) == (130, [1])
    assert paths(index) == ALL


def test_an_empty_folder_of_which_nothing_is_known_is_followed(library, tmp_path, drawn, watch):
    empty = tmp_path / "empty"
    empty.mkdir()
    seen = watch(empty, tmp_path / "index", lines=[picture(drawn, empty / "first.jpg", 9)])
    assert (seen.code, seen.waits, [line["added"] for line in seen.lines]) == (130, [], [0, 1])


def test_the_whole_folder_is_looked_at_again_after_some_time(library, tmp_path, watch, monkeypatch):
    monkeypatch.setattr(watching, "RESCAN_SECONDS", 0.2)
    seen = watch(library, tmp_path / "index", lines=[nothing])
    assert [(line["added"], line["unchanged"]) for line in seen.lines] == [(3, 0), (0, 3)]


def test_a_watch_does_not_empty_the_index_whatever_may_go(library, tmp_path, monkeypatch):
    index, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    call("sync", library, "--store", index, "--workers", "1")
    library.rename(elsewhere)
    library.mkdir()

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("indexer.follow.following.time", SimpleNamespace(sleep=interrupt, monotonic=lambda: 0.0))
    done = call("sync", library, "--store", index, "--watch", "--workers", "1", "--max-gone", "1")
    assert (done.returncode, paths(index)) == (130, ALL)


def test_an_error_of_the_system_is_waited_out_and_names_its_file(library, tmp_path, drawn, watch, monkeypatch):
    read = stamps.read
    new = picture(drawn, library / "new.jpg", 9)

    def unreadable(place: Path) -> Any:
        raise OSError(5, "Input/output error", str(place))

    def broken() -> None:
        monkeypatch.setattr(stamps, "read", unreadable)
        new()

    def mended() -> None:
        monkeypatch.setattr(stamps, "read", read)

    seen = watch(library, tmp_path / "index", lines=[broken], waits=[mended])
    assert (seen.code, seen.waits) == (130, [1])
    assert seen.said[0] == f"lineage: waiting: {tmp_path / 'index'}: Input/output error"


# The end


def test_a_pipe_that_nobody_reads_ends_the_watch(library, tmp_path, watch):
    def unread() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    seen = watch(library, tmp_path / "index", lines=[unread])
    assert (seen.code, seen.waits, seen.said) == (1, [], [])


def test_a_pipe_that_breaks_during_a_look_ends_the_watch(library):
    def unread(paths: frozenset[str]) -> Any:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        next(follow(library, unread, Outage(lambda error: None, lambda seconds: None)))


# A shell has its background jobs ignore Ctrl-C, and what they start does too: a test must not hang for that.
INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("lineage.cli", run_name="__main__", alter_sys=True)
"""


@contextmanager
def killed_in_the_end(process: subprocess.Popen[str]) -> Iterator[None]:
    """Popen itself waits for ever where a test fails."""
    try:
        yield
    finally:
        process.kill()


@pytest.mark.slow
def test_the_key_that_interrupts_ends_a_waiting_command_at_once(library, tmp_path):
    with standin() as server:
        arguments = [sys.executable, "-c", INTERRUPTIBLE, "sync", library, "--store", server.url, "--watch", "--json"]
        with (
            subprocess.Popen(
                [*arguments, "--workers", "1"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "user")},
            ) as process,
            killed_in_the_end(process),
        ):
            assert process.stdout is not None
            assert process.stderr is not None
            assert json.loads(process.stdout.readline())["added"] == 3
            server.faults = Gone(server, writes=0)
            (library / "spring/a.jpg").unlink()
            assert "waiting: the Qdrant server" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=5) == 130
            assert process.stderr.read().splitlines() == ["lineage: interrupted; what was written before is kept"]


REMOUNT = """
mount -t tmpfs -o size=20m none {library}
cp {pictures}/spring/a.jpg {pictures}/spring/b.png {library}
{command} > {out} 2> {err} &
until grep -q '"added": 2' {out}; do sleep .1; done
umount {library}
until grep -q "is everything mounted?" {err}; do sleep .1; done
mount -t tmpfs -o size=20m none {library}
cp {pictures}/spring/a.jpg {pictures}/spring/b.png {library}
until grep -q "going on" {err}; do sleep .1; done
cp {pictures}/autumn/c.webp {library}
until grep -q '"added": 1' {out}; do sleep .1; done
kill $!
"""


@pytest.mark.slow
def test_a_share_that_is_really_unmounted_and_mounted_again_is_followed(library, tmp_path):
    unshare = own_mounts()
    (tmp_path / "share").mkdir()
    arguments = ["sync", str(tmp_path / "share"), "--store", str(tmp_path / "index"), "--watch", "--json"]
    script = REMOUNT.format(
        library=tmp_path / "share",
        pictures=library,
        command=shlex.join([sys.executable, "-m", "lineage.cli", *arguments, "--workers", "1"]),
        out=tmp_path / "out",
        err=tmp_path / "err",
    )
    subprocess.run([*unshare, "sh", "-c", script], check=True, timeout=120)
    assert paths(tmp_path / "index") == ["a.jpg", "b.png", "c.webp"]
