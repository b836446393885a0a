"""Figures as tables of text: the terminal and the page show the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lineage.insight.labels.fitting import Fitted
from lineage.insight.labels.resampling import Figure

NAMES = {
    "macro_f1": "macro F1",
    "accuracy": "exactly right",
    "known_auroc": "AUROC class · none",
    "none": "none, but labelled",
    "false_labels": "none, but labelled",
    "strangers": "strangers, but labelled",
    "mean_ap": "mean AP",
    "roc_auc": "ROC-AUC",
    "cross_entropy": "cross-entropy",
}
"""Columns in their order; the keys are those of report.json."""

_GAP = 2  # characters between columns
_WIDEST = 0.4  # of an interval: a wider one holds what is good and what is bad
Rows = Mapping[str, Mapping[str, Figure]]
Table = Sequence[Sequence[str]]


def comparison(rows: Rows, *, title: str = "", signed: bool = False) -> Table:
    """A header that begins with the title, and one row a recogniser; no rows: an empty table."""
    names = [name for name in NAMES if any(name in figures for figures in rows.values())]
    body = [[row, *(cell(figures[name], signed=signed) for name in names)] for row, figures in rows.items()]
    return [[title, *(NAMES[name] for name in names)], *body] if body else []


def trial_lines(fitted: Fitted) -> Iterator[str]:
    """What the pictures that were held out say of a model, or that they are too few to say anything."""
    held = f"{fitted.test} held-out picture{'s' * (fitted.test != 1)}"
    if _says_nothing(fitted.right) and _says_nothing(fitted.macro_f1):
        yield f"{held}: too few to say how often it is right; `lineage labels report` tests it on every picture"
        return
    f1 = "" if _says_nothing(fitted.macro_f1) else f"; mean F1 of the classes {cell(fitted.macro_f1)}"
    yield f"{held}: labels exactly right on {percent(fitted.right)} of them{f1}"
    if fitted.false_labels and _says_nothing(fitted.false_labels):
        yield "those that show none of the classes are too few to say how often one gets a label"
    elif fitted.false_labels:
        yield f"of those that show none of the classes {percent(fitted.false_labels)} get a label"


def percent(figure: Figure) -> str:
    """A share with its 95 % interval: `57 % (47–67 %)`."""
    value = f"{100 * figure.value:.0f} %"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ({100 * figure.low:.0f}–{100 * figure.high:.0f} %)"


def _says_nothing(figure: Figure) -> bool:
    return figure.low is not None and figure.high is not None and figure.high - figure.low > _WIDEST


def cell(figure: Figure, *, signed: bool = False) -> str:
    """`0.690 (0.650–0.718)`."""
    value = f"{figure.value:{'+' if signed else ''}.3f}"
    between = "" if figure.low is None or figure.high is None else f" ({figure.low:.3f}–{figure.high:.3f})"
    return value + between


def aligned_columns(table: Table, *, room: int | None = None) -> list[str]:
    """Columns of equal width, two spaces apart.

    Args:
        table: rows of texts, its head first
        room: characters in a line; columns that go beyond it stand below the others, beside the first one again
    """
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(row[column].ljust(widths[column]) for column in block).rstrip()
        for block in _blocks(widths, room)
        for row in table
    ]


def _blocks(widths: Sequence[int], room: int | None) -> Iterator[Sequence[int]]:
    """Numbers of the columns that stand beside each other."""
    first, *others = range(len(widths))
    block = [first]
    for column in others:
        if room and len(block) > 1 and sum(widths[one] + _GAP for one in (*block, column)) - _GAP > room:
            yield block
            block = [first]
        block.append(column)
    yield block
