"""The product itself as a recogniser: it indexes the library as a user would and is asked as a user would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import lineage
from eval.code import code_digest
from eval.corpus import Source
from eval.predictions import Claim
from eval.recogniser import Answer
from indexer.opening import create_index
from indexer.pipeline import Pipeline
from lineage.build import open_engine
from lineage.engine import Engine
from lineage.images import shrink
from lineage.records import Match, Picture, Pixels, Report
from lineage.settings import Settings

CLAIMS = 10  # as many as the peers give
DECIDES = ("backbone", "calibration", "asset_longest", "post_longest", "candidates")  # settings that change answers


class LineageEngine:
    """The engine with its shipped or the user's calibration.

    Args:
        settings: as of the command line; the store is only looked at with `standing`
        standing: ask the index that the settings name as it stands, whatever the library
    """

    name = "lineage"

    def __init__(self, settings: Settings, *, standing: bool = False) -> None:
        self._settings = settings
        self._standing = standing
        self._open = ExitStack()
        self._engine: Engine | None = None
        self._names: Mapping[str, str] = {}
        self._bytes_per_asset = 0.0

    @property
    def configuration(self) -> Mapping[str, str]:
        """The settings that change answers."""
        chosen = {name: str(getattr(self._settings, name)) for name in DECIDES}
        return {**chosen, "index": self._settings.store} if self._standing else chosen

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """Digest of all code and weights."""
        chosen = [Path(self._settings.calibration)] if self._settings.calibration else []
        return {"code": code_digest(Path(lineage.__file__).parent, more=chosen)}

    def fit(self, library: Sequence[Source]) -> None:
        """Index the library in a temporary folder and open the engine on it."""
        self.close()
        settings = self._settings
        self._names = {source.sha256: source.asset for source in library}
        if not self._standing:
            folder = Path(self._open.enter_context(TemporaryDirectory(prefix="lineage-eval-")))
            settings = replace(settings, store=str(folder / "index"))
            _link(library, folder / "library")
            self._bytes_per_asset = _index(folder / "library", settings) / len(library)
        self._engine = self._open.enter_context(open_engine(settings))

    def answer(self, pixels: Pixels) -> Answer:
        """The report's matches as claims; probabilities as scores."""
        if self._engine is None:
            raise RuntimeError("the engine is asked before it has been fitted")
        small = shrink(pixels, self._settings.post_longest)
        picture = Picture(small, pixels.shape[1], pixels.shape[0], "PNG")
        return self._answer(self._engine.query(picture, name="post"))

    @property
    def bytes_per_asset(self) -> float:
        """Of the index on disk, beyond what an empty one takes; 0 for an index that stands somewhere else."""
        return self._bytes_per_asset

    def close(self) -> None:
        """Close the engine and drop the temporary index."""
        self._engine = None
        self._open.close()

    def _answer(self, report: Report) -> Answer:
        claims = tuple(self._claim(match) for match in report.verdict.matches[:CLAIMS])
        return Answer(claims, report.verdict.decision, dict(report.seconds))

    def _claim(self, match: Match) -> Claim:
        evidence = match.evidence
        name = self._names.get(evidence.asset.sha256, evidence.asset.path)
        region = evidence.alignment.region_in_post if evidence.alignment else ()
        return Claim(name, match.probability, region)


def _link(library: Sequence[Source], folder: Path) -> None:
    for source in library:
        place = folder / source.asset
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(source.path.absolute())


def _index(folder: Path, settings: Settings) -> int:
    """Index a folder; bytes by which the index has grown, so that what an empty one reserves does not count."""
    with create_index(settings) as (store, ledger, embedder):
        store.flush()
        empty = _size(Path(settings.store))
        Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings).run([folder])
    return _size(Path(settings.store)) - empty


def _size(folder: Path) -> int:
    """Bytes that the disk really gives: the engine reserves files of many megabytes that are empty at first."""
    return sum(512 * file.stat().st_blocks for file in folder.rglob("*") if file.is_file())
