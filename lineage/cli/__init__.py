"""The command line: one file a command. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from lineage import __version__
from lineage.cli.commands import TASKS, Root
from lineage.cli.held import refusal
from lineage.cli.output import Complaints, complain, escape_unwritable, sentence
from lineage.errors import LineageError, StoreLocked
from lineage.machine.heap import keep_freed_memory
from lineage.machine.held_stderr import part_stderr
from lineage.machine.require import extra

EXIT_CODES = """\
Exit codes
0    done, whatever was found
1    some files failed
2    wrong usage
3    the index or the weights cannot be reached
4    a post is novel (query --exit-code)
5    a check refused (check, audit, reindex, eval --baseline)
130  interrupted"""

app = typer.Typer(
    name="lineage",
    cls=Root,
    help="Find the file in a digital asset library that a picture was made from, or say that there is none.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"lineage {__version__}")
        raise typer.Exit


@app.callback()
def everywhere(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Say which version this is.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Options of no command: what they do, they do before one is looked for."""


logging.getLogger("lineage").addHandler(Complaints(logging.WARNING))

INTERRUPTED = 130
COLLECTED_AFTER = (
    50_000  # new objects; after 700, as Python has it, a twentieth of a start looks for garbage of imports
)


def _extra(arguments: Sequence[str]) -> str:
    """What is to be installed for a command whose packages are missing, where several extras bring them."""
    command, what = (*arguments, "", "")[:2]
    if command == "train" and what != "decision":
        return "train"
    return "insight" if command in TASKS["Insight"] else ""


def main() -> None:
    """Run the command line; an error with a message for the user becomes one sentence and its exit code."""
    part_stderr()
    escape_unwritable()
    keep_freed_memory()
    gc.set_threshold(COLLECTED_AFTER)
    try:
        with extra(_extra(sys.argv[1:])):
            app(prog_name="lineage")
    except (LineageError, OSError) as error:
        complain(refusal(error, sys.argv[1:]) if isinstance(error, StoreLocked) else sentence(error))
        sys.exit(error.exit_code if isinstance(error, LineageError) else LineageError.exit_code)
    except SystemExit as ending:
        if ending.code == INTERRUPTED:  # typer has turned the interrupt into this already
            complain("interrupted; what was written before is kept")
        raise
