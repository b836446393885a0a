"""The product itself as a recogniser: it indexes the library as a user would and is asked as a user would."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.corpora import corpus
from eval.corpora.corpus import Source
from eval.recognisers.recogniser import Answer
from eval.scores.predictions import Claim
from indexer.books.opening import create_index
from indexer.pipeline import Pipeline
from lineage.backbones.files import sha256_of
from lineage.backbones.load import load
from lineage.build import open_engine
from lineage.decide.calibration_file import SHIPPED
from lineage.engine import MASKED, Engine
from lineage.errors import ImageError
from lineage.feedback.state import notes_that_hold
from lineage.machine.provenance import NETWORKS, digest, made_by
from lineage.read.images import shrink
from lineage.records import Match, Picture, Pixels, Report
from lineage.settings import NO_RESTORER, Settings
from lineage.store import open_store
from lineage.store.journal import open_journal

CODE = ("lineage", "indexer", "eval.recognisers.engine", "eval.corpora.corpus")
LIBRARIES = (*corpus.LIBRARIES, *NETWORKS, "scipy", "pdqhash", "qdrant-edge-py", "qdrant-client")
CLAIMS = 10  # as many as the peers give
DECIDES = ("false_known", "asset_longest", "post_longest", "pixel_limit", "candidates")  # settings that change answers


class LineageEngine:
    """The engine with its shipped or the user's calibration.

    Args:
        settings: as of the command line; the store is only looked at with `standing`
        standing: ask the index that the settings name as it stands, whatever the library; SHA-256 of its files → name
            of the asset. What is not in there goes by the name that the index has for it.
    """

    name = "lineage"

    def __init__(self, settings: Settings, *, standing: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._standing = standing
        self._names = standing or {}
        self._open = ExitStack()
        self._engine: Engine | None = None
        self.library: Sequence[Source] = ()
        self._bytes_per_asset: float | None = None

    @cached_property
    def configuration(self) -> Mapping[str, str]:
        """The settings that change answers; of an index that stands, which it is, how many assets it holds, and which
        decisions of people hold."""
        chosen = {name: str(getattr(self._settings, name)) for name in DECIDES}
        return chosen if self._standing is None else {**chosen, **self._identity()}

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """Of code and libraries, and SHA-256 of the weights of backbone, decision and chosen autoencoder."""
        settings = self._settings
        spec = load(settings.backbone).spec
        decision = Path(settings.calibration) if settings.calibration else SHIPPED
        weights = {"backbone": spec.name, "weights": spec.weights, "decision": sha256_of(decision)}
        named = settings.restorer not in {"", NO_RESTORER}
        weights["restorer"] = sha256_of(Path(settings.restorer)) if named else settings.restorer
        return {**weights, **made_by(CODE, LIBRARIES)}

    def _identity(self) -> dict[str, str]:
        place, server = self._settings.store, self._settings.server
        with closing(open_store(place, server=server)) as store:
            found = {"index": store.stamp.index, "assets": str(store.count())}
        with closing(open_journal(place, server=server)) as journal:
            return {**found, "decisions": digest({note.id: note.what for note in notes_that_hold(journal.notes())})}

    def fit(self, library: Sequence[Source]) -> None:
        """Index the library in a temporary folder and open the engine on it.

        Raises:
            ImageError: a picture that was read for the suites cannot be indexed: the settings have a lower limit
        """
        self.close()
        self.library = library
        settings = self._settings
        if self._standing is None:
            self._names = {source.sha256: source.asset for source in library}
            folder = Path(self._open.enter_context(TemporaryDirectory(prefix="lineage-eval-")))
            settings = replace(settings, store=str(folder / "index"))
            _link(library, folder / "library")
            self._bytes_per_asset = _index(folder / "library", settings, self._names) / len(library)
        self._engine = self._open.enter_context(open_engine(settings))

    def answer(self, pixels: Pixels, *, without: Collection[str] = ()) -> Answer:
        """The report's matches as claims, probabilities as scores; `without` parts of the engine."""
        if self._engine is None:
            raise RuntimeError("the engine is asked before it has been fitted")
        small = shrink(pixels, self._settings.post_longest)
        picture = Picture(small, pixels.shape[1], pixels.shape[0], "PNG")
        return self._answer(self._engine.without(without).query(picture, name="post"))

    @property
    def bytes_per_asset(self) -> float | None:
        """Of the index on disk, beyond what an empty one takes."""
        return self._bytes_per_asset

    def close(self) -> None:
        """Close the engine and drop the temporary index."""
        self._engine, self.library = None, ()
        self._open.close()

    def _answer(self, report: Report) -> Answer:
        verdict = report.verdict
        claims = tuple(self._claim(match) for match in verdict.matches[:CLAIMS])
        proposed = [match for match in verdict.matches if MASKED not in match.evidence.candidate.branches]
        return Answer(
            claims,
            verdict.decision,
            dict(report.seconds),
            proposed=tuple(map(self._name, proposed)),
            named=tuple(map(self._name, verdict.claims)),
        )

    def _name(self, match: Match) -> str:
        asset = match.evidence.asset
        return self._names.get(asset.sha256, asset.path)

    def _claim(self, match: Match) -> Claim:
        evidence = match.evidence
        region = evidence.alignment.region_in_post if evidence.alignment else ()
        return Claim(self._name(match), match.probability, region)


def _link(library: Sequence[Source], folder: Path) -> None:
    """Links named after contents: names of assets may hold anything. What a suffix says does not matter to a reader."""
    folder.mkdir()
    for source in library:
        (folder / f"{source.sha256}.jpg").symlink_to(source.path.absolute())


def _index(folder: Path, settings: Settings, names: Mapping[str, str]) -> int:
    """Index a folder; bytes by which the index has grown, so that what an empty one reserves does not count."""
    with create_index(settings) as (store, ledger, embedder):
        store.flush()
        empty = _size(Path(settings.store))
        summary = Pipeline(store=store, ledger=ledger, embedder=embedder, settings=settings).run([folder])
    for path, reason in summary.failed:
        raise ImageError(names[Path(path).stem], reason)
    return _size(Path(settings.store)) - empty


def _size(folder: Path) -> int:
    """Bytes that the disk really gives: the engine reserves files of many megabytes that are empty at first."""
    return sum(512 * file.stat().st_blocks for file in folder.rglob("*") if file.is_file())
