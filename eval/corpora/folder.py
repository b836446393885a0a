"""The pictures of a folder, and which of them are indexed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.corpora.corpus import Source
from indexer.files.scan import Scan
from lineage.errors import ImageError, UsageError
from lineage.read.images import decode


@dataclass(frozen=True, slots=True)
class Folder:
    """The pictures of a folder.

    Attributes:
        root: the folder
        sources: pictures that can be read, by name; of files with equal bytes the first
        unreadable: names of files that cannot be read as pictures, with the reason
        twins: names of files left out because their bytes are those of a source → name of that source
        by_content: SHA-256 of a file, sources and twins alike → name of the source
        undrawn: names of files that a limit left out
    """

    root: Path
    sources: tuple[Source, ...]
    unreadable: Mapping[str, str]
    twins: Mapping[str, str]
    by_content: Mapping[str, str]
    undrawn: frozenset[str]


def read_folder(root: Path, *, limit: int | None = None, seed: int = 0) -> Folder:
    """The pictures below `root`, or a random `limit` of them.

    Raises:
        UsageError: no such folder, or fewer than two different pictures in it that can be read
    """
    if not root.is_dir():
        raise UsageError(f"{root}: there is no such folder")
    names = [location.path for location in Scan(root)]
    if limit is not None:
        np.random.default_rng(seed).shuffle(names)
    found: dict[str, Source] = {}
    unreadable: dict[str, str] = {}
    twins: dict[str, str] = {}
    undrawn: frozenset[str] = frozenset()
    for n, name in enumerate(names):
        if len(found) == limit:
            undrawn = frozenset(names[n:])
            break
        path = root / name
        try:
            decode(path, name=name, longest=64)
        except ImageError as error:
            unreadable[name] = error.reason
            continue
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if sha256 in found:
            twins[name] = found[sha256].asset
        else:
            found[sha256] = Source(path, name, sha256)
    if len(found) < 2:
        raise UsageError(_too_few(root, found=len(found), unreadable=len(unreadable)))
    sources = tuple(sorted(found.values(), key=lambda source: source.asset))
    by_content = {source.sha256: source.asset for source in sources}
    return Folder(root, sources, unreadable, twins, by_content, undrawn)


def split(
    sources: Sequence[Source], *, seed: int, held_out: float = 0.2, together: Sequence[tuple[Source, ...]] = ()
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Known sources, which are indexed, and held-out ones, which never are; at least one of each.

    Args:
        sources: to be split
        seed: of the choice
        held_out: share that is to be held out, 0..1
        together: groups that stay on one side

    Raises:
        UsageError: one group holds everything
    """
    group_of = {source: group for group in together for source in group}
    wanted = max(1, round(held_out * len(sources)))
    out: set[Source] = set()
    for n in np.random.default_rng(seed).permutation(len(sources)):
        group = group_of.get(sources[n], (sources[n],))
        if len(out) < wanted and len(out.union(group)) < len(sources):
            out.update(group)
    if not out:
        raise UsageError(f"all {len(sources)} pictures are nearly the same; an evaluation needs at least two others")
    return tuple(one for one in sources if one not in out), tuple(one for one in sources if one in out)


def _too_few(root: Path, *, found: int, unreadable: int) -> str:
    what = "holds no picture that can be read" if found == 0 else "holds only one picture"
    rest = f" ({unreadable} {'file is' if unreadable == 1 else 'files are'} unreadable)" if unreadable else ""
    return f"{root}: the folder {what}{rest}; an evaluation needs at least two different ones"
