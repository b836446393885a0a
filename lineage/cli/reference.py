"""The command reference, of what every command says of itself: python -m lineage.cli.reference > docs/commands.md"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from typing import Any

import typer

WIDTH = 92  # columns
HEAD = """\
# Commands

What `lineage COMMAND --help` says of every command, by task.
`python -m lineage.cli.reference > docs/commands.md` writes this page; a test compares it.
"""


def reference() -> str:
    """The page, Markdown; the same whatever terminal and environment it is made in."""
    from lineage.cli import app
    from lineage.cli.commands import TASKS

    root: Any = typer.main.get_command(app)
    parts = [HEAD, _help(root)]
    for task, commands in TASKS.items():
        parts.append(f"## {task}\n")
        for name in commands:
            parts += (f"### lineage {' '.join(path)}\n\n{_help(root, path)}" for path in _paths(root, name))
    return "\n".join(parts)


def _paths(root: Any, *path: str) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - typer's own, which it does not export
    """The command at a path, and all below it."""
    command = root
    for name in path:
        command = command.commands[name]
    yield path
    for name in getattr(command, "commands", {}):
        yield from _paths(root, *path, name)


def _help(root: Any, path: Sequence[str] = ()) -> str:  # noqa: ANN401 - see above
    told, before = io.StringIO(), os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        with redirect_stdout(told):
            root.main([*path, "--help"], prog_name="lineage", standalone_mode=False)
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    lines = (line.rstrip() for line in told.getvalue().strip().splitlines())
    return "```text\n" + "\n".join(lines) + "\n```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
