"""The folder that an evaluation leaves: report.json, report.md, report.html, coverage.html and the plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.corpora.corpus import Corpus
from eval.report.markdown import markdown
from eval.report.pages import render_card, render_report
from eval.report.plots import draw_plots
from eval.scores.results import Result
from lineage import __version__
from lineage.machine.whole_file import write_whole
from lineage.records import Pixels

JSON_NAME = "report.json"


def write_report(
    folder: Path, results: Sequence[Result], corpora: Sequence[Corpus], *, command: str, seed: int
) -> None:
    """Write everything; what an earlier report left under the same names is replaced.

    Raises:
        MissingExtra: the extra `reports` is not installed; report.json and report.md have been written all the same
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / JSON_NAME, _as_json(results, command=command, seed=seed))
    write_whole(folder / "report.md", markdown(results))
    plots = draw_plots(results)
    for plot in plots:
        write_whole(folder / plot.name, plot.png)
    posts = {(corpus.name, post.name): post for corpus in corpora for post in corpus.posts}
    assets = {(corpus.name, source.asset): source for corpus in corpora for source in corpus.library}

    def show_post(corpus: str, name: str) -> Pixels:
        return posts[corpus, name].render().pixels

    def show_asset(corpus: str, name: str) -> Pixels | None:
        source = assets.get((corpus, name))
        return source.pixels() if source else None

    page = render_report(results, plots=plots, post=show_post, asset=show_asset)
    write_whole(folder / "report.html", page)
    write_whole(folder / "coverage.html", render_card(results))


def _as_json(results: Sequence[Result], *, command: str, seed: int) -> str:
    about = {
        "command": command,
        "seed": seed,
        "lineage": __version__,
        "made": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return json.dumps({**about, "results": [result.as_json() for result in results]}, indent=1)
