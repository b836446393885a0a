"""Changing the backbone of a real index, in a folder and through qdrant-client, with two tiny backbones."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from indexer.books.ledger import Ledger, Record
from indexer.books.opening import ledger_file
from indexer.move.comparison import Side, compare_backbones
from indexer.move.reembed import Source
from indexer.move.reindex import Change, Plan, drop_beside, reindex
from lineage.backbones.batches import BatchEmbedder
from lineage.backbones.load import load
from lineage.build import new_stamp, own_calibration
from lineage.cli import app
from lineage.describe.fingerprint import fingerprint
from lineage.errors import ImageError, StoreError, UsageError
from lineage.protocols import Embedder
from lineage.read.images import decode
from lineage.records import Asset, Entry, Location, asset_id
from lineage.settings import Settings
from lineage.store import create_store, open_pair, open_store
from lineage.store.memory import MemoryStore
from lineage.train.decision.table import Trial
from tests.command import call
from tests.qdrant_standin import standin
from tests.store_samples import entry as sample
from tests.store_samples import stamp
from tests.test_backbones import save_script

GRID, COLOUR, NOTHING = "torchscript:32@grid.pt", "torchscript:32@colour.pt", "torchscript:32@nothing.pt"
COUNT = 54  # assets: more than the 50 that recall looks at
PLAN = Plan(posts=24)
PROOF = Plan(posts=64)  # enough to tell `nothing`, which gives all assets one place, from chance on any processor


class Cells(torch.nn.Module):
    """The mean colours of side × side cells, 3 · side² numbers, less what all pictures have in common."""

    def __init__(self, side: int, weight: float = 1.0) -> None:
        super().__init__()
        self.side = side
        self.weight = weight

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        cells = torch.nn.functional.adaptive_avg_pool2d(numbers, self.side).flatten(1)
        return cells * self.weight + (1 - self.weight)


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """Files of a backbone that sees where which colour is, one that sees the mean colour, and one that sees nothing."""
    folder = tmp_path_factory.mktemp("weights")
    save_script(Cells(8), folder / "grid.pt")
    save_script(Cells(1), folder / "colour.pt")
    save_script(Cells(1, weight=0.0), folder / "nothing.pt")
    return folder


@pytest.fixture(autouse=True)
def here(weights, monkeypatch, tmp_path) -> None:
    """Names of backbones in stamps have no folder, and ledgers of servers lie in the user's."""
    monkeypatch.chdir(weights)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="module")
def library(tmp_path_factory, weights, drawn) -> list[Entry]:
    """What `lineage index --backbone colour` keeps of a folder of pictures."""
    root = tmp_path_factory.mktemp("library")
    embedder = load(f"torchscript:32@{weights / 'colour.pt'}")
    entries = []
    for seed in range(COUNT):
        file = root / f"{seed:02}.png"
        Image.fromarray(drawn(seed, width=160, height=120)).save(file)
        entries.append(entry(file, embedder))
    return entries


def entry(file: Path, embedder: Embedder) -> Entry:
    picture = decode(file, longest=512)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    location = Location(str(file.parent), file.name, file.stat().st_size, file.stat().st_mtime_ns)
    asset = Asset(asset_id(sha256), sha256, picture.width, picture.height, picture.format, (location,))
    return Entry(asset, fingerprint([picture], embedder)[0])


def fill(settings: Settings, entries: list[Entry]) -> None:
    made = new_stamp(load(settings.backbone))
    with closing(create_store(settings.store, made)) as store:
        store.upsert(entries)
    with Ledger(ledger_file(settings, made)) as ledger:
        ledger.write(record(one) for one in entries)


def record(one: Entry) -> Record:
    return Record(one.asset.locations[0], one.asset.sha256, one.asset.id)


@pytest.fixture(params=["embedded", "stand-in"])
def index(request, tmp_path, library) -> Iterator[Settings]:
    """An index of the library made with `colour`."""
    with standin() if request.param == "stand-in" else nullcontext() as server:
        settings = Settings(store=server.url if server else str(tmp_path / "index"), backbone=COLOUR)
        fill(settings, library)
        yield settings


