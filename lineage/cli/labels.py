"""`lineage labels …`: which of the given classes do pictures show, if any?"""

from __future__ import annotations

import typer

from lineage.cli.help import Command, Group
from lineage.cli.labels_fit import fit
from lineage.cli.labels_predict import predict
from lineage.cli.labels_report import report
from lineage.cli.labels_zero_shot import zero_shot

app = typer.Typer(cls=Group, help="Labels on pictures: fit them, give them, test them.", no_args_is_help=True)
app.command("fit", cls=Command)(fit)
app.command("report", cls=Command)(report)
app.command("predict", cls=Command)(predict)
app.command("zero-shot", cls=Command)(zero_shot)
