"""What a library holds beside photographs, and what is made of these: strips, films, artwork, templates, negatives …

Assets are made of pictures that are held out, and beside the rest of the library; of each kind some are indexed and
some are not, and of both posts are asked. Of a template that is indexed what has other content is asked too.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from eval.corpora.corpus import Corpus, Post, Rendered, Source
from eval.suites.kinds.catalogue import KINDS
from eval.suites.kinds.kind import Drawn, Kind
from eval.suites.material import Material, maker
from lineage.machine.whole_file import write_whole
from lineage.manipulate.codec import jpeg
from lineage.manipulate.dose import Dose
from lineage.records import Pixels

INDEXED, NOVEL = 4, 4  # assets of each kind
VIEWS = 2  # posts of an asset, at most
_QUALITY = (70, 90)  # of the JPEG that a post is


def kinds(material: Material) -> tuple[Corpus, ...]:
    """Of each kind eight posts of assets that are indexed, where the pictures suffice, and four of others."""
    rng = np.random.default_rng([material.seed, *b"kinds"])
    dealt = _distinct([material.held_out[n] for n in rng.permutation(len(material.held_out))], material)
    most = min(max(kind.takes for kind in KINDS), len(dealt) // 2)
    apart, left = dealt[:most], dealt[most:]  # what novel posts show is no part of anything indexed
    library, posts = list(material.known), list[Post]()
    for kind in KINDS:
        for number in range(INDEXED if kind.indexed else 0):
            if len(left) < kind.takes:
                break
            taken, left = left[: kind.takes], left[kind.takes :]
            library.append(_written(kind, number, taken, material))
            posts += _posts(kind, number, taken, library[-1], material)
        if len(apart) >= kind.takes:
            for number in range(INDEXED, INDEXED + NOVEL):
                first = number % (len(apart) - kind.takes + 1)
                posts += _posts(kind, number, apart[first : first + kind.takes], None, material)
    return (Corpus("kinds", tuple(library), tuple(posts)),)


def _distinct(sources: Sequence[Source], material: Material) -> list[Source]:
    """Without all but the first of each group of files that hold nearly the same picture."""
    group_of = {source: number for number, group in enumerate(material.duplicates) for source in group}
    first = {group_of.get(source, source): source for source in reversed(sources)}
    return [source for source in sources if first[group_of.get(source, source)] is source]


def _written(kind: Kind, number: int, taken: Sequence[Source], material: Material) -> Source:
    """The asset as a file: of the same content as ever, so that one that is there may stay."""
    file = _drawn(kind, _seed(kind, number, material), taken).file
    sha256 = hashlib.sha256(file).hexdigest()
    path = material.made / f"{sha256}{kind.suffix}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, file)
    return Source(path, f"{kind.name} {number}{kind.suffix}", sha256)


def _posts(
    kind: Kind, number: int, taken: Sequence[Source], asset: Source | None, material: Material
) -> Iterator[Post]:
    """Posts of one asset: `VIEWS` of its views where it is indexed, else one; and of its siblings."""
    seed = _seed(kind, number, material)
    made_of = " ".join([str(seed), maker(), *(source.sha256 for source in taken)])
    for view in range(VIEWS if asset else 1):
        render = partial(_render, kind, seed, tuple(taken), view)
        name, recipe = f"{kind.name} {number:02d} {view}", f"{asset.sha256 if asset else '-'} {view} {made_of}"
        yield Post(name, kind.name, None, asset.asset if asset else None, recipe, render)
    if asset and kind.siblings:
        render = partial(_render, kind, seed, tuple(taken), None)
        yield Post(f"{kind.name} {number:02d} other", kind.name, None, None, f"- other {made_of}", render)


def _render(kind: Kind, seed: int, taken: Sequence[Source], view: int | None) -> Rendered:
    drawn = _drawn(kind, seed, taken)
    rng = np.random.default_rng([seed, 0 if view is None else view + 1])
    shown = drawn.others[0] if view is None else drawn.views[int(rng.permutation(len(drawn.views))[0])]
    return Rendered(jpeg(_cropped(shown, kind.kept, rng), int(rng.integers(*_QUALITY))))


def _drawn(kind: Kind, seed: int, taken: Sequence[Source]) -> Drawn:
    return kind.draw([source.pixels() for source in taken], Dose(0.5, np.random.default_rng(seed)))


def _seed(kind: Kind, number: int, material: Material) -> int:
    return zlib.crc32(f"{material.seed} {kind.name} {number}".encode())


def _cropped(pixels: Pixels, kept: float, rng: np.random.Generator) -> Pixels:
    """A part of it, each side at least `kept` of the whole."""
    height, width = (max(1, round(side * rng.uniform(kept, 1))) for side in pixels.shape[:2])
    top, left = (
        int(rng.integers(whole - part + 1)) for whole, part in zip(pixels.shape, (height, width), strict=False)
    )
    return pixels[top : top + height, left : left + width]
