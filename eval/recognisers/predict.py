"""Ask a recogniser about every post of a corpus."""

from __future__ import annotations

from collections.abc import Callable

from eval.corpora.corpus import Corpus
from eval.recognisers.recogniser import Recogniser
from eval.scores.predictions import Header, Prediction


def header_for(recogniser: Recogniser, corpus: Corpus) -> Header:
    """What predictions of this recogniser on this corpus must say about themselves."""
    return Header(recogniser.name, corpus.digest, dict(recogniser.configuration), dict(recogniser.versions))


def predict(
    recogniser: Recogniser, corpus: Corpus, *, progress: Callable[[int], None] = lambda _: None
) -> list[Prediction]:
    """The answers of a recogniser that has been fitted to the corpus's library, in the order of the posts."""
    predictions = []
    for post in corpus.posts:
        rendered = post.render()
        answer = recogniser.answer(rendered.pixels)
        predictions.append(
            Prediction(
                post.name,
                answer.verdict,
                answer.claims,
                answer.seconds,
                rendered.region,
                answer.proposed,
                answer.named,
                rendered.shown,
            )
        )
        progress(1)
    return predictions
