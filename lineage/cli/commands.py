"""Every command by what people use it for, with the line that `lineage --help` has for it.

A command is imported when it is the one that is meant: making all of them takes longer than most of them take to begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer

from lineage.cli.help import Command, Row, TaskGroup

TASKS: Mapping[str, Mapping[str, str]] = {
    "Ask": {
        "query": "Find the asset that each post was made from, or say that there is none.",
        "compare": "Compare two files without an index: was the first made from the second?",
        "audit": "Verify the log of answers and decisions: was a line changed, moved or taken out since it was "
        "written?",
        "serve": "Answer for an index over HTTP: a page to look and decide on, and an API for programs.",
    },
    "Build and keep the index": {
        "index": "Take pictures into the index. Only new and changed files are read; a run that was broken off goes "
        "on.",
        "sync": "Make the index hold what a folder holds now: take in what is new, follow what moved, "
        "drop what was deleted.",
        "status": "Say what the index holds, what could not be read, what is under quarantine, "
        "and whether false claims stay as rare as promised.",
        "check": "Read all of the index, and say whether it is as it was written: no disk has changed it, nothing of "
        "it is lost.",
        "forget": "Drop assets, and files that failed, from the index. The files stay; `lineage index` takes them in "
        "again.",
        "copy": "Copy an index, what people decided and what was fitted to it, to another place, and check the copy.",
        "reindex": "Change the backbone of an index, the network that describes its pictures.",
        "backbone": "List the networks that describe pictures, and fetch one.",
    },
    "People decide": {
        "confirm": "Say that a post was made from an asset: from now on it is known as made from it.",
        "reject": "Say that a post was not made from an asset: that asset is never named for this post again.",
        "ignore": "Ignore a picture wherever posts show it: it is no reason to name an asset.",
        "quarantine": "Do not claim an asset for now: posts that match it go to review.",
        "feedback": "List what people decided, oldest first: confirmed, rejected, ignored, put under quarantine, "
        "taken back.",
    },
    "Measure and tune": {
        "eval": "Measure what is found in a library and what is not, on posts that are made from it or on posts of "
        "your own.",
        "scale": "Measure what a much larger library would cost on this machine: disk, memory, time.",
        "train": "Fit parts of the recogniser to a library.",
    },
    "Insight": {
        "labels": "Labels on pictures: fit them, give them, test them.",
        "exposure": "Count what posts show: assets, campaigns, channels, weeks, variants, labels. Compare before and "
        "after a day.",
        "recommend": "Suggest the label that most pictures of a profile show, and the assets of the index that suit "
        "them.",
        "projector": "Draw a map of pictures on which like lies beside like: an HTML page, pictures, and files for "
        "TensorBoard.",
        "explain": "Draw what makes a post similar to an asset, or what in a picture speaks for a label.",
    },
}
"""Every command by what people use it for, and the first paragraph of what it says of itself."""

_NAMES = [name for commands in TASKS.values() for name in commands]


class Commands(Mapping[str, Any]):
    """Name → command, made when it is asked for. Of typer's kind, which it does not export."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - see above
        if name not in _NAMES:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = _make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


def _make(name: str) -> Any:  # noqa: ANN401 - see above
    folder = "lineage.cli.feedback" if name in TASKS["People decide"] else "lineage.cli"
    module = import_module(f"{folder}.{name}")
    around = typer.Typer(pretty_exceptions_enable=False, callback=lambda: None)
    if below := getattr(module, "app", None):
        around.add_typer(below, name=name)
    else:
        around.command(name, cls=Command)(getattr(module, {"eval": "evaluate"}.get(name, name)))
    return typer.main.get_group(around).commands[name]


class Root(TaskGroup):
    """What stands above all commands."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - as typer makes groups
        super().__init__(**attributes)
        self.commands: Any = Commands()

    def tasks(self, _ctx: object) -> Iterator[tuple[str, list[Row]]]:
        """See `TaskGroup.tasks`; no command is made for it."""
        for task, commands in TASKS.items():
            yield task, [*commands.items()]