@pytest.fixture
def folder(tmp_path, library) -> Settings:
    """The same in a folder."""
    settings = Settings(store=str(tmp_path / "index"), backbone=COLOUR)
    fill(settings, library)
    return settings


def change(settings: Settings, backbone: str, plan: Plan = PLAN) -> Change | None:
    return reindex(replace(settings, backbone=backbone), plan, bar=lambda *_: nullcontext(lambda _: None))


def changed(settings: Settings, backbone: str, plan: Plan = PLAN) -> Change:
    made = change(settings, backbone, plan)
    assert made is not None
    return made


def opened(settings: Settings) -> tuple[str, dict[str, Entry]]:
    """Backbone and entries of the index that opens."""
    with closing(open_store(settings.store)) as store:
        return store.stamp.backbone, {one.asset.id: one for batch in store.scroll() for one in batch}


def beside(settings: Settings) -> str | None:
    with closing(open_pair(settings.store)) as pair:
        found = pair.beside()
    return found.backbone if found else None


def records(settings: Settings) -> list[Record]:
    with closing(open_store(settings.store)) as store, Ledger(ledger_file(settings, store.stamp)) as ledger:
        return list(ledger.records())


# Re-embedding


def test_everything_but_the_vector_is_carried_over_unchanged(index):
    _, before = opened(index)
    made = changed(index, GRID)
    backbone, after = opened(index)
    assert (backbone, made.switched, made.reembedded.embedded) == (GRID, True, COUNT)
    assert after.keys() == before.keys()
    for key, one in after.items():
        was = before[key]
        assert one.asset == was.asset
        assert (one.fingerprint.hashes, one.fingerprint.preview) == (was.fingerprint.hashes, was.fingerprint.preview)
        for name in ("positions", "scales", "angles", "descriptors"):
            np.testing.assert_array_equal(
                getattr(one.fingerprint.keypoints, name), getattr(was.fingerprint.keypoints, name)
            )
        np.testing.assert_array_equal(one.fingerprint.words.indices, was.fingerprint.words.indices)
        np.testing.assert_array_equal(one.fingerprint.words.values, was.fingerprint.words.values)


def test_the_vectors_are_those_of_the_previews(index):
    changed(index, GRID)
    _, after = opened(index)
    entries = list(after.values())
    expected = load(GRID).embed([decode(one.fingerprint.preview, name="preview").pixels for one in entries])
    got = np.array([one.fingerprint.vector for one in entries])
    assert (got * expected).sum(axis=1).min() > 0.999


def test_the_ledger_goes_with_the_index(index, library):
    changed(index, GRID)
    assert records(index) == sorted(map(record, library), key=lambda one: one.location.path)


def test_a_run_that_was_cut_off_is_known_of_the_new_index_too(index):
    with closing(open_store(index.store)) as store, Ledger(ledger_file(index, store.stamp)) as ledger:
        ledger.begin(["/dam"])
    made = changed(index, GRID)
    with Ledger(ledger_file(index, made.new)) as ledger:
        assert ledger.begun() == {"/dam"}


def test_from_files_the_vectors_are_those_that_an_index_run_makes(folder, library):
    made = changed(folder, GRID, replace(PLAN, source=Source.FILES))
    assert made.reembedded.from_previews == 0
    _, after = opened(folder)
    place = library[7].asset.locations[0]
    picture = decode(Path(place.root, place.path), longest=folder.asset_longest)
    expected = fingerprint([picture], load(GRID))[0].vector
    assert after[library[7].asset.id].fingerprint.vector @ expected > 0.9999


def test_a_file_that_is_gone_or_changed_is_replaced_by_its_preview(tmp_path, drawn):
    files = [tmp_path / f"{seed}.png" for seed in range(6)]
    for seed, file in enumerate(files):
        Image.fromarray(drawn(seed)).save(file)
    settings = Settings(store=str(tmp_path / "index"), backbone=COLOUR)
    entries = [entry(file, load(COLOUR)) for file in files]
    fill(settings, entries)
    files[0].unlink()
    Image.fromarray(drawn(99)).save(files[1])
    made = changed(settings, GRID, replace(PLAN, source=Source.FILES))
    assert (made.reembedded.embedded, made.reembedded.from_previews) == (6, 2)
    _, after = opened(settings)
    former = load(GRID).embed([drawn(1)])[0]
    assert after[entries[1].asset.id].fingerprint.vector @ former > 0.99


