"""An exposure report as files: JSON, CSV, and one page that needs nothing beside it."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

from lineage.insight.exposure import words
from lineage.insight.exposure.plots import draw_bars, draw_comparison, draw_rates, draw_weeks
from lineage.insight.exposure.report import COLUMNS, SHOWN, ExposureReport, rows, worth_showing
from lineage.insight.exposure.variants import outline
from lineage.machine.cells import cells
from lineage.machine.whole_file import whole, write_whole
from lineage.reporting.pages import png_uri, render


def write_report(report: ExposureReport, folder: Path, *, title: str) -> None:
    """Write exposure.json, exposure.csv and exposure.html into the folder.

    Raises:
        MissingExtra: matplotlib or Jinja is not installed
    """
    write_whole(folder / "exposure.json", json.dumps(asdict(report), indent=1))
    with whole(folder / "exposure.csv") as part, part.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows(map(cells, [COLUMNS, *rows(report)]))
    page = render(
        Path(__file__).parent / "report.html",
        title=title,
        report=report,
        shown=SHOWN,
        exposures={key: (worth_showing(counted), len(counted)) for key, counted in report.exposures.items()},
        plots={name: png_uri(data) for name, data in _plots(report).items()},
        trees={asset: list(outline(tree)) for asset, tree in list(report.trees.items())[:SHOWN]},
        words=words,
    )
    write_whole(folder / "exposure.html", page)


def _plots(report: ExposureReport) -> dict[str, bytes]:
    plots = {}
    if weeks := report.exposures["week"]:
        plots["weeks"] = draw_weeks(weeks)
    for key in ("campaign", "channel"):
        if counted := worth_showing(report.exposures[key]):
            plots[key] = draw_bars({one.name: one.exposures for one in counted}, f"posts that show it, by {key}")
    if report.voice:
        loudest = {one.label: one.share for one in report.voice[:SHOWN]}
        plots["voice"] = draw_bars(loudest, "share of the labels on novel posts")
    if report.comparison:
        plots["comparison"] = draw_comparison(report.comparison)
        plots["rates"] = draw_rates(report.comparison)
    return plots
