"""Report and note → what is written of them. Passwords and signatures in addresses are left out, as on a terminal."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lineage.audit.grounds import Grounds, digest_of_ids
from lineage.machine.one_line import without_secrets
from lineage.read.pictures import PictureSource
from lineage.read.places import is_remote
from lineage.records import Note, Picture, Report

ANSWER, DECISION = "answer", "decision"
"""The kinds of records besides the first."""
_OF_THE_RUN = ("query", "seconds", "versions")  # in a report's JSON; the first and the last stand elsewhere in a record


def answer(report: Report, source: PictureSource, sha256: str, picture: Picture, grounds: Grounds) -> dict[str, Any]:
    """What is written of an answer.

    Args:
        report: what was said
        source: the post as it was given
        sha256: of its file, 64 hex digits; empty: there was none, only pixels
        picture: the post as it was read
        grounds: what the answer depends on besides
    """
    post = {
        "name": report.query,
        "place": _place(source),
        "sha256": sha256,
        "pixels": "" if sha256 else hashlib.sha256(picture.pixels.tobytes()).hexdigest(),
        "hashes": asdict(report.hashes) if report.hashes else None,
    }
    return without_secrets_in({"post": post, "said": told(report.as_json()), "grounds": grounds.as_json()})


def told(answered: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of a post, of a report's JSON."""
    return {name: value for name, value in answered.items() if name not in _OF_THE_RUN}


def decision(note: Note, attachment: bytes, of: Mapping[str, object]) -> dict[str, Any]:
    """What is written of a decision.

    Args:
        note: of the journal
        attachment: that is kept with it
        of: which journal that is, as `journal_of` says it
    """
    return without_secrets_in({"note": asdict(note), "kept": kept(attachment), **of})


def journal_of(store: str, index: str, notes: Sequence[Note]) -> dict[str, object]:
    """What is written of a journal with each decision.

    Args:
        store: place of the index that it is about
        index: id of that index, by which it is known wherever it lies; empty: there is none
        notes: that it held before whoever writes into it began; what had been put in beside the log can so be told
    """
    earlier = {"count": len(notes), "digest": digest_of_ids([[note.id for note in notes]])}
    return {"store": store_of(store), "index": index, "earlier": earlier}


def kept(attachment: bytes) -> str:
    """What is written of what is kept with a decision: SHA-256, 64 hex digits; empty where nothing is."""
    return hashlib.sha256(attachment).hexdigest() if attachment else ""


def place_of(name: str) -> str:
    """A place by one name, wherever one stands: an address, or an absolute path."""
    return name if is_remote(name) else str(Path(name).absolute())


def store_of(store: str) -> str:
    """The place of an index by one name, whichever way leads there."""
    return store if is_remote(store) else str(Path(store).resolve())


def _place(source: PictureSource) -> str:
    """Where a post lies; empty where it was not read from any place."""
    return place_of(os.fspath(source)) if isinstance(source, str | os.PathLike) else ""


def without_secrets_in(record: Mapping[str, Any]) -> dict[str, Any]:
    """The same with all texts as `without_secrets` has them."""
    return {name: _bare(value) for name, value in record.items()}


def _bare(value: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    if isinstance(value, Mapping):
        return without_secrets_in(value)
    if isinstance(value, list | tuple):
        return [_bare(one) for one in value]
    return without_secrets(value) if isinstance(value, str) else value
