"""`lineage train backbone` and `lineage train distil`: tune the network that makes the global vectors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineage.cli.output import answers, complain, in_number, progress_bar, require_file, require_writable
from lineage.machine.require import extra

if TYPE_CHECKING:
    from lineage.train.backbone.run import Place, TuningOutcome
    from lineage.train.backbone.sweep import SweepRun
    from lineage.train.backbone.validate import Marks

PicturesArgument = Annotated[Path, typer.Argument(help="Folder of pictures, one for each asset.", show_default=False)]
OutputOption = Annotated[
    Path, typer.Option("--output", "-o", help="Weights to write; use them as --backbone tuned:FILE.")
]
BaseOption = Annotated[str, typer.Option(help="Backbone to start from: lite0, lite, tuned:FILE, open_clip:MODEL@FILE.")]
FreezeOption = Annotated[
    str,
    typer.Option(
        help="Leave the network as it is up to this part; empty: train all of it. A wrong name lists the parts."
    ),
]
ViewsOption = Annotated[
    int | None, typer.Option(min=1, help="Training views in all; else 130,000, or what --switches say.")
]
SwitchesOption = Annotated[Path | None, typer.Option(help="TOML file of further switches; docs/tuning.md has them.")]
SweepOption = Annotated[Path | None, typer.Option(help="TOML file with a table `grid`: a run for each choice in it.")]
GroupsOption = Annotated[Path | None, typer.Option(help="CSV of look-alikes, columns file and group.")]
KeepOption = Annotated[
    int | None,
    typer.Option(min=2, help="After training, shorten vectors to so many numbers; else they stay as long as they are."),
]
FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--run", help="Folder for checkpoints and TensorBoard, from which an interrupted run goes on; else OUTPUT.run."
    ),
]
ThreadsOption = Annotated[int, typer.Option(min=1, help="Threads for the network.")]
WorkersOption = Annotated[int, typer.Option(min=0, help="Processes that make views.")]
DeviceOption = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1; else the graphics card if there is one.")]
SeedOption = Annotated[int, typer.Option(help="The same seed draws the same pictures, views and weights.")]


def backbone(
    pictures: PicturesArgument,
    *,
    output: OutputOption,
    base: BaseOption = "lite",
    freeze: FreezeOption = "trunk.stage3",
    views: ViewsOption = None,
    switches: SwitchesOption = None,
    sweep: SweepOption = None,
    groups: GroupsOption = None,
    keep: KeepOption = None,
    folder: FolderOption = None,
    threads: ThreadsOption = 1,
    workers: WorkersOption = 1,
    device: DeviceOption = None,
    seed: SeedOption = 0,
) -> None:
    """Tune a backbone by contrast: views of one picture together, all others apart.

    Example: lineage train backbone /dam --output ours.safetensors
    """
    given = {"base": base, "freeze": freeze, "views": views, "seed": seed, "distance": 0.0, "proxies": 0.0}
    given |= {"contrastive": 1.0, "koleo": 0.1}
    files = Files(pictures, output, switches, sweep, groups)
    _train(files, given, None, keep=keep, place=_place(folder, output, device, threads, workers))


def distil(
    pictures: PicturesArgument,
    *,
    output: OutputOption,
    teacher: Annotated[str, typer.Option(help="Backbone to learn from, of any kind: onnx:FILE, torchscript:FILE …")],
    student: BaseOption = "lite0",
    freeze: FreezeOption = "trunk.stage3",
    views: ViewsOption = None,
    switches: SwitchesOption = None,
    sweep: SweepOption = None,
    groups: GroupsOption = None,
    keep: KeepOption = None,
    folder: FolderOption = None,
    threads: ThreadsOption = 1,
    workers: WorkersOption = 1,
    device: DeviceOption = None,
    seed: SeedOption = 0,
) -> None:
    """Tune a backbone after a teacher: views of a picture towards what the teacher makes of the clean picture.

    Example: lineage train distil /dam --teacher onnx:sscd.onnx --output ours.safetensors
    """
    given = {"base": student, "freeze": freeze, "views": views, "seed": seed}
    files = Files(pictures, output, switches, sweep, groups)
    _train(files, given, teacher, keep=keep, place=_place(folder, output, device, threads, workers))


@dataclass(frozen=True, slots=True)
class Files:
    """What a run reads and writes, as the options of the same names say."""

    pictures: Path
    output: Path
    switches: Path | None
    sweep: Path | None
    groups: Path | None


def _place(folder: Path | None, output: Path, device: str | None, threads: int, workers: int) -> Place:
    from lineage.train.backbone.run import Place

    return Place(folder or output.with_name(f"{output.name}.run"), device, threads, workers)


def _train(files: Files, given: dict[str, Any], teacher: str | None, *, keep: int | None, place: Place) -> None:
    from lineage.train.backbone.sweep import SweepRun, read_switches, trials
    from lineage.train.backbone.switches import recipe_from

    output = files.output
    require_file(output)
    require_writable(place.folder)
    recipe = recipe_from(
        {name: value for name, value in given.items() if value is not None}
        | (read_switches(files.switches) if files.switches else {})
    )
    readable, siblings = _material(files.pictures, files.groups)
    train = partial(_run, files=readable, siblings=siblings, keep=keep)
    if files.sweep is None:
        _show(train(SweepRun("", recipe, teacher), output=output, place=place), output)
        return
    rows = []
    for number, trial in enumerate(trials(files.sweep, recipe, teacher), 1):
        complain(f"run {number}: {trial.name}")
        weights = output.with_stem(f"{output.stem}-{number}")
        own = replace(place, folder=place.folder / f"run-{number}", cache=place.folder)
        require_writable(own.folder)
        rows.append((trial.name, weights, train(trial, output=weights, place=own)))
    for name, weights, outcome in rows:
        answers().print(f"{weights}: {name} · {_marks(outcome.after)} · {outcome.seconds:.0f} s", markup=False)


def _material(pictures: Path, groups: Path | None) -> tuple[list[Path], dict[Path, str]]:
    """Readable files and the group of those that have one."""
    from eval.corpora.folder import read_folder
    from eval.corpora.groups import read_groups

    folder = read_folder(pictures)
    if folder.unreadable:
        name, reason = next(iter(folder.unreadable.items()))
        count = in_number(len(folder.unreadable), "file is", "files are")
        complain(f"{count} left out; the first is {name}: {reason}")
    chosen = read_groups(groups, folder) if groups else []
    siblings = {source.path: str(number) for number, group in enumerate(chosen) for source in group}
    return [source.path for source in folder.sources], siblings


def _run(
    trial: SweepRun, *, files: list[Path], siblings: dict[Path, str], keep: int | None, output: Path, place: Place
) -> TuningOutcome:
    with extra("train"):
        from lineage.train.backbone.run import run
    recipe = trial.recipe
    with progress_bar("training", recipe.steps) as advance:
        done = 0

        def report(step: int, marks: Marks) -> None:
            nonlocal done
            advance(step - done)
            done = step
            complain(f"step {step} of {recipe.steps}: validation {_marks(marks)}")

        outcome = run(
            files, recipe, output=output, place=place, teacher=trial.teacher, groups=siblings, keep=keep, report=report
        )
    _complain_of_end(outcome, place.folder)
    return outcome


def _complain_of_end(outcome: TuningOutcome, folder: Path) -> None:
    """Say why a run trained less than was asked for."""
    steps = f"step {outcome.steps} of {outcome.recipe.steps}"
    if not outcome.trained:
        complain(f"{folder}: this run had ended before, at {steps}, and is not trained further")
    elif outcome.steps < outcome.recipe.steps:
        complain(f"ended early, at {steps}: no validation was better than that at step {outcome.best_step}")


def _marks(marks: Marks) -> str:
    return (
        f"right file first {marks.recall_at_1:.3f}, among 50 {marks.recall_at_50:.3f}, "
        f"recall@p90 {marks.recall_at_p90:.3f}"
    )


def _show(outcome: TuningOutcome, output: Path) -> None:
    out = answers()
    out.print(f"test pictures, before: {_marks(outcome.before)}", markup=False)
    out.print(f"test pictures, after:  {_marks(outcome.after)}", markup=False)
    trained = f"{in_number(outcome.steps, 'step')} on {in_number(outcome.pictures, 'picture')}, {outcome.seconds:.0f} s"
    out.print(f"{output}: {trained}", markup=False)
