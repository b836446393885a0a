"""The one place that knows the order of a query: views → fingerprint → search → align → residual → decide.

What a claim explains is then masked and the rest of the post is looked up again: a collage has several sources.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from lineage import __version__
from lineage.decide.look_alikes import with_look_alikes
from lineage.decide.objections import with_objections
from lineage.decide.overrides import Besides, by_what_is_known
from lineage.describe.hashes import orientations, perceptual_hashes
from lineage.describe.keypoints import SIDE, words
from lineage.describe.post import (
    WORD_ASSIGNMENTS,
    PostFeatures,
    Question,
    box_of,
    mask_regions,
    post_features,
    post_words,
)
from lineage.describe.same_picture import looks_like
from lineage.describe.views import frame, views
from lineage.errors import UsageError
from lineage.feedback import Feedback, Ignored, leave_out
from lineage.find.one_file_a_picture import one_a_picture
from lineage.find.read_once import ReadOnce
from lineage.find.search import BRANCHES, search
from lineage.machine.stopwatch import Stopwatch
from lineage.protocols import Decider, Embedder, Lookup, Restorer, Store
from lineage.read.exposure import brightened
from lineage.read.originals import preview
from lineage.records import (
    Alignment,
    Candidate,
    Candidates,
    Entry,
    Evidence,
    Match,
    Picture,
    Pixels,
    Report,
    Verdict,
    asset_id,
)
from lineage.tell.edits import with_edits
from lineage.verify.candidates import PARTS, Given, Verify, verify
from lineage.verify.easy import NEAREST, first_ids, is_easy, is_untouched, looks_whole
from lineage.verify.locate import MIN_INLIERS, Locator
from lineage.verify.negative import negative_features, shows_one

FURTHER = 12  # candidates looked at in what is left of a post
MASKED = "masking"  # the branch that finds what else a post shows
LEFT = 40  # features; where fewer are left nothing else can be known
WINDOW, BORDERED = "panel", "trimmed"  # views that have borders of their own, and that plain ones leave
RIVALS = 6  # assets near a post as a whole: its look-alikes are among them, if there are any
SOURCES = 9  # of one post at most
LEFT_OUT = frozenset({*BRANCHES, *PARTS, "views", "mirror", "negative", MASKED})
"""Parts that an engine can do without, to measure what each is worth."""


@dataclass(frozen=True, slots=True)
class DescribedPost:
    """What is known of a post before anything is looked up.

    Attributes:
        pixels: (H, W, 3) uint8, brightened where all of it is dark
        features: local features, without those of ignored pictures
        locator: looks for assets among them
        store: where it is looked up
        question: what it is looked up by
        ignored: pictures of the negative bank that it shows
        near: what is near it as a whole, where that is all that need be looked at: it surely shows one of these assets,
            and little else
    """

    pixels: Pixels
    features: PostFeatures
    locator: Locator
    store: Lookup
    question: Question
    ignored: tuple[Ignored, ...]
    near: Candidates | None


@dataclass(frozen=True, slots=True)
class Negative:
    """What the negative of a post shows."""

    verdict: Verdict
    post: DescribedPost
    found: Candidates


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
        self._verify_all: Verify = verify
        self._left_out = frozenset[str]()

    def without(self, parts: Collection[str]) -> Engine:
        """The same engine on the same store that does without some parts of `LEFT_OUT`.

        Raises:
            UsageError: there is no such part
        """
        if unknown := sorted({*parts} - LEFT_OUT):
            raise UsageError(f"there is no part {unknown[0]!r} to leave out; there are: {', '.join(sorted(LEFT_OUT))}")
        other = copy(self)
        other._left_out = self._left_out | frozenset(parts)
        return other

    def knowing(self, feedback: Feedback) -> Engine:
        """The same engine on the same store that goes by what people have decided since."""
        other = copy(self)
        other._feedback, other._decider = feedback, self._decider.informed(feedback.limits)
        return other

    def verifying(self, by: Verify) -> Engine:
        """The same engine on the same store, whose candidates are verified elsewhere."""
        other = copy(self)
        other._verify_all = by
        return other

    @property
    def store(self) -> Store:
        """The index that is asked."""
        return self._store

    @property
    def feedback(self) -> Feedback:
        """What people had decided when it was last told."""
        return self._feedback

    @property
    def versions(self) -> Mapping[str, str]:
        """What an answer depends on besides the post, as it is told."""
        spec, stamp = self._embedder.spec, self._store.stamp
        return {
            "lineage": __version__,
            "backbone": f"{spec.name} {spec.weights[:12]}",
            "index": stamp.index,
            "calibration": self._decider.version,
            **({"autoencoder": self._restorer.version} if self._restorer else {}),
        }

    def query(self, picture: Picture, *, name: str, sha256: str = "") -> Report:
        """The whole answer for one post.

        Args:
            picture: the post
            name: what the report calls it
            sha256: 64 hex digits, of the bytes of its file; empty: there is no file
        """
        watch, feedback = Stopwatch(), self._feedback
        pairs = feedback.about(perceptual_hashes(picture.pixels)) if feedback.pairs else ()
        confirmed, rejected = (frozenset(n.asset for n in pairs if n.what == what) for what in ("confirm", "reject"))
        same = self._same_file(sha256) - rejected
        post = self._describe(picture.pixels, watch, hidden=rejected)
        found, evidence = self._examine(post, watch, hidden=rejected, wanted=confirmed | same)
        same &= {candidate.id for candidate, _ in found.candidates}  # unless its entry is damaged
        with watch.stage("decide"):
            verdict = self._decider.decide(evidence)
            plain = len(post.features.unmirrored) < MIN_INLIERS
        shown, examined, settled = post, found.candidates, verdict.claims or self._store.assets([*confirmed, *same])
        if not settled and (turned := self._negative(picture.pixels, post, found, watch, hidden=rejected)):
            verdict, shown = _with_matches_of(turned.verdict, with_objections(verdict)), turned.post
            examined = (*examined, *turned.found.candidates)
        verdict, more = self._besides(verdict, shown, watch, hidden=rejected)
        with watch.stage("decide"):
            besides = Besides(
                same_file=same,
                plain=plain,
                alike=_alike(picture.pixels, found) if plain else (),
                ignored=(*post.ignored, *(one for one in shown.ignored if one not in post.ignored)),
                quarantined=feedback.quarantined,
                said=pairs,
            )
            verdict = with_objections(by_what_is_known(verdict, besides))
        with watch.stage("edits"):
            entries = {entry.asset.id: entry for _, entry in (*examined, *more)}
            verdict = with_edits(verdict, picture, entries)
        size = picture.width, picture.height
        question = post.question
        return Report(name, verdict, watch.seconds, self.versions, question.vectors[0], size, question.hashes[0])

    def evidence(self, pixels: Pixels, *, hidden: frozenset[str] = frozenset()) -> tuple[Evidence, ...]:
        """Everything known about each candidate before the decision.

        Args:
            pixels: (H, W, 3) uint8, the post
            hidden: ids of assets to act as if they were not in the index, for calibration and evaluation
        """
        watch = Stopwatch()
        return self._examine(self._describe(pixels, watch, hidden=hidden), watch, hidden=hidden)[1]

    def _same_file(self, sha256: str) -> frozenset[str]:
        """The id of the asset that has these bytes, if there is one."""
        found = self._store.assets([asset_id(sha256)]) if sha256 else {}
        return frozenset(key for key, asset in found.items() if asset.sha256 == sha256)

    def _describe(self, pixels: Pixels, watch: Stopwatch, *, hidden: frozenset[str]) -> DescribedPost:
        seen, store = brightened(pixels), ReadOnce(self._store)
        with watch.stage("hashes"):
            hashes = orientations(pixels)
        with watch.stage("embed"):
            vectors = self._embedder.embed([seen])
        with watch.stage("plain"):
            whole = Question((frame(seen),), vectors, (), hashes)
            near = self._found(store, whole, limit=min(RIVALS, self._candidates), hidden=hidden)
        features, ignored, locator, easy = self._features(seen, one_a_picture(near), watch)
        with watch.stage("views"):
            parts = (frame(seen),) if "views" in self._left_out else views(seen)
            windows, bordered = (tuple(box_of(one) for one in parts if one.name == name) for name in (WINDOW, BORDERED))
            features = replace(features, windows=windows, bordered=bordered)
            parts = parts[:1] if easy else parts  # a caption over such a copy is found all the same
        with watch.stage("embed"):
            vectors = np.concatenate([vectors, self._embedder.embed([brightened(part.pixels) for part in parts[1:]])])
        with watch.stage("words"):
            asked = () if easy else post_words(features, parts)
        question = Question(parts, vectors, asked, hashes)
        return DescribedPost(seen, features, locator, store, question, ignored, near if easy else None)

    def _features(
        self, seen: Pixels, near: Candidates, watch: Stopwatch
    ) -> tuple[PostFeatures, tuple[Ignored, ...], Locator, bool]:
        """Describes a post; one that looks like a copy at the size of assets first, and at its own if that does not do.

        Returns:
            Its features without those of ignored pictures, these pictures, what looks for assets among these features,
            and whether the post is easy.
        """
        full = max(seen.shape[:2])
        reduced = looks_whole((seen.shape[1], seen.shape[0]), near) and not self._feedback.ignored
        for side in (SIDE, full) if reduced else (full,):
            with watch.stage("features"):
                features, ignored = leave_out(post_features(seen, side=side), self._feedback.ignored)
                if "mirror" in self._left_out:
                    features = replace(features, mirrored=features.mirrored.chosen(np.zeros(0, np.intp)))
            with watch.stage("plain"):
                locator = Locator(features)
                easy = is_easy(features, near, locator)
                enough = easy and (side == full or is_untouched(seen, features, near, locator))
            if enough:
                break
        return features, ignored, locator, easy

    def _examine(
        self, post: DescribedPost, watch: Stopwatch, *, hidden: frozenset[str], wanted: frozenset[str] = frozenset()
    ) -> tuple[Candidates, tuple[Evidence, ...]]:
        with watch.stage("search"):
            found = self._search(post, hidden=hidden, wanted=wanted)
        return found, self._verify(post, found, watch, hidden=hidden)

    def _search(self, post: DescribedPost, *, hidden: frozenset[str], wanted: frozenset[str]) -> Candidates:
        """What the branches find, and before it what is looked at all the same: a person or its bytes say so."""
        found = post.near or self._found(post.store, post.question, limit=self._candidates, hidden=hidden)
        missing = sorted(wanted - {candidate.id for candidate, _ in found.candidates})
        entries = post.store.entries(missing)
        added = [(Candidate(key, None, "frame", 0.0, 1.0, ("wanted",)), entry) for key, entry in entries.items()]
        return one_a_picture(replace(found, candidates=(*added, *found.candidates)), kept=wanted)

    def _found(self, store: Lookup, question: Question, *, limit: int, hidden: frozenset[str]) -> Candidates:
        without = self._left_out & frozenset(BRANCHES)
        return search(store, question, limit=limit, hidden=hidden, without=without)

    def _verify(
        self, post: DescribedPost, found: Candidates, watch: Stopwatch, *, hidden: frozenset[str]
    ) -> tuple[Evidence, ...]:
        given = Given(post.pixels, post.features, found, post.locator, self._left_out)
        evidence = self._verify_all(given, watch=watch, restorer=self._restorer)
        with watch.stage("look-alikes"):
            return with_look_alikes(evidence, found, post.store, hidden=hidden)

    def _negative(
        self, pixels: Pixels, post: DescribedPost, found: Candidates, watch: Stopwatch, *, hidden: frozenset[str]
    ) -> Negative | None:
        """What a post's negative shows, if that is claimed and the post may be one."""
        if "negative" in self._left_out:
            return None
        with watch.stage("negative"):
            features = negative_features(post.features)
            asked = [words(features.unmirrored, assignments=WORD_ASSIGNMENTS)]
            heard = "words" not in self._left_out
            hits = post.store.search_words(asked, limit=NEAREST + len(hidden)) if heard else ()
            near = sorted(found.candidates, key=lambda pair: -(pair[0].similarity or 0.0))[:NEAREST]
            by_words = post.store.entries(first_ids(hits, hidden=hidden)).values()
            likely = {entry.asset.id: entry.fingerprint.keypoints for entry in (*(kept for _, kept in near), *by_words)}
            if not shows_one(features, [*likely.values()]):
                return None
        turned = self._describe(255 - pixels, watch, hidden=hidden)
        others, evidence = self._examine(turned, watch, hidden=hidden)
        with watch.stage("decide"):
            verdict = self._decider.decide(evidence)
        return Negative(verdict, turned, others) if verdict.claims else None

    def _besides(
        self, verdict: Verdict, post: DescribedPost, watch: Stopwatch, *, hidden: frozenset[str]
    ) -> tuple[Verdict, Sequence[tuple[Candidate, Entry]]]:
        """The verdict with what else the post shows, and what the store keeps of the assets looked at for it."""
        fresh, more, claimed = verdict.claims, list[tuple[Candidate, Entry]](), hidden
        while fresh and len(verdict.claims) < SOURCES and MASKED not in self._left_out:
            with watch.stage("mask"):
                post = _without(post, [match.evidence.alignment for match in fresh])
            if len(post.features.unmirrored) < LEFT:
                break
            claimed |= {asset.id for match in fresh for asset in (match.evidence.asset, *match.evidence.twins)}
            with watch.stage("search"):
                found = one_a_picture(_marked(self._found(post.store, post.question, limit=FURTHER, hidden=claimed)))
            evidence = self._verify(post, found, watch, hidden=hidden)  # a claim is a look-alike all the same
            with watch.stage("decide"):
                fresh = self._decider.decide(evidence).claims
            verdict, more = _joined(verdict, fresh), [*more, *found.candidates]
        return verdict, more


