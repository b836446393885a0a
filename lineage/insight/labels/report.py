"""A labels report: what a trial found, as lines for a terminal, JSON, a page with plots, and TensorBoard events."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from lineage.insight.labels.figures import ClassFigures, by_class, difference, guards, summary
from lineage.insight.labels.hardest import draw_hardest
from lineage.insight.labels.learning import Curve
from lineage.insight.labels.plots import draw_classes, draw_confusion, draw_learning, draw_open_world
from lineage.insight.labels.resampling import Figure
from lineage.insight.labels.tables import NAMES, comparison
from lineage.insight.labels.trial import ENSEMBLE, NEIGHBOURS, RowOutcome
from lineage.insight.labels.truth import Truth
from lineage.machine.require import extra
from lineage.machine.whole_file import write_whole
from lineage.reporting.pages import png_uri, render


@dataclass(frozen=True, slots=True)
class LabelsReport:
    """Everything that a trial says.

    Attributes:
        rows: figures on the pictures themselves, by row
        posts: the same on posts made from them
        above: how far each row lies above the neighbours, by figure
        guards: of the shipped row: what each guard of the open world buys and costs
        classes: of the shipped row
        curve: the first member's learning curve
    """

    rows: Mapping[str, Mapping[str, Figure]]
    posts: Mapping[str, Mapping[str, Figure]]
    above: Mapping[str, Mapping[str, Figure]]
    guards: Mapping[str, Mapping[str, Figure]]
    classes: tuple[ClassFigures, ...]
    curve: Curve


def shipped_row(outcomes: Mapping[str, RowOutcome]) -> str:
    """The row that `lineage labels fit` would write: the ensemble, else the only head."""
    return ENSEMBLE if ENSEMBLE in outcomes else next(iter(outcomes))


def make_report(truth: Truth, outcomes: Mapping[str, RowOutcome], curve: Curve) -> LabelsReport:
    """Compute all figures."""
    shipped, baseline = outcomes[shipped_row(outcomes)], outcomes[NEIGHBOURS]
    compared = ["macro_f1", *(["known_auroc"] if truth.none.any() else [])]
    versions = shipped.judged.known.shape[1]
    return LabelsReport(
        rows={name: summary(truth, outcome) for name, outcome in outcomes.items()},
        posts={name: summary(truth, outcome, version=None) for name, outcome in outcomes.items() if versions > 1},
        above={
            name: {figure: difference(truth, outcome, baseline, figure) for figure in compared}
            for name, outcome in outcomes.items()
            if name != NEIGHBOURS
        },
        guards=guards(truth, shipped),
        classes=tuple(by_class(truth, shipped)),
        curve=curve,
    )


def write_report(
    report: LabelsReport, truth: Truth, outcomes: Mapping[str, RowOutcome], folder: Path, *, title: str
) -> None:
    """Write report.json, report.html with its plots inside, hardest.png, and TensorBoard events below `tensorboard`.

    Raises:
        MissingExtra: matplotlib, Jinja or TensorBoard is not installed
    """
    shipped = outcomes[shipped_row(outcomes)]
    plots = {
        "classes": draw_classes(report.classes),
        "confusion": draw_confusion(truth, shipped),
        "learning": draw_learning(report.curve),
    }
    if truth.none.any():
        plots["open-world"] = draw_open_world(truth, outcomes)
    sheet = draw_hardest(truth, shipped)
    write_whole(folder / "hardest.png", _png(sheet))
    for name, data in plots.items():
        write_whole(folder / f"{name}.png", data)
    write_whole(folder / "report.json", json.dumps(asdict(report), indent=1))
    page = render(
        Path(__file__).parent / "report.html",
        title=title,
        counts=f"{len(truth.names)} pictures of {len(truth.classes)} classes, {int(truth.none.sum())} of none",
        tables=[
            ("Held-out pictures", comparison(report.rows)),
            ("Posts made from them", comparison(report.posts)),
            ("Better than nearest neighbours by", comparison(report.above, signed=True)),
            (
                f"What keeps labels off the rest: {shipped_row(outcomes)}",
                comparison(report.guards),
            ),
        ],
        classes=report.classes,
        plots={name: png_uri(data) for name, data in plots.items()} | {"hardest": png_uri(_png(sheet))},
    )
    write_whole(folder / "report.html", page)
    _write_events(report, plots, folder / "tensorboard")


def _png(picture: Image.Image) -> bytes:
    with BytesIO() as buffer:
        picture.save(buffer, "PNG")
        return buffer.getvalue()


def _write_events(report: LabelsReport, plots: Mapping[str, bytes], folder: Path) -> None:
    """Learning curve, figures of the rows and plots as TensorBoard shows them."""
    with extra("insight"):
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(folder))

    def add(tag: str, step: int = 0, **value: Any) -> None:  # noqa: ANN401, fields of a message
        summary = Summary(value=[Summary.Value(tag=tag, **value)])
        writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))

    with closing(writer):
        for pictures, values in report.curve.items():
            for name, value in values.items():
                add(f"mean average precision/{name}", pictures, simple_value=value)
        for row, figures in report.rows.items():
            for name, figure in figures.items():
                add(f"{NAMES[name]}/{row}", simple_value=figure.value)
        for name, data in plots.items():
            add(name, image=Summary.Image(encoded_image_string=data, colorspace=3))
