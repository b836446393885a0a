"""The plain form's encoder as a frozen feature extractor: what does a linear classifier make of its codes?

    python -m lineage.train.autoencoder.frozen PLAIN.safetensors PICTURES LABELS.csv

LABELS.csv has a header, a path below PICTURES in its first column and a class in its second. The same classifier on the
vectors of the default backbone stands beside it.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lineage.backbones.load import load
from lineage.read.images import decode
from lineage.records import Floats
from lineage.settings import Settings
from lineage.train.autoencoder.gallery import LONGEST, evenly
from lineage.train.autoencoder.plain import load_plain

FOLDS = 5
FEWEST = 2 * FOLDS  # pictures of a class
BATCH = 64

Names = npt.NDArray[np.str_]


def accuracy(features: Floats, labels: Names) -> tuple[float, float]:
    """Mean accuracy of a logistic regression over the folds, and its standard deviation between them."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    scores = cross_val_score(model, features, labels, cv=folds)
    return float(scores.mean()), float(scores.std())


def read_labels(file: Path, *, limit: int) -> list[tuple[str, str]]:
    """(path, class) of at most `limit` pictures, spread evenly, without classes too small for the folds."""
    with file.open(encoding="utf-8", newline="") as stream:
        pairs = evenly([(row[0], row[1]) for row in list(csv.reader(stream))[1:] if row[1]], limit)
    often = Counter(label for _, label in pairs)
    return [(path, label) for path, label in pairs if often[label] >= FEWEST]


def main() -> None:
    """Print the accuracies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    arguments = parser.parse_args()
    pairs = read_labels(arguments.labels, limit=arguments.limit)
    pictures = [decode(arguments.pictures / path, longest=LONGEST).pixels for path, _ in pairs]
    labels, embedder = np.array([label for _, label in pairs]), load(Settings().backbone)
    codes = load_plain(arguments.weights).features(pictures)
    vectors = np.concatenate([embedder.embed(pictures[k : k + BATCH]) for k in range(0, len(pictures), BATCH)])
    most = Counter(labels.tolist()).most_common(1)[0][1] / len(labels)
    print(f"{len(labels)} pictures, {len(set(labels.tolist()))} classes; always the commonest: {most:.3f}")
    for name, features in (("autoencoder", codes), (embedder.spec.name, vectors)):
        mean, deviation = accuracy(features, labels)
        print(f"{name}, {features.shape[1]} numbers: {mean:.3f} ± {deviation:.3f}")


if __name__ == "__main__":
    main()
