"""Plots without pyplot, whose global state would keep every figure alive; matplotlib comes with the extra `reports`."""

from __future__ import annotations

import io
from typing import Any

from lineage.machine.one_line import one_line
from lineage.machine.require import extra

DPI = 110


def canvas(inches: tuple[float, float]) -> tuple[Any, Any]:
    """A figure of this width and height, and its axes.

    Raises:
        MissingExtra: matplotlib is not installed
    """
    with extra("reports"):
        from matplotlib.figure import Figure
    figure = Figure(figsize=inches, dpi=DPI, layout="constrained")
    return figure, figure.add_subplot()


def as_written(name: str) -> str:
    """A name as matplotlib draws it letter by letter, on one line, instead of taking it for a formula."""
    readable = one_line(name).encode("utf-8", "backslashreplace").decode()
    return readable.replace("$", r"\$")


def png(figure: Any) -> bytes:  # noqa: ANN401, matplotlib is not imported here
    """The figure as PNG bytes."""
    with io.BytesIO() as buffer:
        figure.savefig(buffer, format="png")
        return buffer.getvalue()