def test_an_interrupted_run_is_gone_on_with(index, monkeypatch):
    embed, calls = BatchEmbedder.embed, itertools.count()

    def interrupted(self, pictures):
        if next(calls):
            raise KeyboardInterrupt
        return embed(self, pictures)

    with monkeypatch.context() as patch:
        patch.setattr("indexer.move.reembed.BATCH", 20)
        patch.setattr(BatchEmbedder, "embed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            change(index, GRID)
    assert opened(index)[0] == COLOUR
    made = changed(index, GRID)
    assert (made.reembedded.present, made.reembedded.embedded) == (20, COUNT - 20)
    assert len(opened(index)[1]) == COUNT


@pytest.mark.slow
def test_a_killed_run_leaves_the_old_index_and_the_next_one_completes_it(folder, weights):
    command = [sys.executable, "-m", "lineage.cli", "reindex", "--backbone", GRID, "--store", folder.store]
    run = subprocess.Popen(command, cwd=weights, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while not list(Path(folder.store).glob("stamp-*.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert (opened(folder)[0], beside(folder)) == (COLOUR, GRID)
    assert changed(folder, GRID).switched
    assert (opened(folder)[0], len(opened(folder)[1])) == (GRID, COUNT)


# The comparison


def test_a_backbone_that_finds_less_is_refused_and_the_old_index_stays(index):
    made = changed(index, NOTHING, PROOF)
    assert not made.switched
    assert "right-file@1" in [figure.name for figure in made.fell]
    assert (opened(index)[0], beside(index)) == (COLOUR, NOTHING)


def test_what_was_refused_is_switched_by_force_without_embedding_again(index):
    changed(index, NOTHING, PROOF)
    made = changed(index, NOTHING, replace(PROOF, force=True))
    assert (made.switched, made.reembedded.embedded, made.reembedded.present) == (True, 0, COUNT)
    assert made.fell
    assert opened(index)[0] == NOTHING


def test_both_answer_the_same_posts_and_the_same_seed_gives_the_same_figures(folder):
    one, two = (changed(folder, NOTHING, PROOF).figures for _ in range(2))
    assert one == two
    assert [figure.name for figure in one] == ["right-file@1", "recall@50"]
    other = changed(folder, NOTHING, replace(PROOF, seed=1)).figures
    assert other != one


class Told:
    """Vectors by the number in a picture's first pixel."""

    def __init__(self, vectors: dict[int, np.ndarray]) -> None:
        self.vectors = vectors

    def embed(self, pictures):
        return np.array([self.vectors[int(pixels[0, 0, 0])] for pixels in pictures], np.float32)


def told(count: int, right: int, *, assets: int = 60) -> tuple[Side, list[Trial]]:
    """A side that finds the first `right` of `count` posts, and for the others another asset."""
    store = MemoryStore(stamp())
    entries = [sample(number) for number in range(assets)]
    store.upsert(entries)
    vectors = {n: entries[n if n < right else (n + 30) % assets].fingerprint.vector for n in range(count)}
    trials = [
        Trial(np.full((1, 1, 3), n, np.uint8), entries[n].asset.id, frozenset(), held_back=False) for n in range(count)
    ]
    return Side(store, Told(vectors)), trials


def test_figures_are_the_shares_of_posts_whose_source_is_found():
    former, trials = told(40, 30)
    new, _ = told(40, 20)
    first, _ = compare_backbones(former, new, trials)
    assert (first.former.value, first.new.value, first.change.value) == (0.75, 0.5, -0.25)
    assert first.former.low < 0.75 < first.former.high
    assert first.change.low < -0.25 < first.change.high < 0
    assert first.fell


def test_a_loss_that_chance_explains_is_no_loss():
    former, trials = told(40, 30)
    new, _ = told(40, 29)
    first, _ = compare_backbones(former, new, trials)
    assert first.change.value < 0
    assert not first.fell


def test_equal_backbones_differ_in_nothing():
    side, trials = told(40, 30)
    for figure in compare_backbones(side, side, trials):
        assert (figure.change.low, figure.change.value, figure.change.high) == (0, 0, 0)
        assert not figure.fell


def test_of_at_most_fifty_assets_the_first_fifty_say_nothing():
    side, trials = told(20, 10, assets=50)
    assert [figure.name for figure in compare_backbones(side, side, trials)] == ["right-file@1"]


def test_pictures_that_only_stand_in_a_post_are_no_wrong_answers():
    side, trials = told(20, 0)
    store = side.store
    wrong = [store.search_vectors(side.embedder.embed([trial.pixels]), limit=60)[0] for trial in trials]
    nearer = [
        frozenset(hit.id for hit in hits[: [hit.id for hit in hits].index(trial.source)])
        for hits, trial in zip(wrong, trials, strict=True)
    ]
    hidden = [replace(trial, hidden=ids | {trial.source}) for trial, ids in zip(trials, nearer, strict=True)]
    assert compare_backbones(side, side, hidden)[0].new.value == 1
    assert compare_backbones(side, side, trials)[0].new.value == 0


# Both indexes


def test_the_old_index_is_kept_until_it_is_dropped(index):
    changed(index, GRID)
    assert beside(index) == COLOUR
    dropped = drop_beside(index)
    assert dropped is not None
    assert dropped.backbone == COLOUR
    assert (beside(index), opened(index)[0]) == (None, GRID)
    assert not ledger_file(index, dropped).exists()
    assert len(records(index)) == COUNT
    assert drop_beside(index) is None


def test_the_decision_of_an_index_is_kept_with_it_and_dropped_with_it(index):
    with closing(open_store(index.store)) as store:
        former = own_calibration(index, store.stamp)
    former.parent.mkdir(parents=True, exist_ok=True)
    for file in (former, former.with_name(f"{former.name}.evidence.npz")):
        file.write_text("fitted")
    change(index, GRID)
    with closing(open_store(index.store)) as store:
        new = own_calibration(index, store.stamp)
    new.write_text("fitted")
    assert former.exists()
    done = call("reindex", "--drop-old", "--store", index.store)
    assert (done.returncode, done.stdout) == (0, f"dropped {COLOUR}\n"), done.stderr
    assert [*new.parent.glob("decision-*")] == [new]


def test_a_kept_index_is_brought_up_to_date_when_it_comes_back(index, tmp_path, drawn):
    changed(index, GRID)
    Image.fromarray(drawn(500)).save(tmp_path / "new.png")
    added = entry(tmp_path / "new.png", load(GRID))
    with closing(open_store(index.store)) as store:
        first, second, *_ = (one for batch in store.scroll() for one in batch)
        store.upsert([added])
        store.delete([first.asset.id])
        moved = replace(second.asset, locations=(Location("/elsewhere", "b.png", 1, 2),))
        store.relocate([moved])
    done = changed(index, COLOUR, replace(PLAN, force=True)).reembedded
    assert (done.embedded, done.present, done.dropped) == (1, COUNT - 1, 1)
    backbone, after = opened(index)
    assert backbone == COLOUR
    assert added.asset.id in after
    assert first.asset.id not in after
    assert after[second.asset.id].asset == moved


def test_an_index_that_has_the_backbone_already_is_left_alone(folder):
    assert change(folder, COLOUR) is None
    assert beside(folder) is None


def test_a_third_backbone_waits_until_the_one_beside_is_dropped(folder):
    changed(folder, NOTHING, PROOF)
    with pytest.raises(UsageError, match=r"nothing.pt .* lies beside this one; drop it first: lineage reindex --drop"):
        change(folder, GRID)
    drop_beside(folder)
    assert changed(folder, GRID).switched


@pytest.mark.parametrize(
    ("lost", "reason"), [("gone", "No such file"), ("changed", "other weights here")], ids=["gone", "changed"]
)
def test_without_the_old_backbone_there_is_no_comparison_and_no_switch_but_by_force(
    folder, weights, tmp_path, monkeypatch, lost, reason
):
    monkeypatch.chdir(tmp_path)
    if lost == "changed":
        save_script(Cells(1, weight=0.5), tmp_path / "colour.pt")
    grid = f"torchscript:32@{weights / 'grid.pt'}"
    with pytest.raises(UsageError, match=rf"cannot be compared: .*{reason}.*--old-backbone, or .*--force") as told:
        change(folder, grid)
    assert "\n" not in str(told.value)
    assert beside(folder) is None
    named = changed(folder, grid, replace(PLAN, former=f"torchscript:32@{weights / 'colour.pt'}"))
    assert (len(named.figures), named.switched) == (2, True)


def test_by_force_an_index_is_switched_without_a_comparison(folder, weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = changed(folder, f"torchscript:32@{weights / 'grid.pt'}", replace(PLAN, force=True))
    assert (made.figures, made.switched) == ((), True)


def test_a_library_too_small_to_compare_on_is_told(tmp_path, library):
    settings = Settings(store=str(tmp_path / "index"), backbone=COLOUR)
    fill(settings, library[:4])
    with pytest.raises(UsageError, match="4 assets are too few to compare on, at least 5 are needed"):
        change(settings, GRID)


def test_a_damaged_preview_is_told_by_name_and_nothing_is_switched(folder, library):
    broken = replace(library[0], fingerprint=replace(library[0].fingerprint, preview=b"no picture"))
    with closing(open_store(folder.store)) as store:
        store.upsert([broken])
    with pytest.raises(ImageError, match=r"preview of 00\.png"):
        change(folder, GRID)
    assert opened(folder)[0] == COLOUR


# The command


def run(*arguments: str):
    return CliRunner().invoke(app, ["reindex", *arguments])


def test_the_command_shows_figures_and_what_to_do_next(folder):
    done = run("--store", folder.store, "--backbone", GRID, "--posts", "24")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == f"{COUNT} assets described by {GRID}, {COUNT} of them from previews"
    assert lines[1] == "on posts made from this library, with 95 % intervals:"
    assert lines[2].startswith(f"right-file@1  {COLOUR} ")
    assert lines[4] == f"switched to {GRID}; {COLOUR} is kept until: lineage reindex --drop-old"
    assert run("--store", folder.store, "--drop-old").stdout == f"dropped {COLOUR}\n"
    assert run("--store", folder.store, "--drop-old").stdout == "there is no old index to drop\n"


def test_names_of_backbones_steer_no_terminal_and_are_no_markup(folder, weights, tmp_path):
    odd = shutil.copy(weights / "grid.pt", tmp_path / "[red]\x1b[2J\n.pt")
    named = f"torchscript:32@{odd}"
    switched = run("--store", folder.store, "--backbone", named, "--posts", "24").stdout
    again = run("--store", folder.store, "--backbone", named).stdout
    back = run(
        "--store", folder.store, "--backbone", COLOUR, "--old-backbone", named, "--posts", "24", "--force"
    ).stdout
    dropped = run("--store", folder.store, "--drop-old").stdout
    for said in (switched, again, back, dropped):
        assert r"[red]\x1b[2J\n.pt" in said
        assert "\x1b" not in said


def test_the_command_ends_with_5_where_it_refuses(folder):
    done = run("--store", folder.store, "--backbone", NOTHING, "--posts", "64", "--drop-old")
    assert done.exit_code == 5
    assert "not switched: torchscript:32@nothing.pt is worse in right-file@1" in done.stderr
    assert opened(folder)[0] == COLOUR


def test_the_command_speaks_json_and_drops_the_old_index_where_it_is_told_to(folder):
    done = run("--store", folder.store, "--backbone", GRID, "--posts", "24", "--drop-old", "--json")
    answer = json.loads(done.stdout)
    assert (answer["switched"], answer["dropped"], answer["new"]["backbone"]) == (True, True, GRID)
    assert answer["figures"][0]["name"] == "right-file@1"
    assert beside(folder) is None


def test_an_unknown_source_is_wrong_usage(folder):
    done = run("--store", folder.store, "--backbone", GRID, "--from", "memory")
    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == "--from memory: there are previews, files"


def test_a_server_that_goes_away_leaves_the_old_index(library):
    with standin() as server:
        settings = Settings(store=server.url, backbone=COLOUR)
        fill(settings, library)
        server.faults.extend([None] * 20 + [401] * 500)
        with pytest.raises(StoreError, match="refuses the API key"):
            change(settings, GRID)
        server.faults.clear()
        assert opened(settings)[0] == COLOUR
