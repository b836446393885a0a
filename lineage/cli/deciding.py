"""What the commands share by which people decide: who says it, where it is written, how it is taken back and shown."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import answers, print_json
from lineage.errors import StoreMissing, UsageError
from lineage.one_line import one_line

if TYPE_CHECKING:
    from lineage.protocols import Journal
    from lineage.records import Note
    from lineage.settings import Settings

ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; else your login name.", show_default=False)
]
UndoOption = Annotated[bool, typer.Option("--undo", help="Take the decision back.")]

WORDS = {
    "confirm": "{picture} was made from {path}",
    "reject": "{picture} was not made from {path}",
    "ignore": "ignored from now on: anything that shows {picture}",
    "quarantine": "under quarantine: posts that match {path} go to review",
}

TAKEN_BACK = {
    "confirm": "taken back: {picture} was made from {path}",
    "reject": "taken back: {picture} was not made from {path}",
    "ignore": "no longer ignored: anything that shows {picture}",
    "quarantine": "no longer under quarantine: {path}",
}

NOUNS = {
    "confirm": "confirmation",
    "reject": "rejection",
    "ignore": "ignored picture",
    "quarantine": "quarantine",
}


def person(by: str | None) -> str:
    """Who decides."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError("nobody is logged in here; say who decides with --by NAME") from error


@contextmanager
def opened_journal(settings: Settings) -> Iterator[Journal]:
    """The journal of the index that the settings name; `StoreMissing` where there is no index."""
    from lineage.store import store_exists
    from lineage.store.journal import open_journal

    if not store_exists(settings.store, server=settings.server):
        raise StoreMissing(f"no index at {settings.store}; make one with: lineage index DIR --store {settings.store}")
    with closing(open_journal(settings.store, server=settings.server)) as journal:
        yield journal


def take_back(
    journal: Journal, what: str, *, who: str, picture: str | None = None, asset: str | None = None
) -> list[Note]:
    """Undo what was decided about a picture, an asset, or a pair of both.

    Neither has to be there any more: a picture is known by what it shows or by its path, an asset by its id or path.

    Raises:
        UsageError: nothing of the kind holds
    """
    from lineage.feedback.notes import undo
    from lineage.feedback.state import standing

    found = [
        note
        for note in standing(journal.notes())
        if note.what == what
        and (asset is None or asset in (note.asset, note.path))
        and (picture is None or _shows(note, picture))
    ]
    if not found:
        named = " and ".join(name for name in (picture, asset) if name)
        raise UsageError(f"{named}: there is no {NOUNS[what]} to take back; see: lineage feedback")
    undo(journal, found, who=who)
    return found


def _shows(note: Note, picture: str) -> bool:
    from lineage.cli.pictures import source
    from lineage.feedback.state import same
    from lineage.hashes import perceptual_hashes
    from lineage.images import decode
    from lineage.places import is_remote
    from lineage.settings import load_settings

    if note.picture == picture:
        return True
    if note.hashes is None or not (is_remote(picture) or Path(picture).is_file()):
        return False
    found = decode(source(picture), name=picture, longest=load_settings().post_longest)
    return same(note.hashes, perceptual_hashes(found.pixels))


def show(notes: Sequence[Note], *, as_json: bool, undone: bool = False) -> None:
    """What was decided, or taken back."""
    for note in notes:
        if as_json:
            print_json({**as_record(note), "undone": undone})
        else:
            said = TAKEN_BACK[note.what].format(picture=note.picture, path=note.path) if undone else sentence(note)
            answers().print(one_line(said), markup=False)


def sentence(note: Note) -> str:
    """A note for a person."""
    because = f": {note.reason}" if note.reason else ""
    return one_line(WORDS[note.what].format(picture=note.picture, path=note.path) + because)


def as_record(note: Note) -> dict[str, object]:
    """A note as JSON; its names are stable."""
    names = ("id", "when", "who", "what", "picture", "asset", "path", "reason")
    return {name: getattr(note, name) for name in names}
