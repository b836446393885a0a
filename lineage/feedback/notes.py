"""Notes to be written: what somebody decides."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal

from PIL import Image

from lineage.describe.hashes import perceptual_hashes
from lineage.describe.keypoints import extract
from lineage.errors import UsageError
from lineage.feedback.bank import FEWEST_INLIERS
from lineage.protocols import Journal
from lineage.read.exposure import brightened
from lineage.records import Asset, Hashes, Note, Pixels
from lineage.store.packing import pack

_QUALITY = 90  # WebP: a post is kept to be asked about again when a decision is fitted

ENGINE = "lineage"
"""Who writes what the engine itself decides."""


def now() -> str:
    """As `Note.when`."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def judge(
    journal: Journal,
    what: Literal["confirm", "reject"],
    pixels: Pixels,
    asset: Asset,
    *,
    name: str,
    who: str,
    review: str = "",
) -> Note:
    """Write that a post was, or was not, made from an asset; the post is kept with it.

    Args:
        journal: of the index
        what: which of both
        pixels: (H, W, 3) uint8, the post
        asset: of the index
        name: of the post, for people
        who: says so
        review: as in `Note`
    """
    hashes, attachment = perceptual_hashes(pixels), as_kept(pixels)
    return judge_kept(journal, what, hashes, attachment, asset, name=name, who=who, review=review)


def judge_kept(
    journal: Journal,
    what: Literal["confirm", "reject"],
    hashes: Hashes,
    kept: bytes,
    asset: Asset,
    *,
    name: str,
    who: str,
    review: str = "",
) -> Note:
    """The same about a post that was kept already, as `as_kept` makes it, by its hashes."""
    note = Note(_key(), now(), who, what, picture=name, hashes=hashes, asset=asset.id, path=asset.path, review=review)
    journal.write([note], attachment=kept)
    return note


def as_kept(pixels: Pixels) -> bytes:
    """A post as it is kept, (H, W, 3) uint8 → WebP: its pixels and nothing else of its file."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=_QUALITY)
    return buffer.getvalue()


def ignore(journal: Journal, pixels: Pixels, *, name: str, who: str, review: str = "") -> Note:
    """Write that what a picture shows is ignored from now on; its features are kept with it.

    Raises:
        UsageError: it has too few of them to be located in any post
    """
    features = extract(brightened(pixels))
    if len(features) < FEWEST_INLIERS:
        raise UsageError(
            f"{name}: too plain to be told in a post ({len(features)} features, {FEWEST_INLIERS} are needed); "
            "for an asset that matches too much, see: lineage quarantine"
        )
    note = Note(_key(), now(), who, "ignore", picture=name, hashes=perceptual_hashes(pixels), review=review)
    journal.write([note], attachment=pack(features))
    return note


def quarantine(journal: Journal, asset: str, *, path: str, reason: str, who: str, review: str = "") -> Note:
    """Write that an asset, given by its id and path, is not to be claimed."""
    note = Note(_key(), now(), who, "quarantine", asset=asset, path=path, reason=reason, review=review)
    journal.write([note])
    return note


def undo(journal: Journal, notes: Sequence[Note], *, who: str) -> list[Note]:
    """Take notes back; the notes that do."""
    written = [Note(_key(), now(), who, "undo", undoes=note.id) for note in notes]
    journal.write(written)
    return written


def _key() -> str:
    return str(uuid.uuid4())
