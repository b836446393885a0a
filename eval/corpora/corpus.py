"""Libraries and posts to measure with: what is indexed, what is asked, and the truth about it.

Everything is decided by the folder's content and a seed. Posts are recipes that are cooked when they are asked for,
always alike, so that thousands of them need no memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lineage.read.images import decode
from lineage.records import Pixels, Point

# px to which pictures are reduced before anything is done with them: the width at which networks serve pictures
LONGEST = 1080
# What the pixels of a source depend on besides its file: here, and wherever something is made from these pixels.
CODE = (
    "eval.corpora.corpus",
    *("lineage.read.images", "lineage.read.colour", "lineage.read.film", "lineage.read.formats"),
    *("lineage.read.drawn", "lineage.read.camera", "lineage.read.bands", "lineage.read.cost"),
    *("lineage.read.local", "lineage.read.__init__", "lineage.machine.heap", "lineage.machine.whole_file"),
    *("lineage.geometry", "lineage.records"),
)
LIBRARIES = ("numpy", "opencv-python-headless", "pillow", "pillow-heif", "pypdfium2", "rawpy", "resvg-py")
TIMED = "speed"  # the corpus that is asked for times, of two posts a manipulation; they are true of the moment only


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
        shown: share of the source's structure that it still shows, 0..1; None where nobody knows
    """

    pixels: Pixels
    region: tuple[Point, ...] = ()
    shown: float | None = None


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
        others: names of further library files that it was made from, as a collage is
    """

    name: str
    track: str
    strength: float | None
    asset: str | None
    recipe: str
    render: Callable[[], Rendered]
    part: str = ""
    others: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of all library files that it was made from."""
        return (self.asset, *self.others) if self.asset is not None else ()


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
            " ".join(map(str, (post.name, post.part, post.track, post.strength, post.asset, *post.others, post.recipe)))
            for post in self.posts
        )
        return _digest((self.library_digest, *posts))


def _digest(lines: Iterable[str]) -> str:
    total = hashlib.sha256()
    for line in lines:
        total.update(f"{line}\n".encode())
    return total.hexdigest()
