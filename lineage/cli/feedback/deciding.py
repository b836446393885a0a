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
from lineage.tell.decisions import sentence, sentence_taken_back

if TYPE_CHECKING:
    from lineage.protocols import Journal
    from lineage.read.pictures import PictureReader
    from lineage.records import Note
    from lineage.settings import Settings

ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; else your login name.", show_default=False)
]
UndoOption = Annotated[bool, typer.Option("--undo", help="Take the decision back.")]

NOUNS = {
    "confirm": "confirmation",
    "reject": "rejection",
    "ignore": "ignored picture",
    "quarantine": "quarantine",
    "stricter": "stricter threshold",
}


def person(by: str | None) -> str:
    """Who decides."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError("nobody is logged in here; say who decides with --by NAME") from error


def require_index(settings: Settings) -> None:
    """`StoreMissing` where there is no index at the place that the settings name."""
    from lineage.store import store_exists

    if not store_exists(settings.store, server=settings.server):
        raise StoreMissing(f"no index at {settings.store}; make one with: lineage index DIR --store {settings.store}")


@contextmanager
def opened_journal(settings: Settings) -> Iterator[Journal]:
    """The journal of the index that the settings name; `StoreMissing` where there is no index."""
    from lineage.audit.decisions import open_logged_journal

    require_index(settings)
    with closing(open_logged_journal(settings)) as journal:
        yield journal


def take_back(
    journal: Journal,
    what: str,
    *,
    who: str,
    asset: str | None = None,
    picture: str | None = None,
    reader: PictureReader | None = None,
) -> list[Note]:
    """Undo what was decided about a picture, an asset, or a pair of both.

    Neither has to be there any more: a picture is known by its path, or with a reader by what it shows, an asset by its
    id or path.

    Raises:
        UsageError: nothing of the kind holds
        ImageError: the picture is there and cannot be read
    """
    from lineage.feedback.notes import undo
    from lineage.feedback.state import notes_that_hold

    found = [
        note
        for note in notes_that_hold(journal.notes())
        if note.what == what and (asset is None or asset in (note.asset, note.path))
    ]
    if picture is not None:
        found = _about(found, picture, reader)
    if not found:
        named = " and ".join(name for name in (picture, asset) if name)
        raise UsageError(f"{named}: there is no {NOUNS[what]} to take back; see: lineage feedback")
    undo(journal, found, who=who)
    return found


def _about(notes: Sequence[Note], picture: str, reader: PictureReader | None) -> list[Note]:
    from lineage.describe.hashes import perceptual_hashes
    from lineage.describe.same_picture import same_post
    from lineage.read.places import is_remote

    readable = is_remote(picture) or Path(picture).is_file()
    shown = perceptual_hashes(reader.post(picture)[0].pixels) if reader and readable and notes else None
    return [
        note for note in notes if note.picture == picture or (shown and note.hashes and same_post(note.hashes, shown))
    ]


def show(notes: Sequence[Note], *, as_json: bool, undone: bool = False) -> None:
    """What was decided, or taken back."""
    for note in notes:
        if as_json:
            print_json({**note.as_json(), "undone": undone})
        else:
            answers().print(sentence_taken_back(note) if undone else sentence(note), markup=False)
