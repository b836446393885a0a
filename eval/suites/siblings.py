"""Look-alikes: frames of one shoot, turns of one bottle. The true file must win, and without it nobody may."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eval.corpora.corpus import Corpus, Post, Source
from eval.suites.copies import treatments
from eval.suites.material import Material, Treatment, make_post

POSTS = 600
PER_SOURCE = 12  # more posts of one picture say little more
STRENGTHS = (0.2, 0.5)  # what is hidden by the manipulation cannot tell siblings apart
PRESENT, ABSENT = "source in", "source out"


def siblings(material: Material) -> tuple[Corpus, ...]:
    """One source of every second group is withheld, its look-alikes stay; half of the posts are made from those.

    Near-duplicates of what is withheld go with it: they would be a right answer.
    """
    rng = np.random.default_rng(material.seed)
    groups = [material.groups[n] for n in rng.permutation(len(material.groups))]
    withheld = [group[rng.integers(len(group))] for group in groups[: (len(groups) + 1) // 2]]
    gone = set(withheld).union(*(group for group in material.duplicates if not set(withheld).isdisjoint(group)))
    present = [source for group in groups for source in group if source not in gone]
    everything = {*material.known, *material.held_out} - gone
    library = tuple(sorted(everything, key=lambda source: source.asset))
    rows = treatments(strengths=STRENGTHS)
    # Only pictures without a right answer of their own stand beside a source.
    apart = replace(material, held_out=tuple(withheld))
    posts = (
        *_posts(present, rows, apart, rng, part=PRESENT),
        *_posts(withheld, rows, apart, rng, part=ABSENT),
    )
    return (Corpus("siblings", library, posts),)


def _posts(
    sources: list[Source], rows: list[Treatment], material: Material, rng: np.random.Generator, *, part: str
) -> list[Post]:
    """At most `POSTS` / 2 posts: sources in turn, treatments at random."""
    return [
        make_post(
            n,
            source := sources[n % len(sources)],
            rows[rng.integers(len(rows))],
            material,
            asset=source.asset if part == PRESENT else None,
            part=part,
        )
        for n in range(min(POSTS // 2, PER_SOURCE * len(sources)))
    ]