def _alike(post: Pixels, found: Candidates) -> list[str]:
    """Assets that a post without structure looks like as a whole."""
    entries = [entry for _, entry in found.candidates if len(entry.fingerprint.keypoints) < MIN_INLIERS]
    return [entry.asset.id for entry in entries if looks_like(post, preview(entry))]


def _without(post: DescribedPost, claimed: Sequence[Alignment | None]) -> DescribedPost:
    """What is left of a post to be looked up where some assets lie elsewhere in it."""
    regions = [alignment.region_in_post for alignment in claimed if alignment]
    features, question = mask_regions(post.features, post.question, regions)
    return replace(post, features=features, locator=Locator(features), question=question)


def _marked(found: Candidates) -> Candidates:
    """The same, found by masking too."""
    marked = [(replace(one, branches=(*one.branches, MASKED)), entry) for one, entry in found.candidates]
    return replace(found, candidates=tuple(marked))


def _joined(verdict: Verdict, further: Sequence[Match]) -> Verdict:
    """The verdict with further claims behind those that it has."""
    return _with_matches_of(replace(verdict, matches=(*verdict.claims, *further)), verdict)


def _with_matches_of(verdict: Verdict, other: Verdict) -> Verdict:
    """The verdict with what another look at the post found besides."""
    named = {match.evidence.asset.id for match in verdict.matches}
    besides = (match for match in other.matches if match.evidence.asset.id not in named)
    return replace(verdict, matches=(*verdict.matches, *besides))
