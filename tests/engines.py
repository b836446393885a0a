"""The engine on a few files, without an index: for tests of how answers come about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lineage.backbones.load import load
from lineage.build import engine_on_pictures
from lineage.engine import Engine
from lineage.protocols import Embedder
from lineage.read.places import read_with_digest
from lineage.read.sheets import decode_asset
from lineage.records import Location, Picture
from lineage.settings import Settings


@contextmanager
def engine_for_files(files: Sequence[Path], settings: Settings, embedder: Embedder | None = None) -> Iterator[Engine]:
    """The engine on just these files, by the backbone of the settings if none is given."""
    with engine_on_pictures(map(_read, files), embedder or load(settings.backbone), settings) as engine:
        yield engine


def _read(file: Path) -> tuple[Location, Picture, str]:
    _, sha256 = read_with_digest("", str(file))
    return Location("", str(file), 0, mtime_ns=0), decode_asset(file, longest=Settings().asset_longest), sha256
