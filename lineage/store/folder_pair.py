"""Two indexes in one folder: `stamp.json` is that of the one that is opened, `stamp-INDEX.json` that of the other.

Which is which changes by one rename, so a process that is killed at any moment leaves an index that opens.
"""

from __future__ import annotations

from pathlib import Path

from lineage.errors import StoreError
from lineage.protocols import Store
from lineage.records import Stamp
from lineage.store import folder as folders
from lineage.store import stamps
from lineage.store.room import TO_WRITE, bytes_on_disk, require_room


class FolderPair:
    """A `Pair` in a folder. The lock is that of the current store, so `current` must stay open as long as the pair.

    Raises:
        StoreMissing, StoreLocked, StoreError: as for the current store
    """

    def __init__(self, folder: Path) -> None:
        self.current: Store = folders.open_(folder)
        self._folder = folder
        folders.sweep(self._folder)

    def beside(self) -> Stamp | None:
        """See `Pair`."""
        found = self._other()
        return found.stamp if found else None

    def make_beside(self, stamp: Stamp) -> Store:
        """See `Pair`."""
        if self._other():
            raise StoreError(f"there is already an index beside the one at {self._folder}")
        require_room(self._folder, TO_WRITE + bytes_on_disk(self._folder / stamps.read(self._folder).shard))
        written = stamps.Written(stamp, f"{stamps.SHARD}-{stamp.index}")
        folders.build_shard(self._folder / written.shard, dim=stamp.dim)
        # Last: a shard that no stamp file names is swept away.
        stamps.write(self._folder, stamps.name_beside(stamp), written)
        return self.open_beside()

    def open_beside(self) -> Store:
        """See `Pair`."""
        return folders.open_shard(self._folder, self._required(), held=None)

    def switch(self) -> None:
        """See `Pair`; the rename is what switches."""
        other, current = self._required(), stamps.read(self._folder)
        stamps.write(self._folder, stamps.name_beside(current.stamp), current)
        stamps.rename(self._folder / stamps.name_beside(other.stamp), self._folder / stamps.CURRENT)

    def drop(self) -> None:
        """See `Pair`."""
        if other := self._other():
            (self._folder / stamps.name_beside(other.stamp)).unlink()
            folders.sweep(self._folder)

    def close(self) -> None:
        """See `Pair`."""
        self.current.close()

    def _other(self) -> stamps.Written | None:
        current = stamps.read(self._folder).stamp.index
        found = (stamps.read(self._folder, name) for name in stamps.names(self._folder) if name != stamps.CURRENT)
        return next((written for written in found if written.stamp.index != current), None)

    def _required(self) -> stamps.Written:
        other = self._other()
        if other is None:
            raise StoreError(f"there is no index beside the one at {self._folder}")
        return other
