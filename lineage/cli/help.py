"""`--help`: commands by task, every name whole, and what it means beside it; on a narrow terminal below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import fill, wrap
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

WIDEST = 100  # columns: longer lines are hard to read
NARROW = 60  # columns, below which there is no room beside the names
BESIDE = 0.4  # of the width: a longer name has a line of its own

_BRACES = str.maketrans("", "", "{}")
_KINDS = {"<str>": "TEXT", "<path>": "PATH", "<int>": "NUMBER", "<float>": "NUMBER"}
_TWO_COLUMNS = re.compile(r"(?:\S+  +)?")  # or a heading, which has one
_LIST = re.compile(r"<list\[(.+)\]>")  # of an option that may be repeated
_RANGES = ((r"(\S+)<=x<=(\S+?)([;\]])", r"\1 to \2\3"), (r"x>=(\S+?)([;\]])", r"at least \1\2"))

Row = tuple[str, str]
"""A name as it is typed, and what it means."""


class Command(TyperCommand):
    """A command that explains itself on any terminal."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - see below
        """See `typer.core.TyperCommand`; also for who has used it wrongly."""
        return [_usage(piece) for piece in super().collect_usage_pieces(ctx)]

    def format_help(self, ctx: Any, formatter: object) -> None:  # noqa: ANN401 - typer's own, which it does not export
        """See `typer.core.TyperCommand`."""
        _print_help(self, ctx, _options(self, ctx))


class TaskGroup(TyperGroup):
    """The same with commands below it, by task."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - see above
        """See `typer.core.TyperGroup`."""
        return [_usage(piece) for piece in super().collect_usage_pieces(ctx)]

    def format_help(self, ctx: Any, formatter: object) -> None:  # noqa: ANN401 - typer's own, which it does not export
        """See `typer.core.TyperGroup`."""
        _print_help(self, ctx, [*self.tasks(ctx), *_options(self, ctx)])

    def tasks(self, ctx: Any) -> Iterator[tuple[str, list[Row]]]:  # noqa: ANN401 - see above
        """The commands of each task; tasks and commands in the order in which they were added."""
        found = [command for name in self.list_commands(ctx) if (command := self.get_command(ctx, name))]
        titles = [*dict.fromkeys(_title(command) for command in found)]
        found.sort(key=lambda command: titles.index(_title(command)))
        for title, commands in groupby(found, _title):
            yield title, [(command.name or "", _paragraphs(command.help)[0]) for command in commands]


def _print_help(command: Any, ctx: Any, parts: Sequence[tuple[str, Sequence[Row]]]) -> None:  # noqa: ANN401 - see above
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, WIDEST)
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    console.print(f"\nUsage: {usage}\n", style="bold")
    for text in _paragraphs(command.help):
        console.print(f"{text}\n")
    for title, rows in parts:
        if rows:
            _print_part(console, title, rows)
    if command.epilog:
        console.print(f"\n{_hanging(command.epilog, console.width)}")


def _usage(piece: str) -> str:
    return piece.translate(_BRACES).upper()


def _hanging(table: str, width: int) -> str:
    """A table of two columns; what does not fit beside the first goes on below the second."""
    lines = (_TWO_COLUMNS.match(line) for line in table.splitlines())
    return "\n".join(
        fill(found.string, width, subsequent_indent=" " * found.end(), break_on_hyphens=False)
        for found in lines
        if found
    )


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in (text or "").split("\n\n") if part.strip()]


def _title(command: object) -> str:
    panel = getattr(command, "rich_help_panel", None)
    return panel if isinstance(panel, str) else "Commands"


def _options(command: Any, ctx: Any) -> list[tuple[str, list[Row]]]:  # noqa: ANN401 - see above
    parts: dict[str, list[Row]] = {"Arguments": [], "Options": []}
    for parameter in command.get_params(ctx):
        if row := parameter.get_help_record(ctx):
            argument = parameter.param_type_name == "argument"
            parts["Arguments" if argument else "Options"].append((_plain(row[0], argument=argument), _readable(row[1])))
    short = any(not name.startswith("--") for name, _ in parts["Options"])
    parts["Options"] = [(f"    {n}" if short and n.startswith("--") else n, told) for n, told in parts["Options"]]
    return [*parts.items()]


def _plain(name: str, *, argument: bool) -> str:
    """`POSTS...` for `posts... <list[str]>`, `--seed NUMBER` for `--seed <int>`, `--text TEXT` for `<list[str]>`."""
    if argument:
        return name.partition(" <")[0].upper()
    name = _LIST.sub(r"<\1>", name.replace(" range>", ">"))
    for kind, word in _KINDS.items():
        name = name.replace(kind, word)
    return name


def _readable(told: str) -> str:
    """`1 to 9` for `1<=x<=9`."""
    for form, words in _RANGES:
        told = re.sub(form, words, told)
    return told


def _print_part(console: Console, title: str, rows: Sequence[Row]) -> None:
    from rich.panel import Panel

    if console.width < NARROW:
        console.print(title, style="bold")
        console.print(_told(rows, width=console.width, column=4))
        console.print()
    else:
        width = console.width - 4  # without the frame
        column = max((len(name) for name, _ in rows if len(name) <= BESIDE * width), default=2) + 2
        console.print(Panel(_told(rows, width=width, column=column), title=title, title_align="left"))


def _told(rows: Sequence[Row], *, width: int, column: int) -> Text:
    """What each name means, from a column on; beside the name, or below it where that is longer."""
    from rich.text import Text

    text = Text(no_wrap=True)
    for name, told in rows:
        lines = wrap(told, width - column, break_on_hyphens=False)
        text.append(name.ljust(column), style="cyan")
        if len(name) >= column:
            text.append("\n" + " " * column)
        text.append(("\n" + " " * column).join(lines) + "\n")
    text.rstrip()
    return text
