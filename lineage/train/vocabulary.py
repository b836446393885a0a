"""Train what `lineage/keypoints.py` ships with: the PCA of RootSIFT descriptors and the product vocabulary.

    python -m lineage.train.vocabulary FOLDER --out lineage/weights/keypoints.safetensors

Needs a few thousand pictures of any kind; a minute or two on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save_file
from sklearn.cluster import MiniBatchKMeans

from lineage.keypoints import Vocabulary, describe
from lineage.records import Floats

DIM = 64  # components kept of 128
CENTRES = 1024  # per half: 2²⁰ words
PER_PICTURE = 100  # descriptors of one picture, so that no picture dominates


def train(pictures: Sequence[Path], *, seed: int) -> Vocabulary:
    """A vocabulary from pictures; the same pictures in the same order and the same seed give the same vocabulary."""
    descriptors = np.concatenate([_descriptors(path) for path in pictures])
    mean = descriptors.mean(0)
    variances, components = np.linalg.eigh(np.cov(descriptors - mean, rowvar=False))
    projection = components[:, ::-1][:, :DIM].astype(np.float32)
    step = np.float32(4 * np.sqrt(variances[-1]) / 127)  # four standard deviations of the widest component fit
    levels = (descriptors - mean) @ projection / step
    centres = [_centres(np.ascontiguousarray(levels[:, half::2]), seed) for half in (0, 1)]
    return Vocabulary(mean=mean, projection=projection, step=np.array([step]), centres=np.stack(centres))


def _descriptors(path: Path) -> Floats:
    with Image.open(path) as image:
        return describe(np.asarray(image.convert("RGB")), limit=PER_PICTURE, side=512)[1]


def _centres(levels: Floats, seed: int) -> Floats:
    means = MiniBatchKMeans(CENTRES, batch_size=8192, n_init=1, random_state=seed).fit(levels)
    return np.asarray(means.cluster_centers_, np.float32)


def main() -> None:
    """Read a folder, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pictures = sorted(path for path in arguments.folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    vocabulary = train(pictures, seed=arguments.seed)
    save_file({name: getattr(vocabulary, name) for name in Vocabulary.__slots__}, arguments.out)


if __name__ == "__main__":
    main()
