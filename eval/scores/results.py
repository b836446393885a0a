"""Figures of one recogniser on one corpus, ready to be written, drawn and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.corpora.corpus import Corpus, Post
from eval.scores.judged import Judged, judge
from eval.scores.metrics import DEPEND_ON_PRIOR, Figure, measure, precision_recall, reliability
from eval.scores.predictions import Header, Prediction

PRIOR = 0.2  # share of posts that are made from the library at all, in a realistic stream
WORST = 20  # pictures a list
CURVE = 200  # points of a drawn curve


@dataclass(frozen=True, slots=True)
class Cell:
    """One manipulation at one strength, as counts.

    Attributes:
        track, strength: row and column
        known, right, found, sure: posts of the library; of these with the right file first; of these without the
            verdict `novel`; of these with the verdict `known`
        novel, false: posts of strangers; of these with verdict `known`
    """

    track: str
    strength: float | None
    known: int
    right: int
    found: int
    sure: int
    novel: int
    false: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A post whose first answer is wrong, which was dismissed as novel though its source is in the library, or of whose
    several sources not all are named.

    Attributes:
        post, track: which, and what was done to it
        truth: the right file, of several the first that is not named; None for a stranger
        answer: the first claim, None where there was none
        score: of that claim
        verdict: None where the recogniser gives none
        unnamed: of a post with several sources, how many are not named; 0 of others
    """

    post: str
    track: str
    truth: str | None
    answer: str | None
    score: float
    verdict: str | None
    unnamed: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table.

    Attributes:
        corpus, part, digest: what was measured; the part is empty for the whole corpus
        recogniser, configuration, versions: what answered
        library, known, novel: numbers of assets, of posts made from them, of other posts
        verdicts: whether the recogniser gives verdicts
        figures: by name, as `eval.scores.metrics.figures` explains them
        at_prior: those that depend on it weighed to `PRIOR` known posts; empty where all posts are known or all novel
        cells: by manipulation and strength, in the order of the posts
        milliseconds: stage → median and 95th percentile per post; `total` is their sum
        bytes_per_asset: what the recogniser keeps of an asset
        curve: precision and recall at falling scores
        reliability: mean probability, share right and number of posts of each bin; empty without verdicts
        misses, false_alarms: the worst of each, worst first
    """

    corpus: str
    part: str
    digest: str
    recogniser: str
    configuration: Mapping[str, str]
    versions: Mapping[str, str]
    library: int
    known: int
    novel: int
    verdicts: bool
    figures: Mapping[str, Figure]
    at_prior: Mapping[str, Figure]
    cells: tuple[Cell, ...]
    milliseconds: Mapping[str, tuple[float, float]]
    bytes_per_asset: float | None
    curve: tuple[tuple[float, float], ...]
    reliability: tuple[tuple[float, float, int], ...]
    misses: tuple[Mistake, ...]
    false_alarms: tuple[Mistake, ...]

    @property
    def scaled(self) -> bool:
        """Whether the same posts were asked of libraries of several sizes: those are compared, not recognisers."""
        return self.corpus.startswith("scale/")

    @property
    def left_out(self) -> str:
        """The part of the product that was left out to measure what it is worth; empty for whole recognisers."""
        return self.configuration.get("without", "")

    @property
    def title(self) -> str:
        """What it has in common with the results beside it: corpus and part, or the recogniser."""
        if self.scaled:
            return f"scale · {self.recogniser}"
        return f"{self.corpus} · {self.part}" if self.part else self.corpus

    @property
    def head(self) -> str:
        """What tells it apart from them: the recogniser, or the size of the library."""
        return _assets(self.library) if self.scaled else self.recogniser

    @property
    def posts(self) -> str:
        """What was asked, in words."""
        asked = f"{self.known:,} known and {self.novel:,} novel posts"
        return asked if self.scaled else f"{_assets(self.library)}, {asked}"

    def as_json(self) -> dict[str, Any]:
        """Plain types only."""
        return asdict(self)


def score(corpus: Corpus, header: Header, predictions: Sequence[Prediction], *, seed: int) -> list[Result]:
    """Results for the whole corpus and, if it has several parts, for each of them."""
    parts = sorted({post.part for post in corpus.posts})
    chosen = [("", corpus.posts)]
    if len(parts) > 1:
        chosen += [(part, tuple(post for post in corpus.posts if post.part == part)) for part in parts if part]
    answers = {prediction.post: prediction for prediction in predictions}
    return [_score(corpus, part, posts, header, answers, seed) for part, posts in chosen]


def _score(
    corpus: Corpus,
    part: str,
    posts: Sequence[Post],
    header: Header,
    answers: Mapping[str, Prediction],
    seed: int,
) -> Result:
    found = [answers[post.name] for post in posts if post.name in answers]
    judged = judge(posts, found)
    mixed = judged.known.any() and not judged.known.all()
    weighed = measure(judged, prior=PRIOR, seed=seed) if mixed else {}
    wrong = [mistake for post in posts if (mistake := _mistake(post, answers.get(post.name))) is not None]
    return Result(
        corpus=corpus.name,
        part=part,
        digest=corpus.digest,
        recogniser=header.recogniser,
        configuration=header.configuration,
        versions=header.versions,
        library=len(corpus.library),
        known=int(judged.known.sum()),
        novel=int((~judged.known).sum()),
        verdicts=judged.verdicts,
        figures=measure(judged, seed=seed),
        at_prior={name: weighed[name] for name in DEPEND_ON_PRIOR if name in weighed},
        cells=_cells(posts, judged),
        milliseconds=_milliseconds(found),
        bytes_per_asset=header.bytes_per_asset,
        curve=_curve(judged),
        reliability=tuple(reliability(judged)) if judged.verdicts else (),
        misses=_worst(wrong, lambda mistake: mistake.truth is not None),
        false_alarms=_worst(wrong, lambda mistake: mistake.truth is None),
    )


def _cells(posts: Sequence[Post], judged: Judged) -> tuple[Cell, ...]:
    keys = [(post.track, post.strength) for post in posts]
    cells = []
    for key in dict.fromkeys(keys):
        here = np.array([other == key for other in keys])
        known, novel = here & judged.known, here & ~judged.known
        right = known & judged.right
        counts = (known, right, right & ~judged.dismissed, right & judged.claimed, novel, novel & judged.claimed)
        cells.append(Cell(*key, *(int(flags.sum()) for flags in counts)))
    return tuple(cells)


def _milliseconds(predictions: Sequence[Prediction]) -> dict[str, tuple[float, float]]:
    times = {stage: [p.seconds.get(stage, 0.0) for p in predictions] for p in predictions for stage in p.seconds}
    times["total"] = [sum(prediction.seconds.values()) for prediction in predictions]
    return {
        stage: (1000 * float(np.median(each)), 1000 * float(np.percentile(each, 95)))
        for stage, each in times.items()
        if any(each)
    }


def _curve(judged: Judged) -> tuple[tuple[float, float], ...]:
    if not judged.known.any() or not len(judged.score):
        return ()
    precision, recall = precision_recall(judged)
    picked = np.unique(np.linspace(0, len(recall) - 1, CURVE).astype(int))
    return tuple((float(precision[n]), float(recall[n])) for n in picked)


def _mistake(post: Post, prediction: Prediction | None) -> Mistake | None:
    claim = prediction.first if prediction else None
    verdict = prediction.verdict if prediction else None
    first = claim.asset if claim and verdict != "novel" else None
    unnamed = _unnamed(post, prediction)
    if not unnamed and (first in post.sources if post.sources else first is None):
        return None
    truth = unnamed[0] if unnamed else post.asset
    answer, value = (claim.asset, claim.score) if claim else (None, 0.0)
    return Mistake(post.name, post.track, truth, answer, value, verdict, len(unnamed))


def _unnamed(post: Post, prediction: Prediction | None) -> list[str]:
    """The sources of a post with several that the answer does not name; none where the recogniser names nothing."""
    if prediction is None or prediction.verdict is None or len(post.sources) < 2:
        return []
    return [source for source in post.sources if source not in prediction.named]


def _worst(mistakes: Sequence[Mistake], wanted: Callable[[Mistake], bool]) -> tuple[Mistake, ...]:
    """Those with the highest score of a wrong claim: what a person would have believed; first those that hide most."""
    chosen = [mistake for mistake in mistakes if wanted(mistake)]
    ordered = sorted(chosen, key=lambda mistake: (mistake.verdict != "known", -mistake.unnamed, -mistake.score))
    return tuple(ordered[:WORST])


def _assets(count: int) -> str:
    return f"{count:,} asset{'s' * (count != 1)}"


def side_by_side(results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    """Title → the results that one table compares, in the order in which they came."""
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.title, []).append(result)
    return list(found.items())
