"""The training loop: batches in, checkpoints and curves out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter

from lineage.backbones.module import ModuleEmbedder
from lineage.backbones.preprocess import normalise
from lineage.errors import UsageError
from lineage.records import Pixels
from lineage.train.backbone.checkpoint import read_checkpoint, write_checkpoint
from lineage.train.backbone.gallery import SplitPart
from lineage.train.backbone.network import Student, parameter_groups
from lineage.train.backbone.objective import Objective
from lineage.train.backbone.posts import Batches, ViewBatch
from lineage.train.backbone.recipe import BackboneRecipe
from lineage.train.backbone.validate import Exam, Marks, mark

EVERY = 300  # steps between validations, each with a checkpoint
PATIENCE = 8  # validations that are no better than an earlier one after which a run ends early


@dataclass(slots=True)
class Progress:
    """Where a run stands.

    Attributes:
        step: steps done
        best: highest (recall@p90, recall@1, recall@50) of a validation so far, 0..1 each; the first differing one
            decides, because few posts have a recall@p90 of 0 for long
        best_step: when that was
    """

    step: int = 0
    best: tuple[float, float, float] = (-1.0, -1.0, -1.0)
    best_step: int = 0

    def ended(self, steps: int) -> bool:
        """Whether nothing is left to train: all steps are done, or validation no longer improves."""
        return self.step >= steps or self.step - self.best_step >= PATIENCE * EVERY


@dataclass(frozen=True, slots=True)
class Material:
    """What a run learns from.

    Attributes:
        gallery: pictures to train on
        targets: (pictures, dim) the teacher's vectors of the gallery, L2 norm 1; None without a teacher
        exam: of the validation pictures
        digest: of all of these; a run goes on with the same ones only
    """

    gallery: SplitPart
    targets: torch.Tensor | None
    exam: Exam
    digest: str


class Trainer:
    """One run in one folder; what is in the folder is continued.

    Attributes:
        best: the averaged weights that were best in validation, as a state dict; before any, those of the start

    Args:
        student: the network, already frozen where it is to be
        folder: for checkpoint and TensorBoard files
        workers: processes that make views
        report: told about every validation: (step, marks)
    """

    def __init__(
        self,
        student: Student,
        recipe: BackboneRecipe,
        material: Material,
        *,
        folder: Path,
        device: torch.device,
        workers: int,
        report: Callable[[int, Marks], None] = lambda _step, _marks: None,
    ) -> None:
        self._student, self._recipe, self._material = student, recipe, material
        targets = material.targets
        self._folder, self._device, self._workers, self._report = folder, device, workers, report
        student.module.to(device)
        self._objective = Objective(recipe, None if targets is None else targets.to(device)).to(device)
        self._optimizer = torch.optim.AdamW(parameter_groups(student.module, recipe))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._rate)
        average = get_ema_multi_avg_fn(recipe.average)  # type: ignore[no-untyped-call]
        self._average = AveragedModel(student.module, multi_avg_fn=average, use_buffers=True)
        self._progress = Progress()
        self.best = self._snapshot()
        self._resume()

    def run(self) -> Progress:
        """Train to the end of the recipe, or until validation no longer improves; a run that has ended stays so."""
        with SummaryWriter(str(self._folder)) as writer:
            for batch in self._batches():
                if self._progress.step % (10 * EVERY) == 0:
                    writer.add_images("views", batch.views[:16], self._progress.step, dataformats="NHWC")
                losses = self._learn(batch)
                self._progress.step += 1
                for name, value in losses.items():
                    writer.add_scalar(f"loss/{name}", value, self._progress.step)
                if self._progress.step % EVERY == 0 or self._progress.step == self._recipe.steps:
                    self._validate(writer)
                    self._save()
                    if self._progress.ended(self._recipe.steps):
                        break
            self._record(writer)
        return self._progress

    @property
    def steps(self) -> int:
        """Steps done so far."""
        return self._progress.step

    def _snapshot(self) -> dict[str, torch.Tensor]:
        return {name: weights.clone() for name, weights in self._average.module.state_dict().items()}

    def _batches(self) -> Iterator[ViewBatch]:
        if self._progress.ended(self._recipe.steps):
            return
        left = range(self._progress.step, self._recipe.steps)
        loader = DataLoader(
            Batches(self._material.gallery, self._recipe),
            batch_size=None,
            sampler=left,
            num_workers=self._workers,
            prefetch_factor=4 if self._workers else None,
            multiprocessing_context="fork" if self._workers else None,
        )
        yield from loader

    def _learn(self, batch: ViewBatch) -> dict[str, float]:
        self._student.train()
        pictures = torch.as_tensor(batch.picture, device=self._device)
        numbers, mixed = self._blended(batch.views)
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._device.type == "cuda"):
            vectors = self._student.module(numbers)
        matching = self._progress.step < self._recipe.match * self._recipe.steps
        losses = self._objective(vectors, pictures, mixed, matching=matching)
        total = torch.stack(list(losses.values())).sum()
        if not torch.isfinite(total):
            raise UsageError(f"the loss is not finite at step {self._progress.step}; use a lower rate")
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        self._optimizer.step()
        self._schedule.step()
        self._average.update_parameters(self._student.module)
        return {name: float(value.detach()) for name, value in losses.items()} | {"total": float(total.detach())}

    def _blended(self, views: Pixels) -> tuple[torch.Tensor, torch.Tensor]:
        """Normalised views, some of them blended with the next, and the shares of both pictures."""
        spec, rng = self._student.spec, np.random.default_rng((self._recipe.seed, self._progress.step, 1))
        numbers = torch.from_numpy(normalise(views, spec.mean, spec.std))
        share = np.where(rng.random(len(views)) < self._recipe.mixup, rng.uniform(0.3, 0.7, len(views)), 0.0)
        other = torch.from_numpy(share.astype(np.float32))
        if other.any():
            numbers = numbers * (1 - other)[:, None, None, None] + numbers.roll(-1, 0) * other[:, None, None, None]
        mixed = torch.stack([1 - other, other], 1)
        return numbers.to(self._device), mixed.to(self._device)

    def _rate(self, step: int) -> float:
        """Linear warm-up, then half a cosine."""
        warmup = min(self._recipe.warmup, self._recipe.steps // 5)
        if step < warmup:
            return (step + 1) / warmup
        done = (step - warmup) / max(self._recipe.steps - warmup, 1)
        return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))

    def _validate(self, writer: SummaryWriter) -> None:
        embedder = ModuleEmbedder(self._student.spec, self._average.module, device=self._device)
        marks = mark(self._material.exam, embedder.embed)
        for name, value in asdict(marks).items():
            writer.add_scalar(f"valid/{name.replace('_at_', '@')}", value, self._progress.step)
        rank = (marks.recall_at_p90, marks.recall_at_1, marks.recall_at_50)
        if rank > self._progress.best:
            self._progress.best, self._progress.best_step = rank, self._progress.step
            self.best = self._snapshot()
        self._report(self._progress.step, marks)

    def _record(self, writer: SummaryWriter) -> None:
        switches = {
            name: str(value) if isinstance(value, tuple) else value for name, value in asdict(self._recipe).items()
        }
        writer.add_hparams(switches, {"valid/best_recall@p90": self._progress.best[0]}, run_name=".")

    def _save(self) -> None:
        memory = self._objective.memory
        state = {
            "recipe": asdict(self._recipe),
            "material": self._material.digest,
            "progress": asdict(self._progress),
            "network": self._student.module.state_dict(),
            "average": self._average.state_dict(),
            "best": self.best,
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "memory": (memory.embedding_memory, memory.label_memory, memory.queue_idx, memory.has_been_filled),
        }
        write_checkpoint(self._folder, state)

    def _resume(self) -> None:
        state = read_checkpoint(self._folder, self._recipe, self._material.digest, device=self._device)
        if state is None:
            return
        self._progress = Progress(**state["progress"])
        self._student.module.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self.best = state["best"]
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        memory = self._objective.memory
        memory.embedding_memory, memory.label_memory, memory.queue_idx, memory.has_been_filled = state["memory"]
