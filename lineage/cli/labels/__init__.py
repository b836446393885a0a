"""`lineage labels …`: which of the given classes do pictures show, if any?"""

from __future__ import annotations

import typer

from lineage.cli.help import Command, TaskGroup
from lineage.cli.labels import fit, predict, report, zero_shot

app = typer.Typer(cls=TaskGroup, help="Labels on pictures: fit them, give them, test them.", no_args_is_help=True)
app.command("fit", cls=Command)(fit.fit)
app.command("report", cls=Command)(report.report)
app.command("predict", cls=Command)(predict.predict)
app.command("zero-shot", cls=Command)(zero_shot.zero_shot)
