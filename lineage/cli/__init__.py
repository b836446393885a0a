"""The command line: one file a command. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys

import typer

from lineage.cli import compare, forget, index, query, status, train
from lineage.cli.eval import evaluate
from lineage.cli.output import complain
from lineage.errors import LineageError

EXIT_CODES = (
    "Exit codes: 0 done (match or none) · 1 some files failed · 2 wrong usage · "
    "3 store or weights unreachable · 130 interrupted."
)

app = typer.Typer(
    name="lineage",
    help="Find the file in a digital asset library that a picture was made from, or say that there is none.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("index")(index.index)
app.command("query")(query.query)
app.command("compare")(compare.compare)
app.command("status")(status.status)
app.command("forget")(forget.forget)
app.command("eval")(evaluate)
app.add_typer(train.app, name="train")


def main() -> None:
    """Run the command line; every error that lineage raises on purpose becomes one sentence and its exit code."""
    try:
        app()
    except LineageError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain("interrupted; what was written before is kept")
        sys.exit(130)
