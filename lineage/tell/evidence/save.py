"""Evidence pictures as files."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Protocol
from zlib import crc32

from PIL import Image

from lineage.machine.whole_file import write_whole
from lineage.protocols import Store
from lineage.read.originals import from_files, preview
from lineage.read.places import is_remote
from lineage.records import Entry, Picture, Report
from lineage.tell.evidence.caption import as_info, caption
from lineage.tell.evidence.draw import Shown, draw
from lineage.tell.evidence.page import SUFFIX
from lineage.tell.evidence.words import drawn_first
from lineage.tell.wording import rival

_ASSET_SIDE = 1024  # px: more than a tile shows
_LONGEST = 255 - len(".01234567" + SUFFIX)  # bytes of a name, which may have 255 with what is added


class _WithStore(Protocol):
    """The part of an engine that is needed here."""

    @property
    def store(self) -> Store: ...


def save_evidence(engine: _WithStore, picture: Picture, report: Report, folder: Path) -> Path:
    """Draw the evidence for a report into a folder, which is made where it is missing; the file's path."""
    return write_evidence(evidence_file(engine, picture, report), report.query, folder)


def evidence_file(engine: _WithStore, picture: Picture, report: Report) -> bytes:
    """The evidence for a report as a PNG file, which says what is told of the post."""
    drawn = [*drawn_first(report.verdict), *filter(None, [rival(report.verdict)])]
    entries = engine.store.entries([match.evidence.asset.id for match in drawn])
    assets = {key: _shown(entry) for key, entry in entries.items()}
    drawing, buffer = draw(picture.pixels, report.verdict, assets=assets, name=report.query), BytesIO()
    Image.fromarray(drawing).save(buffer, "PNG", pnginfo=as_info(caption(report)))
    return buffer.getvalue()


def write_evidence(file: bytes, query: str, folder: Path) -> Path:
    """Write what `evidence_file` has made of the post of that name into a folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _file_name(query)
    write_whole(path, file)
    return path


def _shown(entry: Entry) -> Shown:
    found = from_files(entry, longest=_ASSET_SIDE)
    if found is None:
        return Shown(preview(entry), remark="its preview: the file is gone or has changed")
    return Shown(found)


def _file_name(query: str) -> str:
    """`post.lineage.png`; with a check sum where other posts may have the same name: in other folders, or cut short."""
    # The query of a web address may be of any length.
    path = Path("stdin" if query == "-" else query.partition("?")[0] if is_remote(query) else query)
    long = len(os.fsencode(path.name)) > _LONGEST
    mark = "" if path.parent == Path() and not long else f".{crc32(os.fsencode(query)):08x}"
    name = os.fsencode(path.name)[:_LONGEST].decode("utf-8", "ignore") if long else path.name
    return f"{name}{mark}{SUFFIX}"
