"""Labels of what is in an index, from what the index already holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lineage.insight.labels.examples import Member
from lineage.insight.labels.model import LabelModel
from lineage.insight.labels.predict import Labelled, label
from lineage.insight.labels.regions import look, region
from lineage.protocols import Store
from lineage.read.images import decode
from lineage.records import Entry, Floats


def label_assets(model: LabelModel, members: Sequence[Member], store: Store) -> Iterator[tuple[str, Labelled]]:
    """Id and labels of every asset. The vectors of whole pictures are those of the index where it was written by the
    member's backbone; all else is made from previews."""
    for batch in store.scroll():
        paths = [entry.asset.path for entry in batch]
        labelled = label(model, paths, [_vectors(member, batch, store) for member in members])
        yield from zip([entry.asset.id for entry in batch], labelled, strict=True)


def _vectors(member: Member, batch: Sequence[Entry], store: Store) -> Floats:
    if member.region == "whole" and member.embedder.spec.weights == store.stamp.weights:
        return np.stack([entry.fingerprint.vector for entry in batch])
    previews = [decode(entry.fingerprint.preview, name=entry.asset.path).pixels for entry in batch]
    return look(previews, member.embedder, region(member.region))
