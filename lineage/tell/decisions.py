"""What people decided, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.machine.one_line import one_line

if TYPE_CHECKING:  # commands import this before they know what they are to do
    from lineage.records import Note

_WORDS = {
    "confirm": "{picture} was made from {path}",
    "reject": "{picture} was not made from {path}",
    "ignore": "ignored from now on: anything that shows {picture}",
    "quarantine": "under quarantine: posts that match {path} go to review",
    "stricter": "known from a higher score, by what was rejected here",
}

_TAKEN_BACK = {
    "confirm": "taken back: {picture} was made from {path}",
    "reject": "taken back: {picture} was not made from {path}",
    "ignore": "no longer ignored: anything that shows {picture}",
    "quarantine": "no longer under quarantine: {path}",
    "stricter": "known again from the score that the decision was fitted with",
}


def sentence(note: Note) -> str:
    """A decision, `post.jpg was made from spring/lip.tif`."""
    because = f": {note.reason}" if note.reason else ""
    return one_line(_WORDS[note.what].format(picture=note.picture, path=note.path) + because)


def sentence_taken_back(note: Note) -> str:
    """The same of one that does not hold any more."""
    return one_line(_TAKEN_BACK[note.what].format(picture=note.picture, path=note.path))
