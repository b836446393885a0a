"""How well right candidates part from look-alikes, by geometry, by the plain aligned residual and by the autoencoder.

    python -m lineage.train.autoencoder.separation FOLDER … --posts 300

Posts are made from the pictures of each folder, which should not be among those that were trained on. Candidates of a
post are its source and the pictures that share most visual words with that, as far as `lineage.verify.align` lays them
into the post, together, as a query does.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lineage.describe.keypoints import extract, words
from lineage.describe.post import post_features
from lineage.manipulate import any_post
from lineage.read.images import SUPPORTED_SUFFIXES, decode, shrink
from lineage.records import Alignment, Floats, Keypoints, Laid, Pixels, Residual, Restoration
from lineage.reporting.interval import Interval, interval
from lineage.train.autoencoder.gallery import LONGEST, nearest
from lineage.verify.align import align_all
from lineage.verify.residual import residual
from lineage.verify.restore import SHIPPED, AutoencoderRestorer, load_restorer

CONTEXT = 4  # foreign pictures that a post may use
FOLDS = 5
ASSET_LONGEST = 512  # px, as an index decodes assets
LOOKALIKES = 8
RESAMPLES = 500
Truths = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trials:
    """Candidates of posts with known truth, N of them, about which both residuals have something to say.

    Attributes:
        right: (N,) bool, whether the post was made from it
        post: (N,) number of the post
        columns: name of a kind of evidence → (N, figures) float32
    """

    right: Truths
    post: Numbers
    columns: dict[str, Floats]


def collect(
    pictures: Sequence[Pixels],
    restorers: Mapping[str, AutoencoderRestorer],
    *,
    posts: int,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Trials:
    """Make posts, lay their candidates into them and measure.

    Args:
        pictures: more than CONTEXT of them, (H, W, 3) uint8
        restorers: by the name that their evidence is to have
        posts: number of posts to make
        seed: of posts
        progress: told after every post
    """
    rng = np.random.default_rng(seed)
    keypoints = [extract(picture) for picture in pictures]
    near = nearest([words(found) for found in keypoints], LOOKALIKES)
    previews = [shrink(picture, LONGEST) for picture in pictures]
    rows = []
    for number in range(posts):
        source, *others = (int(k) for k in rng.choice(len(pictures), CONTEXT + 1, replace=False))
        context = [pictures[other] for other in others]
        post = any_post(pictures[source], seed=int(rng.integers(2**31)), context=context).pixels
        asked = [source, *(other for other in near[source] if other not in others)]
        rows += [(number, *row) for row in _rows(post, asked, previews, keypoints, restorers)]
        progress(1)
    right, numbers = np.array([row[1] for row in rows], np.bool_), np.array([row[0] for row in rows], np.int64)
    names = ("geometry", "residual", "moved", *restorers)
    tables = {name: np.array([row[2][k] for row in rows], np.float32) for k, name in enumerate(names)}
    return Trials(right, numbers, tables)


_Row = tuple[bool, tuple[tuple[float, ...], ...]]


def _rows(
    post: Pixels,
    asked: Sequence[int],
    previews: Sequence[Pixels],
    keypoints: Sequence[Keypoints],
    restorers: Mapping[str, AutoencoderRestorer],
) -> list[_Row]:
    """Of the aligned candidates; the first one asked about is the source."""
    features = post_features(post)
    sizes = [(previews[one].shape[1], previews[one].shape[0]) for one in asked]
    found = align_all(features, [keypoints[one] for one in asked], asset_sizes=sizes)
    laid = [(one, place) for one, place in zip(asked, found, strict=True) if place]
    pairs = [Laid(previews[one], place.asset_to_post, place.region_in_asset) for one, place in laid]
    compared = [residual(post, one.preview, one.asset_to_post) for one in pairs]
    restored = zip(*(restorer.restore(post, pairs) for restorer in restorers.values()), strict=True)
    return [
        (
            one == asked[0],
            (_of_geometry(place), _of_residual(rest), _of_movement(rest), *(_of_restoration(w) for w in whole if w)),
        )
        for (one, place), rest, whole in zip(laid, compared, restored, strict=True)
        if rest and all(whole)
    ]


def _of_geometry(found: Alignment) -> tuple[float, ...]:
    share = found.weight / max(found.expected, 1)
    return (np.log1p(found.inliers), np.log1p(found.weight), share, found.spread, found.asset_seen, found.error)


def _of_residual(found: Residual) -> tuple[float, ...]:
    return (found.trimmed, found.correlation, found.agreeing, found.disagreeing)


def _of_movement(found: Residual) -> tuple[float, ...]:
    return (found.moved,)


def _of_restoration(found: Restoration) -> tuple[float, ...]:
    return (found.agreement, np.log(found.loss), np.log(found.mean), found.explained)


def scores(trials: Trials, names: Sequence[str]) -> Floats:
    """(N,) probability by a logistic regression on these kinds of evidence, in five folds; no post judges itself."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, class_weight="balanced"))
    table = np.concatenate([trials.columns[name] for name in names], 1)
    folds = GroupKFold(FOLDS)
    predicted = cross_val_predict(model, table, trials.right, groups=trials.post, cv=folds, method="predict_proba")
    return np.asarray(predicted[:, 1], np.float32)


