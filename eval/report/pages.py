"""Results as pages that need nothing beside them: the report for an engineer, the coverage card for everybody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from eval.report.plots import Plot, is_ladder
from eval.report.tables import POSTS, lines, meanings
from eval.scores.results import Mistake, Result, side_by_side
from lineage import __version__
from lineage.records import Pixels
from lineage.reporting.pages import png_uri, render, thumbnail_uri

THUMBNAIL = 240  # px, longer side
ENOUGH = 5  # posts; of fewer, a card says nothing
GOOD, FAIR = 0.9, 0.7  # shares below which a line of the card turns yellow and red

Show = Callable[[str, str], Pixels | None]  # corpus, name of a post or an asset → its picture, None where there is none


def render_report(results: Sequence[Result], *, plots: Sequence[Plot], post: Show, asset: Show) -> str:
    """The whole report as one HTML page.

    Args:
        results: rows of the tables
        plots: of these results
        post, asset: give the pictures of mistakes; an index that stands may name assets that the library does not have
    """
    sections = [_section(title, rows, plots, post, asset) for title, rows in side_by_side(results)]
    made = f"lineage {__version__}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    told = {"about": f"{POSTS.capitalize()}.", "meanings": meanings(results)}
    return render(Path(__file__).parent / "report.html", made=made, sections=sections, **told)


def render_card(results: Sequence[Result]) -> str:
    """The coverage card: whole corpora only, of the first recogniser that gives verdicts, else of the first."""
    names = [result.recogniser for result in results if result.verdicts] or [results[0].recogniser]
    rows = [row for row in results if row.recogniser == names[0] and not row.part]
    return render(Path(__file__).parent / "coverage.html", cards=[_card(row) for row in rows])


def _card(result: Result) -> dict[str, Any]:
    found: dict[str, tuple[int, int]] = {}
    for cell in result.cells:
        before, posts = found.get(cell.track, (0, 0))
        found[cell.track] = before + cell.found, posts + cell.known
    tracks = [_line(track, hits, posts) for track, (hits, posts) in found.items() if posts >= ENOUGH]
    back = sum(cell.found for cell in result.cells) / max(1, result.known)
    false = sum(cell.false for cell in result.cells)
    known = f"Of {result.known} posts made from your assets, {100 * back:.0f} % lead back to the right file."
    novel = f"Of {result.novel} posts of other pictures, {false} were called yours."
    return {
        "title": result.corpus.replace("/", ": ").capitalize(),
        "leads": [known] * bool(result.known) + [novel] * bool(result.novel and result.verdicts),
        "lines": tracks if is_ladder(result) else sorted(tracks, key=lambda line: -line["percent"]),
        "note": f"{result.posts}, answered by {result.recogniser}."
        + " In brackets: where the true share lies with 95 % certainty, given how many posts were made." * bool(tracks),
    }


def _line(track: str, hits: int, posts: int) -> dict[str, Any]:
    share = hits / posts
    low, high = binomtest(hits, posts).proportion_ci(method="wilson")
    return {
        "what": track.replace("_", " "),
        "percent": round(100 * share),
        "interval": f"{100 * low:.0f}–{100 * high:.0f}",
        "mark": "good" if share >= GOOD else "fair" if share >= FAIR else "weak",
    }


def _section(title: str, rows: Sequence[Result], plots: Sequence[Plot], post: Show, asset: Show) -> dict[str, Any]:
    mistakes_of = [("Worst misses", row, row.misses) for row in rows]
    mistakes_of += [("Worst false alarms", row, row.false_alarms) for row in rows]
    return {
        "title": title,
        "posts": rows[0].posts,
        "heads": [row.head for row in rows],
        "lines": lines(rows),
        "plots": [{"name": plot.name, "data": png_uri(plot.png)} for plot in plots if plot.title == title],
        "mistakes": [
            {"title": f"{what}: {row.head}", "cases": [_case(row.corpus, mistake, post, asset) for mistake in mistakes]}
            for what, row, mistakes in mistakes_of
            if mistakes
        ],
    }


def _case(corpus: str, mistake: Mistake, post: Show, asset: Show) -> dict[str, Any]:
    pictures = [("post", post(corpus, mistake.post))]
    if mistake.answer is not None:
        pictures.append((f"answer: {mistake.answer}", asset(corpus, mistake.answer)))
    if mistake.truth is not None:
        pictures.append((f"right: {mistake.truth}", asset(corpus, mistake.truth)))
    verdict = f", {mistake.verdict}" if mistake.verdict else ""
    unnamed = f", {mistake.unnamed} of its sources not named" if mistake.unnamed else ""
    return {
        "caption": f"{mistake.track}{verdict}, {mistake.score:.3f}{unnamed}",
        "pictures": [
            {"caption": caption, "data": None if pixels is None else thumbnail_uri(pixels, longest=THUMBNAIL)}
            for caption, pixels in pictures
        ],
    }
