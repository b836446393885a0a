"""The one place that knows the order of a training run: split → teacher → network → train → test → weights."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import torch

from lineage.backbones.load import load
from lineage.backbones.module import ModuleEmbedder, pick_device
from lineage.backbones.trainable import save_tuned
from lineage.backbones.tuned import Card
from lineage.errors import UsageError
from lineage.protocols import Embedder
from lineage.train.backbone.bases import load_base
from lineage.train.backbone.gallery import SplitPart, digest_of, part_of, read_gallery
from lineage.train.backbone.network import student
from lineage.train.backbone.recipe import BackboneRecipe
from lineage.train.backbone.shorten import require_kept, shorten
from lineage.train.backbone.teacher import teacher_vectors, turn_to_student
from lineage.train.backbone.trainer import Material, Trainer
from lineage.train.backbone.validate import Marks, mark, set_exam

VALIDATION_SEED, TEST_SEED = 1, 2
FEWEST = 50  # pictures; the parts for validation and test are a tenth each

Report = Callable[[int, Marks], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where and with what a run works.

    Attributes:
        folder: for checkpoints and curves
        device: cpu, cuda or cuda:1; None: the graphics card where there is one
        threads: of the processor for the network. One beside worker processes: threads that share a core with other
            work wait for each other after every layer
        workers: processes that make views
        cache: for the teacher's vectors, where several runs share them; None: the folder
    """

    folder: Path
    device: str | None = None
    threads: int = 1
    workers: int = 1
    cache: Path | None = None


@dataclass(frozen=True, slots=True)
class TuningOutcome:
    """What a run came to.

    Attributes:
        recipe: its switches
        pictures: trained on
        steps: done, in all
        trained: steps done by this call; 0: the run had ended before
        best_step: after which validation was best; the weights are those
        before, after: marks of the base and of the trained network on the test pictures, by which nothing was chosen
        seconds: of training, since it was last resumed
    """

    recipe: BackboneRecipe
    pictures: int
    steps: int
    trained: int
    best_step: int
    before: Marks
    after: Marks
    seconds: float


def run(
    files: Sequence[Path],
    recipe: BackboneRecipe,
    *,
    output: Path,
    place: Place,
    teacher: str | None = None,
    groups: Mapping[Path, str] | None = None,
    keep: int | None = None,
    report: Report = lambda _step, _marks: None,
) -> TuningOutcome:
    """Train on files and write the weights.

    Args:
        files: readable pictures, one an asset
        recipe: all switches
        output: safetensors file to write
        teacher: name of a backbone; None: contrastive training alone
        groups: siblings by file, each other's hard negatives
        keep: numbers of the vectors that are kept, the principal components of the training pictures; None: all
        report: told about every validation

    Raises:
        UsageError: too few pictures, nothing to learn from, a base that cannot be tuned, or a folder with another run
    """
    _require_aim(recipe, teacher)
    place.folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)  # a forked process would wait for ever for the threads that it has not inherited
    device = pick_device(place.device)
    torch.set_num_threads(place.threads)
    torch.manual_seed(recipe.seed)
    parts, digests = _split(files, groups or {})
    master = load(teacher, device=place.device) if teacher else None
    cache = place.cache or place.folder
    targets = teacher_vectors(parts["train"].files, master, cache=cache) if master else None
    base = load_base(recipe, device=device, fresh=None if targets is None else targets.shape[1])
    if targets is not None and base.headed:
        targets = turn_to_student(targets, teacher_vectors(parts["train"].files, base.untouched, cache=cache))
    recipe = replace(recipe, dim=base.spec.dim)
    if keep:  # before the work, not after it
        require_kept(keep, dim=base.spec.dim, pictures=len(parts["train"].files))
    if base.network != "lite":  # towers with position embeddings take one size only
        recipe = replace(recipe, resolutions=((base.spec.input_size, 1.0),))
    material = Material(
        gallery=parts["train"],
        targets=None if targets is None else torch.from_numpy(targets),
        exam=set_exam(parts["valid"], seed=VALIDATION_SEED, hardest=recipe.hardest),
        digest=_digest(digests, parts["train"].groups, master),
    )
    exam = set_exam(parts["test"], seed=TEST_SEED, hardest=recipe.hardest)
    before = mark(exam, base.untouched.embed)  # now: a tower is tuned in place
    trainer = Trainer(
        student(base.module, base.spec, recipe),
        recipe,
        material,
        folder=place.folder,
        device=device,
        workers=place.workers,
        report=report,
    )
    began, done = time.monotonic(), trainer.steps
    progress = trainer.run()
    seconds = time.monotonic() - began
    network = base.module
    network.load_state_dict(trainer.best)
    if keep:
        vectors = ModuleEmbedder(base.spec, network, device=device).embed(parts["train"].pictures)
        network.head = shorten(network.head, vectors, keep=keep)
    spec = replace(base.spec, dim=keep or base.spec.dim)
    outcome = TuningOutcome(
        recipe=recipe,
        pictures=len(parts["train"].files),
        steps=progress.step,
        trained=progress.step - done,
        best_step=progress.best_step,
        before=before,
        after=mark(exam, ModuleEmbedder(spec, network, device=device).embed),
        seconds=seconds,
    )
    card = Card(base.network, spec.dim, spec.input_size, spec.mean, spec.std, "that of its base and its pictures")
    card = replace(card, between=network.head.between)
    save_tuned(network, card, output)
    return outcome


def _require_aim(recipe: BackboneRecipe, teacher: str | None) -> None:
    """Refuse, before the work, what has nothing to be trained towards."""
    if recipe.match and not (teacher and recipe.distance):
        without = "a teacher" if recipe.distance else "distance"
        raise UsageError(f"match = {recipe.match}: without {without} there is nothing to match")
    if not (recipe.contrastive or recipe.koleo or (teacher and (recipe.distance or recipe.proxies))):
        raise UsageError("every loss has the weight 0 or needs a teacher, so that there is nothing to learn from")


def _split(files: Sequence[Path], groups: Mapping[Path, str]) -> tuple[dict[str, SplitPart], list[str]]:
    """The pictures of each part, and the digests of all files."""
    if len(files) < FEWEST:
        raise UsageError(f"{len(files)} pictures are too few to train on; at least {FEWEST} are needed")
    digests = [digest_of(file) for file in files]
    names: dict[str, list[Path]] = {"train": [], "valid": [], "test": []}
    for file, digest in zip(files, digests, strict=True):
        names[part_of(digest)].append(file)
    if missing := [part for part, chosen in names.items() if not chosen]:
        raise UsageError(
            f"of {len(files)} pictures none is left for {' and '.join(missing)}; the parts are drawn by the files' "
            "bytes: add some that differ"
        )
    return {part: read_gallery(chosen, groups) for part, chosen in names.items()}, digests


def _digest(files: Sequence[str], groups: Sequence[int], teacher: Embedder | None) -> str:
    facts = [*files, *map(str, groups), str(teacher.spec) if teacher else ""]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
