"""RootSIFT features vote by visual words, affine RANSAC counts who agrees: copy detection without a network.

RootSIFT: Arandjelović & Zisserman, CVPR 2012. Words with inverse document frequency: Sivic & Zisserman, ICCV 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.cluster import MiniBatchKMeans
from sklearn.feature_extraction.text import TfidfTransformer

from eval.corpora import corpus
from eval.corpora.corpus import Source
from eval.recognisers.baselines.memory import recall
from eval.recognisers.recogniser import Answer
from eval.scores.predictions import Claim
from lineage.machine.provenance import made_by
from lineage.records import Pixels

Features = npt.NDArray[np.float32]  # (N, 2 + 128): x, y in px, RootSIFT

CODE = (*corpus.CODE, "eval.recognisers.baselines.rootsift", "eval.recognisers.baselines.memory")
LIBRARIES = (*corpus.LIBRARIES, "opencv-python-headless", "scipy", "scikit-learn")
LONGEST = 384  # px of assets
POST_LONGEST = 640  # px of posts, which show assets small
FEATURES, POST_FEATURES = 400, 800  # strongest first
CONTRAST = 0.01  # a quarter of OpenCV's threshold: packshots on white have little contrast
WORDS = 8192
SAMPLE = 200_000  # features that the words are learned from
CANDIDATES = 30  # assets of each mirror image that geometry looks at
RATIO = 0.85  # of the nearest to the second nearest distance; Lowe's .8 loses small crops
CLAIMS = 10


class RootSift:
    """Voting and verification with OpenCV alone."""

    name = "rootsift"
    configuration: Mapping[str, str] = {"features": str(FEATURES), "words": str(WORDS), "candidates": str(CANDIDATES)}

    def __init__(self, *, cache: Path) -> None:
        self.versions = made_by(CODE, LIBRARIES)
        self._cache = cache
        self._assets: tuple[str, ...] = ()
        self._features: list[Features] = []

    def fit(self, library: Sequence[Source]) -> None:
        """Describe the library, learn the words from it, count them."""
        self._assets = tuple(source.asset for source in library)
        found = recall(
            self._cache, self.versions, library, lambda pixels: _stored(_features(pixels, LONGEST, FEATURES))
        )
        self._features = [_restored(array) for array in found]
        self._words = _learn(self._features)
        self._idf = TfidfTransformer(sublinear_tf=True)
        self._index = self._idf.fit_transform(self._histograms(self._features)).T.tocsr()

    def answer(self, pixels: Pixels) -> Answer:
        """Assets by the number of features that agree with one affine map; the vote breaks ties."""
        began = perf_counter()
        sides = [_features(side, POST_LONGEST, POST_FEATURES) for side in (pixels, pixels[:, ::-1])]
        described = perf_counter()
        votes = (self._idf.transform(self._histograms(sides)) @ self._index).toarray()
        voted = perf_counter()
        scores: dict[int, float] = {}
        for features, vote in zip(sides, votes, strict=True):
            for n in np.argsort(-vote, kind="stable")[:CANDIDATES]:
                if vote[n] > 0:
                    score = _inliers(self._features[n], features) + float(vote[n])
                    scores[int(n)] = max(score, scores.get(int(n), 0.0))
        best = sorted(scores, key=lambda n: -scores[n])[:CLAIMS]
        claims = tuple(Claim(self._assets[n], scores[n]) for n in best)
        seconds = {"fingerprint": described - began, "search": voted - described, "align": perf_counter() - voted}
        return Answer(claims, seconds=seconds)

    @property
    def bytes_per_asset(self) -> float:
        """Of descriptors as bytes and positions as two float32."""
        return float(np.mean([len(features) for features in self._features])) * (128 + 8)

    def close(self) -> None:
        """Nothing is held."""

    def _histograms(self, pictures: Iterable[Features]) -> csr_matrix:
        """How often each word occurs in each picture: (pictures, WORDS)."""
        words = [self._words.predict(features[:, 2:]) if len(features) else np.zeros(0, int) for features in pictures]
        rows = np.repeat(np.arange(len(words)), [len(found) for found in words])
        columns = np.concatenate(words)
        shape = (len(words), self._words.n_clusters)
        return csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), shape=shape)


def _learn(library: Sequence[Features]) -> MiniBatchKMeans:
    everything = np.concatenate([features[:, 2:] for features in library])
    rng = np.random.default_rng(0)
    sample = everything[rng.permutation(len(everything))[:SAMPLE]]
    if not len(sample):
        sample = np.zeros((1, 128), np.float32)  # a library without any structure: one word that nobody says
    words = MiniBatchKMeans(
        min(WORDS, len(sample)), batch_size=8192, max_iter=3, n_init=1, init="random", random_state=0
    )
    return words.fit(sample)


def _features(pixels: Pixels, longest: int, count: int) -> Features:
    scale = longest / max(pixels.shape[:2])
    size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    points, descriptors = cv2.SIFT.create(count, contrastThreshold=CONTRAST).detectAndCompute(grey, None)
    if descriptors is None:
        return np.zeros((0, 130), np.float32)
    root = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6))
    return np.asarray(np.c_[[point.pt for point in points], root], np.float32)


def _stored(features: Features) -> npt.NDArray[np.uint8]:
    """Positions in sixteenths of a px as 16 bit, descriptors in 255ths as 8 bit: (N, 4 + 128) uint8."""
    positions = np.round(features[:, :2] * 16).astype(np.uint16).view(np.uint8).reshape(len(features), 4)
    return np.asarray(np.c_[positions, np.round(features[:, 2:] * 255)], np.uint8)


def _restored(array: npt.NDArray[np.uint8]) -> Features:
    positions = np.ascontiguousarray(array[:, :4]).view(np.uint16) / 16
    return np.asarray(np.c_[positions, array[:, 4:] / 255], np.float32)


def _inliers(asset: Features, post: Features) -> int:
    if len(asset) < 4 or len(post) < 4:
        return 0
    similarity = asset[:, 2:] @ post[:, 2:].T
    nearest = np.argmax(similarity, axis=1)
    rows = np.arange(len(asset))
    best = similarity[rows, nearest]
    similarity[rows, nearest] = -1
    distance, second = np.sqrt(np.maximum(0, 2 - 2 * best)), np.sqrt(np.maximum(0, 2 - 2 * similarity.max(axis=1)))
    good = distance < RATIO * second
    _, unique = np.unique(nearest[good], return_index=True)  # one asset feature per post feature
    here, there = asset[good][unique, :2], post[nearest[good][unique], :2]
    if len(here) < 4:
        return 0
    cv2.setRNGSeed(0)  # the same answer in every run
    _, agree = cv2.estimateAffine2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=5.0, maxIters=1000)
    return int(np.count_nonzero(agree))
