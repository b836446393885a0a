"""Pictures of assets from their files, the latest kept as decoded: a page shows one in several ways at once."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from lineage.read.originals import from_files, preview
from lineage.records import Entry, Pixels

KEPT = 8  # of up to 12 MB each


class Originals:
    """Asked from several threads.

    Args:
        pixel_limit: larger files are not read
    """

    def __init__(self, *, pixel_limit: int) -> None:
        self._limit = pixel_limit
        self._kept: OrderedDict[tuple[str, int], Pixels] = OrderedDict()
        self._lock = Lock()

    def picture(self, entry: Entry, *, longest: int) -> Pixels:
        """As `lineage.read.originals.original`, (h, w, 3) uint8, not to be written to.

        Raises:
            ImageError: no file holds the asset, and its preview is damaged
        """
        key = entry.asset.id, longest
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = from_files(entry, longest=longest, pixel_limit=self._limit)
        if found is None:
            return preview(entry)  # which is not kept: the file may be there again
        self._keep(key, found)
        return found

    def _keep(self, key: tuple[str, int], pixels: Pixels) -> None:
        with self._lock:
            self._kept[key] = pixels
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
