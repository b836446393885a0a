"""Pictures of results. Needs matplotlib, which comes with the extra `reports`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.scores.results import Result, side_by_side
from lineage.reporting.plots import as_written, canvas, png


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture.

    Attributes:
        title: of the results that it shows
        name: of its file, unique
        png: its bytes
    """

    title: str
    name: str
    png: bytes


def draw_plots(results: Sequence[Result]) -> list[Plot]:
    """Heat maps manipulation × strength, precision–recall curves, reliability curves, and recall over library size.

    Raises:
        MissingExtra: matplotlib is not installed
    """
    drawn = [(title, *plot) for title, rows in side_by_side(results) for plot in _plots(title, rows)]
    if len(sizes := [row for row in results if row.scaled]) > 1:
        drawn.append((sizes[-1].title, "scale", _scale(sizes)))
    names: Counter[str] = Counter()
    plots = []
    for title, what, data in drawn:
        stem = "-".join("".join(c if c.isalnum() else " " for c in what).split()).lower()
        names[stem] += 1
        plots.append(Plot(title, f"{stem}{f'-{names[stem]}' if names[stem] > 1 else ''}.png", data))
    return plots


def is_ladder(result: Result) -> bool:
    """Whether each row has a strength of its own, so that the rows are steps of one thing."""
    strengths = {cell.strength for cell in result.cells if cell.strength is not None}
    return len(strengths) > 1 and len({cell.track for cell in result.cells}) == len(result.cells)


def _plots(title: str, rows: Sequence[Result]) -> Iterator[tuple[str, bytes]]:
    """What is drawn, and its PNG."""
    for row in rows:
        if row.known:
            yield f"{title} {row.head} tracks", _heat_map(row)
    if any(row.curve for row in rows):
        yield f"{title} precision recall", _precision_recall(title, rows)
    if any(row.reliability for row in rows):
        yield f"{title} reliability", _reliability(title, rows)


def _heat_map(result: Result) -> bytes:
    tracks = list(dict.fromkeys(cell.track for cell in result.cells if cell.known))
    strengths = [] if is_ladder(result) else sorted({c.strength for c in result.cells if c.strength is not None})
    shares = np.full((len(tracks), max(1, len(strengths))), np.nan)
    counts = np.zeros((2, *shares.shape))
    for cell in result.cells:
        if cell.known:
            place = (
                tracks.index(cell.track),
                strengths.index(cell.strength) if strengths and cell.strength is not None else 0,
            )
            counts[(slice(None), *place)] += (cell.right, cell.known)
    np.divide(counts[0], counts[1], out=shares, where=counts[1] > 0)
    figure, axes = canvas((2.6 + 0.7 * shares.shape[1], 1.0 + 0.24 * len(tracks)))
    axes.imshow(shares, cmap="RdYlGn", vmin=0, vmax=1, aspect="auto")
    axes.set_yticks(range(len(tracks)), map(as_written, tracks), fontsize=8)
    axes.set_xticks(range(shares.shape[1]), [f"{strength:.2g}" for strength in strengths] or [""], fontsize=8)
    axes.set_xlabel("strength" if strengths else "")
    axes.set_title(as_written(f"{result.title}: right file@1, {result.head}"), fontsize=9)
    for (row, column), share in np.ndenumerate(shares):
        if np.isfinite(share):
            ink = "black" if 0.15 < share < 0.85 else "white"  # the map is dark at both ends
            axes.text(column, row, f"{share:.2f}", ha="center", va="center", fontsize=7, color=ink)
    return png(figure)


def _precision_recall(title: str, rows: Sequence[Result]) -> bytes:
    figure, axes = canvas((5.5, 4.2))
    for row in rows:
        if row.curve:
            precision, recall = zip(*row.curve, strict=True)
            axes.plot(recall, precision, label=as_written(row.head), linewidth=1.4)
    axes.axhline(0.9, color="grey", linewidth=0.6, linestyle=":")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.01), title=as_written(title))
    axes.legend(fontsize=8, loc="lower left")
    return png(figure)


def _reliability(title: str, rows: Sequence[Result]) -> bytes:
    figure, axes = canvas((4.4, 4.2))
    axes.plot((0, 1), (0, 1), color="grey", linewidth=0.6, linestyle=":")
    for row in rows:
        if row.reliability:
            probability, right, posts = (np.array(column) for column in zip(*row.reliability, strict=True))
            axes.plot(probability, right, label=as_written(row.head), linewidth=1)
            axes.scatter(probability, right, s=10 + 190 * posts / posts.sum(), alpha=0.7, clip_on=False)
    axes.set(xlabel="probability of the first answer", ylabel="share that is right", xlim=(0, 1.01), ylim=(0, 1.01))
    axes.set_title(as_written(f"{title}: reliability (area: posts)"), fontsize=9)
    axes.legend(fontsize=8)
    return png(figure)


def _scale(rows: Sequence[Result]) -> bytes:
    figure, axes = canvas((5.5, 4.2))
    for name in dict.fromkeys(row.recogniser for row in rows):
        own = sorted((row for row in rows if row.recogniser == name), key=lambda row: row.library)
        axes.plot(
            [row.library for row in own],
            [row.figures["recall@p90"].value for row in own],
            marker="o",
            label=as_written(name),
        )
    axes.set(xscale="log", xlabel="assets", ylabel="recall at 90 % precision", ylim=(0, 1.01), title="scale")
    sizes = sorted({row.library for row in rows})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    axes.minorticks_off()
    axes.legend(fontsize=8, loc="lower left")
    return png(figure)
