"""`lineage audit`: what was answered and decided, and has nobody changed the record since?"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import (
    REFUSED_EXIT_CODE,
    BackboneOption,
    JsonOption,
    StoreOption,
    print_json,
    progress_bar,
    say,
)
from lineage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage.audit.about import AboutPost
    from lineage.audit.chain import LogLine, Verified
    from lineage.audit.replay import Decided, Discrepancy, Replay, Replayed
    from lineage.settings import Settings

OUTCOMES = {
    "same": "as they were",
    "changed": "otherwise, since something has changed",
    "different": "otherwise, though nothing has changed",
    "not asked": "that nobody could ask",
}


def audit(
    log: Annotated[
        Path | None, typer.Argument(help="The log; else the one that the setting audit_log names.", show_default=False)
    ] = None,
    *,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST",
            help="A head that was noted elsewhere: does the log still contain it?",
            show_default=False,
        ),
    ] = None,
    post: Annotated[
        str | None,
        typer.Option(metavar="POST", help="Show what was answered and decided about this post.", show_default=False),
    ] = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay",
            help="Ask again about each post whose file is still there, and compare decisions with those of the index.",
        ),
    ] = False,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="With --replay, also fetch posts from the addresses that the log names.")
    ] = False,
    store: StoreOption = None,
    backbone: BackboneOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify the log of answers and decisions: was a line changed, moved or taken out since it was written?

    Example: lineage audit audit.jsonl --post post.jpg
    """
    from lineage.settings import load_settings

    if fetch and not replay:
        raise UsageError("--fetch is for posts that --replay asks about; give both, or leave it out")
    settings = load_settings(store=store, backbone=backbone)
    file = _file(log, settings)
    settings = dataclasses.replace(settings, audit_log="")  # what is asked here is no answer to anybody
    read = _read(file, _digest(head), post, settings)
    if not as_json:
        _tell(read)
    again = _replay(read, settings, fetch=fetch, quiet=as_json) if replay and not read.found.broken else None
    if as_json:
        print_json({**read.as_json(), **(again.as_json() if again else {})})
    if read.wrong or (again and again.wrong):
        raise typer.Exit(REFUSED_EXIT_CODE)


@dataclass(slots=True)
class Read:
    """A log that was read.

    Attributes:
        file: where it lies
        found: what it is
        noted: line of the head that somebody had noted; 0: it has none of them; None: nobody asked
        about: records about the post that was named; None: none was
    """

    file: Path
    found: Verified
    noted: int | None
    about: list[LogLine] | None

    @property
    def wrong(self) -> bool:
        """Whether it is not what was written."""
        return bool(self.found.broken) or self.noted == 0

    def as_json(self) -> dict[str, object]:
        """For `--json`; its names are stable."""
        told = {"log": str(self.file), "holds": not self.found.broken, **dataclasses.asdict(self.found)}
        told |= {} if self.noted is None else {"noted": self.noted or None}
        return told | ({} if self.about is None else {"post": [dict(line.record) for line in self.about]})


@dataclass(slots=True)
class Again:
    """What came of asking again.

    Attributes:
        outcomes: how many answers have which
        others: answers that are not the same
        decisions: in which the log and the journal of the index differ
    """

    outcomes: Counter[str]
    others: list[Replayed]
    decisions: list[Discrepancy]

    @property
    def wrong(self) -> bool:
        """Whether the same gave something else, or a decision is not the one that was made."""
        return bool(self.outcomes["different"] or self.decisions)

    def as_json(self) -> dict[str, object]:
        """For `--json`; its names are stable."""
        others = [dataclasses.asdict(one) for one in self.others]
        decisions = [dataclasses.asdict(one) for one in self.decisions]
        return {"replayed": {name: self.outcomes[name] for name in OUTCOMES}, "others": others, "decisions": decisions}


def _file(log: Path | None, settings: Settings) -> Path:
    if log is None and not settings.audit_log:
        raise UsageError("name the log; answers and decisions are written where the setting audit_log says")
    return log or Path(settings.audit_log)


def _digest(head: str | None) -> str | None:
    if head is not None and not re.fullmatch("[0-9a-f]{64}", head.lower()):
        raise UsageError(f"--head {head}: is no head; it has 64 hex digits, as lineage audit prints them")
    return head and head.lower()


def _read(file: Path, head: str | None, post: str | None, settings: Settings) -> Read:
    from lineage.audit.chain import verify

    about = _about(post, settings) if post else None
    noted: list[int] = []

    def see(line: LogLine) -> None:
        if about:
            about.see(line)
        if line.digest == head:
            noted.append(line.number)

    found = verify(file, see)
    return Read(file, found, None if head is None else sum(noted), about.found if about else None)


def _about(post: str, settings: Settings) -> AboutPost:
    from indexer.files.targets import require
    from lineage.audit.about import AboutPost
    from lineage.describe.hashes import perceptual_hashes
    from lineage.read.pictures import PictureReader

    require(post)
    with PictureReader(settings) as reader:
        picture, sha256 = reader.post(post)
    return AboutPost(sha256, perceptual_hashes(picture.pixels))


def _tell(read: Read) -> None:
    from lineage.audit.said import DECISION
    from lineage.cli.audited import note_of, sentence_on_head, sentences_of, sentences_on

    for sentence in sentences_on(str(read.file), read.found):
        say(sentence)
    if read.noted is not None:
        say(sentence_on_head(read.noted, read.found))
    if read.about is not None:
        decisions = [note_of(one.record) for one in read.about if one.record["kind"] == DECISION]
        notes = {note.id: note for note in decisions if note.what != "undo"}
        for line in read.about:
            for sentence in sentences_of(line, notes):
                say(sentence)
        if not read.about:
            say("nothing in it is about this post")


def _both(replay: Replay, decided: Decided) -> Callable[[LogLine], None]:
    def see(line: LogLine) -> None:
        decided.see(line)
        replay.see(line)

    return see


def _replay(read: Read, settings: Settings, *, fetch: bool, quiet: bool) -> Again:
    """Ask again, and tell what is not the same unless that is to be quiet."""
    from lineage.audit.chain import verify
    from lineage.audit.replay import Decided, Replay
    from lineage.cli.audited import sentence_on_discrepancy, sentence_on_replay
    from lineage.library import Index
    from lineage.store.journal import open_journal

    outcomes: Counter[str] = Counter()
    others: list[Replayed] = []
    with (
        Index(settings) as index,
        closing(open_journal(settings.store, server=settings.server)) as journal,
        progress_bar("asking", read.found.kinds.get("answer", 0)) as progress,
    ):

        def told(one: Replayed) -> None:
            outcomes[one.outcome] += 1
            progress(1)
            if one.outcome != "same":
                if quiet:
                    others.append(one)
                else:
                    say(sentence_on_replay(one))

        notes, grounds = journal.notes(), index.grounds()  # before the log is read, which has each of them first
        replay = Replay(lambda content, name: index.query(content, name=name), grounds, told, fetch=fetch)
        decided = Decided(settings.store, grounds.versions["index"])
        verify(read.file, _both(replay, decided))
        decisions = decided.against(notes, journal.attachment)
    if not quiet:
        for one in decisions:
            say(sentence_on_discrepancy(one))
        counts = [f"{outcomes[name]:,} {words}" for name, words in OUTCOMES.items() if outcomes[name]]
        say(f"answers asked for again: {', '.join(counts) or 'none'}")
    return Again(outcomes, others, decisions)
