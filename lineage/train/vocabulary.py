"""Train what `lineage/describe/keypoints.py` ships with: the PCA of RootSIFT descriptors and the product vocabulary.

    python -m lineage.train.vocabulary FOLDER --out lineage/weights/keypoints.safetensors

Needs a few thousand pictures of any kind; a minute or two on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.cluster import MiniBatchKMeans

from lineage.describe.keypoints import SIDE, Vocabulary, describe
from lineage.machine.whole_file import whole
from lineage.read.images import decode
from lineage.records import Floats

DIM = 32  # components kept of 128: 86 % of the variance, and as many right matches as with 64
CENTRES = 2048  # per half: 4 million words
MIRRORED = [  # where each bin (4 rows × 4 columns × 8 directions) of a SIFT descriptor goes in a mirror
    ((3 - row) * 4 + column) * 8 + -direction % 8 for row in range(4) for column in range(4) for direction in range(8)
]
PER_PICTURE = 150  # descriptors of one picture, so that no picture dominates


def train(pictures: Sequence[Path], *, seed: int) -> Vocabulary:
    """A vocabulary from pictures; the same pictures in the same order and the same seed give the same vocabulary."""
    descriptors = np.concatenate([_descriptors(path) for path in pictures])
    both = np.concatenate([descriptors, descriptors[:, MIRRORED]])
    mean = both.mean(0)
    projection, parity, deviation = _components(both - mean)
    step = 4 * deviation / 127  # four standard deviations of the widest component fit
    levels = (descriptors - mean) @ projection / step
    centres = [_centres(np.ascontiguousarray(levels[:, half::2]), seed) for half in (0, 1)]
    return Vocabulary(mean, projection, parity, np.array([step], np.float32), np.stack(centres))


def _components(centred: Floats) -> tuple[Floats, Floats, float]:
    """Principal components of mirror-symmetric data (128, DIM), their parity (DIM,), deviation along the first.

    Mirroring and the covariance commute. A trace of the one in the other parts components of equal variance and
    different parity, so that each is purely even or odd.
    """
    mirroring = np.eye(128)[MIRRORED]
    variances, components = np.linalg.eigh(centred.T @ centred / len(centred) + 1e-9 * mirroring)
    kept = components[:, ::-1][:, :DIM]
    parity = np.rint(np.einsum("ij,ij->j", kept, mirroring @ kept))
    return kept.astype(np.float32), parity.astype(np.float32), float(np.sqrt(variances[-1]))


def _descriptors(path: Path) -> Floats:
    return describe(decode(path).pixels, limit=PER_PICTURE, side=SIDE)[1]


def _centres(levels: Floats, seed: int) -> Floats:
    means = MiniBatchKMeans(CENTRES, batch_size=8192, n_init=1, random_state=seed).fit(levels)
    return np.asarray(means.cluster_centers_, np.float32)


def main() -> None:
    """Read a folder, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture only")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pictures = sorted(path for path in arguments.folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    vocabulary = train(pictures[:: arguments.every], seed=arguments.seed)
    with whole(arguments.out) as part:
        save_file({name: getattr(vocabulary, name) for name in Vocabulary.__slots__}, part)


if __name__ == "__main__":
    main()
