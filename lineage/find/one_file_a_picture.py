"""One picture in several files, as TIFF and as JPEG or in two sizes: one of them is looked at, the others are named.

Beside each other they would share the features of a post, and each would be the other's strongest rival: neither could
be told from the other, and both would look doubtful. A decision is fitted without such files
(`train/decision/trials.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lineage.describe.same_picture import SamePicture, show_the_same
from lineage.records import Asset, Candidates


def one_a_picture(found: Candidates, *, kept: Collection[str] = ()) -> Candidates:
    """The most promising file of each picture, with the other candidates that show the same as its `twins`.

    Args:
        found: candidates, most promising first
        kept: ids of candidates that stay all the same
    """
    entries = [entry for _, entry in found.candidates]
    same = SamePicture([entry.fingerprint.hashes for entry in entries])
    twins: dict[str, tuple[Asset, ...]] = {}
    dropped = set[str]()
    for number, entry in enumerate(entries):
        if entry.asset.id in dropped:
            continue
        later = (entries[n] for n in same.among(number, start=number + 1))
        free = [other for other in later if other.asset.id not in {*kept, *dropped}]
        twins[entry.asset.id] = tuple(other.asset for other in free if show_the_same(entry, other))
        dropped |= {asset.id for asset in twins[entry.asset.id]}
    candidates = tuple(pair for pair in found.candidates if pair[0].id not in dropped)
    return replace(found, candidates=candidates, twins=twins)
