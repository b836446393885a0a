"""Libraries and posts to measure with: what is indexed, what is asked, and the truth about it.

Everything is decided by the folder's content and a seed. Posts are recipes that are cooked when they are asked for,
always alike, so that thousands of them need no memory.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.scan import Scan
from lineage.errors import ImageError, UsageError
from lineage.images import decode
from lineage.records import Pixels, Point

# px to which pictures are reduced before anything is done with them: the width at which networks serve pictures
LONGEST = 1080
# What the pixels of a source depend on besides its file: here, and wherever something is made from these pixels.
CODE = ("eval.corpus", "lineage.images", "lineage.colour", "lineage.formats", "lineage.records")
LIBRARIES = ("numpy", "pillow", "pillow-heif")


@dataclass(frozen=True, slots=True)
class Source:
    """A picture file of the user's library.

    Attributes:
        path: where it lies
        asset: its name: relative to the library's root, with forward slashes
        sha256: of its bytes, 64 hex digits
    """

    path: Path
    asset: str
    sha256: str

    def pixels(self) -> Pixels:
        """The decoded picture, longer side at most `LONGEST` px."""
        return decode(self.path, longest=LONGEST).pixels


@dataclass(frozen=True, slots=True)
class Rendered:
    """A post as it is asked.

    Attributes:
        pixels: (H, W, 3) uint8
        region: where the source lies in it, convex polygon in the post's unit frame; empty where nobody knows
    """

    pixels: Pixels
    region: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A post and the truth about it.

    Attributes:
        name: unique in its corpus
        track: what was done to it; the rows of every table
        strength: 0..1, None where it has no meaning
        asset: name of the library file that it was made from, None: of no file in the library
        recipe: text that determines its pixels, for the digest
        render: makes it; the same pixels on each call
        part: of the corpus, scored on its own as well; empty where there are no parts
    """

    name: str
    track: str
    strength: float | None
    asset: str | None
    recipe: str
    render: Callable[[], Rendered]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A library and the posts that are asked of it."""

    name: str
    library: tuple[Source, ...]
    posts: tuple[Post, ...]

    @property
    def library_digest(self) -> str:
        """SHA-256 over names and contents of the library, 64 hex digits."""
        return _digest(f"{source.asset} {source.sha256}" for source in self.library)

    @property
    def digest(self) -> str:
        """SHA-256 over library, posts, what makes them, and truth, 64 hex digits."""
        posts = (
            f"{post.name} {post.part} {post.track} {post.strength} {post.asset} {post.recipe}" for post in self.posts
        )
        return _digest((self.library_digest, *posts))


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
    sources: Sequence[Source], *, seed: int, held_out: float = 0.2
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Known sources, which are indexed, and held-out ones, which never are; at least one of each."""
    order = np.random.default_rng(seed).permutation(len(sources))
    count = min(len(sources) - 1, max(1, round(held_out * len(sources))))
    out = set(order[:count].tolist())
    known = tuple(source for n, source in enumerate(sources) if n not in out)
    return known, tuple(sources[n] for n in sorted(out))


def read_groups(table: Path, folder: Folder) -> list[tuple[Source, ...]]:
    """Groups of look-alikes from a CSV with the columns `file` (named as in the library) and `group`.

    Files that a limit left out of the library are left out of their groups.

    Raises:
        UsageError: no such table, other columns, a file that is not in the library, or no group of two
    """
    rows = read_table(table, columns=("file", "group"))
    sources = {source.asset: source for source in folder.sources}
    named = [(row["group"], folder.twins.get(row["file"], row["file"])) for row in rows]
    if missing := [name for _, name in named if name not in sources and name not in folder.undrawn]:
        count = f"{len(missing)} of {len(rows)} files"
        raise UsageError(f"{table}: {count} are not readable pictures of {folder.root}, first {missing[0]}")
    return _grouped([(group, sources[name]) for group, name in named if name in sources], origin=table)


def folder_groups(folder: Folder) -> list[tuple[Source, ...]]:
    """Groups of look-alikes by sub-folder: pictures that lie in the same one.

    Raises:
        UsageError: no sub-folder holds two
    """
    pairs = [(source.asset.rpartition("/")[0], source) for source in folder.sources if "/" in source.asset]
    return _grouped(pairs, origin=folder.root)


def read_table(table: Path, *, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has at least these columns.

    Raises:
        UsageError: no such file, not a CSV, a column is missing, or no row
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            rows = list(reader)
    except OSError as error:
        raise UsageError(f"{table}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{table}: this is not a CSV file in UTF-8") from error
    if lacking := [column for column in columns if column not in (reader.fieldnames or ())]:
        raise UsageError(f"{table}: there is no column {lacking[0]!r}; needed are {', '.join(columns)}")
    if not rows:
        raise UsageError(f"{table}: the table has no rows")
    if short := [n for n, row in enumerate(rows, 1) if None in (row[column] for column in columns)]:
        raise UsageError(f"{table}: row {short[0]} has too few cells; needed are {', '.join(columns)}")
    return rows


def _grouped(pairs: Sequence[tuple[str, Source]], *, origin: Path) -> list[tuple[Source, ...]]:
    groups: dict[str, list[Source]] = {}
    for name, source in pairs:
        members = groups.setdefault(name, [])
        if source not in members:
            members.append(source)
    if not (found := [tuple(members) for members in groups.values() if len(members) > 1]):
        raise UsageError(f"{origin}: no two pictures share a group; name groups by sub-folders or by --groups CSV")
    return found


def _too_few(root: Path, *, found: int, unreadable: int) -> str:
    what = "holds no picture that can be read" if found == 0 else "holds only one picture"
    rest = f" ({unreadable} {'file is' if unreadable == 1 else 'files are'} unreadable)" if unreadable else ""
    return f"{root}: the folder {what}{rest}; an evaluation needs at least two different ones"


def _digest(lines: Iterable[str]) -> str:
    total = hashlib.sha256()
    for line in lines:
        total.update(f"{line}\n".encode())
    return total.hexdigest()
