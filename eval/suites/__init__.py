"""Suites: each builds its posts, with the truth about them, from the pictures of any library."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eval.corpora.corpus import Corpus
from eval.suites.chains import chains
from eval.suites.collages import collages
from eval.suites.copies import copies
from eval.suites.crops import crops
from eval.suites.kinds import kinds
from eval.suites.material import Material
from eval.suites.novel import novel
from eval.suites.platforms import platforms
from eval.suites.scale import scale
from eval.suites.siblings import siblings
from eval.suites.speed import speed

Suite = Callable[[Material], tuple[Corpus, ...]]

SUITES: Mapping[str, Suite] = {
    suite.__name__: suite
    for suite in (copies, chains, platforms, crops, collages, siblings, novel, kinds, scale, speed)
}
GROUPED = frozenset({"siblings"})  # these need to know which pictures look alike
