"""The asset's own picture: from the first of its files that still holds its bytes, or else its preview.

What lies at an asset's path now may be another picture: files are replaced, and indexes are a little behind. So every
file is taken by its digest, and one that has changed is no better than one that is gone.
"""

from __future__ import annotations

from functools import lru_cache

from lineage.read.images import PIXEL_LIMIT, decode
from lineage.read.places import UNREADABLE, read_with_digest
from lineage.records import Entry, Pixels

PREVIEWS = 48  # decoded ones that are kept, some 10 MB: all that are laid over one post


def original(entry: Entry, *, longest: int, pixel_limit: int = PIXEL_LIMIT) -> Pixels:
    """The asset's picture as large as it can be had, (h, w, 3) uint8.

    Args:
        entry: asset and preview
        longest: px, longer side at which a file is read; the preview comes as it was stored
        pixel_limit: larger files are not read

    Raises:
        ImageError: no file holds the asset, and its preview is damaged
    """
    found = from_files(entry, longest=longest, pixel_limit=pixel_limit)
    return preview(entry).copy() if found is None else found


def from_files(entry: Entry, *, longest: int, pixel_limit: int = PIXEL_LIMIT) -> Pixels | None:
    """The same from the asset's files alone; None: none of them is there, readable and unchanged."""
    for location in entry.asset.locations:
        try:
            content, digest = read_with_digest(location.root, location.path)
            if digest == entry.asset.sha256:
                return decode(content, name=location.path, longest=longest, pixel_limit=pixel_limit).pixels
        except UNREADABLE:  # moved, not mounted, or above a limit that was lowered: the next may do
            continue
    return None


def preview(entry: Entry) -> Pixels:
    """The asset's picture as the store keeps it, (h, w, 3) uint8, not to be written to.

    Raises:
        ImageError: it is damaged
    """
    return _decoded(entry.fingerprint.preview, entry.asset.path)


@lru_cache(maxsize=PREVIEWS)
def _decoded(file: bytes, path: str) -> Pixels:
    """A query looks at the same few assets in up to five stages."""
    return decode(file, name=f"preview of {path}").pixels
