"""Figures as tables of text: the terminal and the page show the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lineage.insight.labels.resampling import Figure

NAMES = {
    "macro_f1": "macro F1",
    "accuracy": "accuracy",
    "known_auroc": "AUROC known · none",
    "none": "false labels on none",
    "false_labels": "false labels on none",
    "strangers": "… on strangers",
    "mean_ap": "mean AP",
    "roc_auc": "ROC-AUC",
    "cross_entropy": "cross-entropy",
}
"""Columns in their order; the keys are those of report.json."""

Rows = Mapping[str, Mapping[str, Figure]]
Table = Sequence[Sequence[str]]


def comparison(rows: Rows, *, title: str = "", signed: bool = False) -> Table:
    """A header that begins with the title, and one row a recogniser; no rows: an empty table."""
    names = [name for name in NAMES if any(name in figures for figures in rows.values())]
    body = [[row, *(cell(figures[name], signed=signed) for name in names)] for row, figures in rows.items()]
    return [[title, *(NAMES[name] for name in names)], *body] if body else []


def cell(figure: Figure, *, signed: bool = False) -> str:
    """`.690 (.650–.718)`."""
    value = f"{figure.value:{'+' if signed else ''}.3f}"
    between = "" if figure.low is None or figure.high is None else f" ({figure.low:.3f}–{figure.high:.3f})"
    return (value + between).replace("0.", ".")


def aligned(table: Table) -> list[str]:
    """Columns of equal width, two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in table]
