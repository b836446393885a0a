"""The product with one part left out: what is each part worth?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.corpora.corpus import Source
from eval.recognisers.engine import LineageEngine
from eval.recognisers.recogniser import Answer
from lineage.engine import LEFT_OUT
from lineage.errors import UsageError
from lineage.records import Pixels

EACH = "each"


class Without:
    """The engine without a part, on the index of the whole one. The decision is that of the whole, not fitted anew.

    Args:
        whole: the product; it answers nothing here, it only lends its index
        part: of `lineage.engine.LEFT_OUT`
    """

    def __init__(self, whole: LineageEngine, part: str) -> None:
        self._whole = whole
        self._part = part

    @property
    def name(self) -> str:
        """As it stands in the tables."""
        return f"without {self._part}"

    @property
    def configuration(self) -> Mapping[str, str]:
        """Of the whole, and what is left out."""
        return {**self._whole.configuration, "without": self._part}

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the whole."""
        return self._whole.versions

    def fit(self, library: Sequence[Source]) -> None:
        """Index the library unless the whole has done so."""
        if self._whole.library != library:
            self._whole.fit(library)

    def answer(self, pixels: Pixels) -> Answer:
        """As the whole answers, without the part."""
        return self._whole.answer(pixels, without=[self._part])

    @property
    def bytes_per_asset(self) -> float | None:
        """Of the index, which holds what the part needs all the same."""
        return self._whole.bytes_per_asset

    def close(self) -> None:
        """There is nothing of its own to let go of."""


def left_out(names: Sequence[str]) -> tuple[str, ...]:
    """The parts that a user names, `each` standing for all.

    Raises:
        UsageError: there is no such part
    """
    chosen = sorted(LEFT_OUT) if EACH in names else list(dict.fromkeys(names))
    if unknown := [name for name in chosen if name not in LEFT_OUT]:
        raise UsageError(
            f"there is no part {unknown[0]!r} to leave out; there are: {', '.join(sorted(LEFT_OUT))}, or {EACH}"
        )
    return tuple(chosen)
