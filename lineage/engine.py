"""The one place that knows the order of a query: views → fingerprint → search → align → residual → decide."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from lineage import __version__
from lineage.align import PostFeatures, align_all
from lineage.edits import colour_edits, name_edits
from lineage.feedback import Feedback, Ignored, leave_out, settle
from lineage.hashes import orientations, perceptual_hashes
from lineage.images import decode
from lineage.keypoints import extract, mirror, words
from lineage.protocols import Decider, Embedder, Restorer, Store
from lineage.reasons import explained
from lineage.records import (
    Alignment,
    Candidate,
    Entry,
    Evidence,
    Floats,
    Match,
    Picture,
    Pixels,
    Report,
    Residual,
    Verdict,
)
from lineage.residual import residual
from lineage.search import Found, Question, search
from lineage.views import views

POST_KEYPOINTS = 800  # a post may show the asset small, among much else
WORD_ASSIGNMENTS = 3  # on the asking side only: makes up for features near a border between words
FIRST = 12  # candidates that are aligned before it is asked whether one of them is certain
NAMED = 10  # matches whose edits are named: as many as an answer shows


@dataclass(slots=True)
class Stopwatch:
    """Wall time per stage, in the order in which the stages were first met."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of a post before the decision.

    Attributes:
        found: candidates with what the store keeps of them
        evidence: of each candidate
        vector: (dim,) float32, L2 norm 1, of the whole post
        ignored: pictures of the negative bank that it shows
    """

    found: Found
    evidence: tuple[Evidence, ...]
    vector: Floats
    ignored: tuple[Ignored, ...]


class Engine:
    """Answers queries against one store."""

    def __init__(
        self,
        *,
        store: Store,
        embedder: Embedder,
        decider: Decider,
        candidates: int,
        feedback: Feedback | None = None,
        restorer: Restorer | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._decider = decider
        self._candidates = candidates
        self._feedback = feedback or Feedback()
        self._restorer = restorer

    @property
    def store(self) -> Store:
        """The index that is asked."""
        return self._store

    @property
    def versions(self) -> Mapping[str, str]:
        """What an answer depends on besides the post."""
        spec, stamp = self._embedder.spec, self._store.stamp
        return {
            "lineage": __version__,
            "backbone": f"{spec.name} {spec.weights[:12]}",
            "index": stamp.index,
            "calibration": self._decider.version,
            **({"autoencoder": self._restorer.version} if self._restorer else {}),
        }

    def query(self, picture: Picture, *, name: str) -> Report:
        """The whole answer for one post; `name` is what the report calls it."""
        watch, feedback = Stopwatch(), self._feedback
        pairs = feedback.about(perceptual_hashes(picture.pixels)) if feedback.pairs else ()
        confirmed, rejected = (frozenset(n.asset for n in pairs if n.what == what) for what in ("confirm", "reject"))
        seen = self._examine(picture.pixels, watch, hidden=rejected, wanted=confirmed)
        with watch.stage("decide"):
            verdict = self._decider.decide(seen.evidence)
            settled = settle(verdict, pairs=pairs, ignored=seen.ignored, quarantined=feedback.quarantined)
            verdict = explained(settled)
        with watch.stage("edits"):
            entries = {entry.asset.id: entry for _, entry in seen.found.candidates}
            verdict = _with_edits(verdict, picture.pixels, entries)
        return Report(name, verdict, watch.seconds, self.versions, seen.vector)

    def evidence(self, pixels: Pixels, *, hidden: frozenset[str] = frozenset()) -> tuple[Evidence, ...]:
        """Everything known about each candidate before the decision.

        Args:
            pixels: (H, W, 3) uint8, the post
            hidden: ids of assets to act as if they were not in the index, for calibration and evaluation
        """
        return self._examine(pixels, Stopwatch(), hidden=hidden).evidence

    def _examine(
        self, pixels: Pixels, watch: Stopwatch, *, hidden: frozenset[str], wanted: frozenset[str] = frozenset()
    ) -> Examined:
        with watch.stage("features"):
            features, ignored = leave_out(_features(pixels), self._feedback.ignored)
        question = self._question(pixels, features, watch)
        with watch.stage("search"):
            found = self._search(question, hidden=hidden, wanted=wanted)
        with watch.stage("align"):
            alignments = _align(features, found)
        with watch.stage("residual"):
            evidence = tuple(
                Evidence(candidate, entry.asset, alignment, _residual(pixels, entry, alignment), found.background)
                for (candidate, entry), alignment in zip(found.candidates, alignments, strict=True)
            )
        if self._restorer:
            with watch.stage("restore"):
                evidence = _restored(self._restorer, pixels, evidence, found)
        return Examined(found, evidence, question.vectors[0], ignored)

    def _search(self, question: Question, *, hidden: frozenset[str], wanted: frozenset[str]) -> Found:
        """What the branches find, and before it what a person has confirmed and they have not found."""
        found = search(self._store, question, limit=self._candidates, hidden=hidden)
        missing = sorted(wanted - {candidate.id for candidate, _ in found.candidates})
        entries = self._store.entries(missing)
        added = [(Candidate(key, None, "frame", 0.0, 1.0, ("feedback",)), entry) for key, entry in entries.items()]
        return replace(found, candidates=(*added, *found.candidates))

    def _question(self, pixels: Pixels, features: PostFeatures, watch: Stopwatch) -> Question:
        with watch.stage("views"):
            parts = views(pixels)
        with watch.stage("embed"):
            vectors = self._embedder.embed([part.pixels for part in parts])
        with watch.stage("words"):
            asked = tuple(words(side, assignments=WORD_ASSIGNMENTS) for side in (features.plain, features.mirrored))
        with watch.stage("hashes"):
            hashes = orientations(pixels)
        return Question(parts, vectors, asked, hashes)


def _features(pixels: Pixels) -> PostFeatures:
    """Local features of the post and of its mirror image: SIFT is not invariant to mirroring."""
    longer = max(pixels.shape[:2])
    plain = extract(pixels, limit=POST_KEYPOINTS, side=longer)
    mirrored = mirror(plain, width=pixels.shape[1] / longer)
    return PostFeatures(plain, mirrored, size=(pixels.shape[1], pixels.shape[0]))


def _align(features: PostFeatures, found: Found) -> list[Alignment | None]:
    """Alignments of the candidates; of the less promising ones only where the first leave room for doubt."""
    entries = [entry for _, entry in found.candidates]
    first = _align_entries(features, entries[:FIRST])
    if any(alignment is not None and _certain(alignment) for alignment in first):
        return first + [None] * len(entries[FIRST:])
    # All together, because candidates compete for the features of the post.
    return _align_entries(features, entries) if len(entries) > FIRST else first


def _align_entries(features: PostFeatures, entries: Sequence[Entry]) -> list[Alignment | None]:
    sizes = [(entry.asset.width, entry.asset.height) for entry in entries]
    return align_all(features, [entry.fingerprint.keypoints for entry in entries], asset_sizes=sizes)


def _certain(alignment: Alignment) -> bool:
    """Whether nothing that ranks lower can be the source instead, or besides in the same post."""
    share = alignment.weight / max(alignment.expected, 1)
    return alignment.weight >= 50 and share >= 0.4 and alignment.post_covered >= 0.6


def _residual(pixels: Pixels, entry: Entry, alignment: Alignment | None) -> Residual | None:
    return residual(pixels, _preview(entry), alignment.asset_to_post) if alignment else None


def _restored(restorer: Restorer, pixels: Pixels, evidence: Sequence[Evidence], found: Found) -> tuple[Evidence, ...]:
    """The same evidence with what the autoencoder says of the aligned candidates."""
    entries = {entry.asset.id: entry for _, entry in found.candidates}
    laid = {one.asset.id: one.alignment.asset_to_post for one in evidence if one.alignment}
    said = restorer.restore(pixels, [(_preview(entries[key]), asset_to_post) for key, asset_to_post in laid.items()])
    restorations = dict(zip(laid, said, strict=True))
    return tuple(replace(one, restoration=restorations.get(one.asset.id)) for one in evidence)


def _preview(entry: Entry) -> Pixels:
    return decode(entry.fingerprint.preview, name=entry.asset.path).pixels


def _with_edits(verdict: Verdict, pixels: Pixels, entries: Mapping[str, Entry]) -> Verdict:
    named = [_edited(match, pixels, entries[match.evidence.asset.id]) for match in verdict.matches[:NAMED]]
    return replace(verdict, matches=(*named, *verdict.matches[NAMED:]))


def _edited(match: Match, pixels: Pixels, entry: Entry) -> Match:
    evidence, asset = match.evidence, match.evidence.asset
    alignment, rest = evidence.alignment, evidence.residual
    if alignment is None:
        return match
    size = (pixels.shape[1], pixels.shape[0])
    edits = name_edits(alignment, post_size=size, asset_size=(asset.width, asset.height), residual=rest)
    if rest:
        edits += colour_edits(pixels, _preview(entry), alignment.asset_to_post, cells=rest.cells)
    return replace(match, evidence=replace(evidence, edits=edits))
