"""The assets of one index into another one, with vectors of another backbone; all the rest is carried over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum

from lineage.machine.processors import processors
from lineage.protocols import Embedder, Store
from lineage.read.exposure import brightened
from lineage.read.originals import from_files, preview
from lineage.records import Entry, Pixels
from lineage.settings import Settings

BATCH = 64  # entries on their way at once; some 2 MB, and as many pictures of half a megapixel

Progress = Callable[[int], None]


class Source(StrEnum):
    """What the new vectors are made from: the stored previews, or the files as when they were indexed."""

    PREVIEWS = "previews"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Reembedded:
    """What a run did.

    Attributes:
        embedded: assets that got their vector in this run
        present: assets that had it from an earlier, interrupted run
        from_previews: of those embedded, how many from their previews
        dropped: assets of an earlier run that the first index has no more
    """

    embedded: int
    present: int
    from_previews: int
    dropped: int


def reembed(
    current: Store,
    other: Store,
    embedder: Embedder,
    *,
    source: Source,
    settings: Settings,
    progress: Progress = lambda _: None,
) -> Reembedded:
    """Bring the other index up to date with the current one; goes on where an earlier run ended.

    Args:
        current: where the assets come from; it is only read
        other: where they go, for vectors of `embedder`
        embedder: makes the new vectors
        source: a file that is gone or changed is replaced by its preview
        settings: how files are decoded
        progress: called with the number of assets done since the last call

    Raises:
        ImageError: a stored preview is damaged
        StoreError: a store is gone; a next run goes on
    """
    embedded = present = previews = 0
    with ThreadPoolExecutor(processors()) as threads:
        for batch in current.scroll(batch=BATCH):
            there = other.assets([entry.asset.id for entry in batch])
            missing = [entry for entry in batch if entry.asset.id not in there]
            pictures = list(threads.map(lambda entry: _picture(entry, source, settings), missing))
            other.upsert(_embedded(missing, [pixels for pixels, _ in pictures], embedder))
            other.relocate([entry.asset for entry in batch if there.get(entry.asset.id, entry.asset) != entry.asset])
            embedded += len(missing)
            present += len(batch) - len(missing)
            previews += sum(by_preview for _, by_preview in pictures)
            progress(len(batch))
    gone = list(_gone(current, other)) if other.count() > current.count() else []
    other.delete(gone)
    other.flush()
    return Reembedded(embedded, present, previews, len(gone))


def _embedded(entries: Sequence[Entry], pictures: Sequence[Pixels], embedder: Embedder) -> list[Entry]:
    vectors = embedder.embed([brightened(picture) for picture in pictures])
    return [
        replace(entry, fingerprint=replace(entry.fingerprint, vector=vector))
        for entry, vector in zip(entries, vectors, strict=True)
    ]


def _picture(entry: Entry, source: Source, settings: Settings) -> tuple[Pixels, bool]:
    """The asset's picture, and whether it is the preview."""
    limits = {"longest": settings.asset_longest, "pixel_limit": settings.pixel_limit}
    pixels = from_files(entry, **limits) if source is Source.FILES else None
    return (preview(entry), True) if pixels is None else (pixels, False)


def _gone(current: Store, other: Store) -> Iterator[str]:
    for batch in other.scroll(batch=BATCH):
        ids = [entry.asset.id for entry in batch]
        there = current.assets(ids)
        yield from (key for key in ids if key not in there)
