"""The command line: one file a command. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import logging
import sys

import typer

from lineage.cli import (
    backbone,
    compare,
    confirm,
    copy,
    explain,
    exposure,
    feedback,
    forget,
    ignore,
    index,
    labels,
    projector,
    quarantine,
    query,
    recommend,
    reindex,
    reject,
    scale,
    status,
    sync,
    train,
    train_autoencoder,
    train_backbone,
)
from lineage.cli.eval import evaluate
from lineage.cli.output import Complaints, complain, escape_unwritable, sentence
from lineage.errors import LineageError
from lineage.heap import keep_freed_memory

EXIT_CODES = (
    "Exit codes: 0 done (match or none) · 1 some files failed · 2 wrong usage · 3 store or weights unreachable · "
    "4 a post is novel (query --exit-code) · 5 a check refused (reindex, eval --baseline) · 130 interrupted."
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
app.command("copy")(copy.copy)
app.command("sync")(sync.sync)
app.command("reindex")(reindex.reindex)
app.command("confirm")(confirm.confirm)
app.command("reject")(reject.reject)
app.command("ignore")(ignore.ignore)
app.command("quarantine")(quarantine.quarantine)
app.command("feedback")(feedback.feedback)
app.command("eval")(evaluate)
app.command("scale")(scale.scale)
train.app.command("autoencoder")(train_autoencoder.autoencoder)
train.app.command("backbone")(train_backbone.backbone)
train.app.command("distil")(train_backbone.distil)
app.add_typer(train.app, name="train")
app.add_typer(labels.app, name="labels")
app.command("exposure")(exposure.exposure)
app.command("recommend")(recommend.recommend)
app.command("projector")(projector.projector)
app.command("explain")(explain.explain)
app.add_typer(backbone.app, name="backbone")


logging.getLogger("lineage").addHandler(Complaints(logging.WARNING))

INTERRUPTED = 130


def main() -> None:
    """Run the command line; an error with a message for the user becomes one sentence and its exit code."""
    escape_unwritable()
    keep_freed_memory()
    try:
        app(prog_name="lineage")
    except (LineageError, OSError) as error:
        complain(sentence(error))
        sys.exit(error.exit_code if isinstance(error, LineageError) else LineageError.exit_code)
    except SystemExit as ending:
        if ending.code == INTERRUPTED:  # typer has turned the interrupt into this already
            complain("interrupted; what was written before is kept")
        raise