def enough(trials: Trials) -> bool:
    """Whether there are right and wrong candidates for every fold."""
    return all(len(np.unique(trials.post[trials.right == side])) >= 4 * FOLDS for side in (False, True))


def separation(trials: Trials, scored: Floats, *, against: Floats | None = None) -> Interval:
    """Area under the ROC curve of right against wrong candidates by these scores, or with `against` how much larger it
    is than by theirs; resampled by post.
    """

    def measured(chosen: Numbers) -> float:
        right = trials.right[chosen]
        mine = float(roc_auc_score(right, scored[chosen]))
        return mine - float(roc_auc_score(right, against[chosen])) if against is not None else mine

    rng, last = np.random.default_rng(0), int(trials.post.max()) + 1
    rows = [np.flatnonzero(trials.post == post) for post in range(last)]
    drawn = [np.concatenate([rows[k] for k in rng.integers(0, last, last)]) for _ in range(RESAMPLES)]
    return interval(measured(np.arange(len(trials.right))), [measured(chosen) for chosen in drawn])


def table(trials: Trials, restorers: Sequence[str]) -> str:
    """Markdown lines: what is known of a candidate, AUROC, 95 % interval; then what each restorer adds."""
    lines = []
    for without in (["residual"], ["moved"], ["residual", "moved"], ["geometry"], ["geometry", "residual", "moved"]):
        lines.append(_line(trials, without))
    for name in restorers:
        lines += [_line(trials, [name]), _line(trials, ["geometry", name])]
        for without in (["residual"], ["residual", "moved"], ["geometry", "residual", "moved"]):
            lines += [_line(trials, [*without, name]), _line(trials, [*without, name], without)]
    return "\n".join(lines)


def _line(trials: Trials, names: Sequence[str], without: Sequence[str] = ()) -> str:
    against = scores(trials, without) if without else None
    one, sign = separation(trials, scores(trials, names), against=against), "+" if without else ""
    label = f"gain over {' + '.join(without)}" if without else " + ".join(names)
    return f"| {label} | {one.value:{sign}.4f} | {one.low:{sign}.4f} … {one.high:{sign}.4f} |"


def main() -> None:
    """Print one table a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--weights", type=Path, nargs="+", default=[SHIPPED])
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    restorers = {file.stem: load_restorer(file) for file in arguments.weights}
    for folder in arguments.folders:
        files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUPPORTED_SUFFIXES)
        pictures = [decode(file, longest=ASSET_LONGEST).pixels for file in files]
        trials = collect(pictures, restorers, posts=arguments.posts, seed=arguments.seed)
        wrong = int((~trials.right).sum())
        print(f"\n{folder.name}: {len(files)} pictures, {int(trials.right.sum())} right and {wrong} wrong candidates\n")
        print("| known of a candidate | AUROC | 95 % |\n|---|---|---|")
        print(table(trials, list(restorers)), flush=True)


if __name__ == "__main__":
    main()
