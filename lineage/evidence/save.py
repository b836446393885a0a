"""Evidence pictures as files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol
from zlib import crc32

from PIL import Image

from lineage.evidence.draw import draw
from lineage.images import decode
from lineage.places import UNREADABLE, is_remote, read
from lineage.protocols import Store
from lineage.records import Entry, Picture, Pixels, Report

_ASSET_SIDE = 1024  # px: more than a tile shows
_LONGEST = 255 - len(".01234567.lineage.png")  # bytes of a name, which may have 255 with what is added


class _Asked(Protocol):
    """The part of an engine that is needed here."""

    @property
    def store(self) -> Store: ...


def save_evidence(engine: _Asked, picture: Picture, report: Report, folder: Path) -> Path:
    """Draw the evidence for a report into a folder, which is made where it is missing; the file's path."""
    matches = report.verdict.matches
    entries = engine.store.entries([match.evidence.asset.id for match in matches[:1]])
    asset = next((_asset_pixels(entry) for entry in entries.values()), None)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _file_name(report.query)
    Image.fromarray(draw(picture.pixels, report.verdict, asset=asset, name=report.query)).save(path)
    return path


def _asset_pixels(entry: Entry) -> Pixels:
    """The asset's file, or its preview where the file has gone or changed its place."""
    location = entry.asset.locations[0]
    try:
        content = read(location.root, location.path)
        return decode(content, name=location.path, longest=_ASSET_SIDE).pixels
    except UNREADABLE:
        return decode(entry.fingerprint.preview, name=entry.asset.path).pixels


def _file_name(query: str) -> str:
    """`post.lineage.png`; with a check sum where other posts may have the same name: in other folders, or cut short."""
    # The query of a web address may be of any length.
    path = Path("stdin" if query == "-" else query.partition("?")[0] if is_remote(query) else query)
    long = len(os.fsencode(path.name)) > _LONGEST
    mark = "" if path.parent == Path() and not long else f".{crc32(os.fsencode(query)):08x}"
    name = os.fsencode(path.name)[:_LONGEST].decode("utf-8", "ignore") if long else path.name
    return f"{name}{mark}.lineage.png"
