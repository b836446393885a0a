"""`lineage train …`: fit parts of the recogniser to a library."""

from __future__ import annotations

import typer

from lineage.cli.help import Command, TaskGroup
from lineage.cli.train import autoencoder, backbone, decision, same_shot

app = typer.Typer(cls=TaskGroup, help="Fit parts of the recogniser to a library.", no_args_is_help=True)
app.command("decision", cls=Command)(decision.decision)
app.command("autoencoder", cls=Command)(autoencoder.autoencoder)
app.command("same-shot", cls=Command)(same_shot.same_shot)
app.command("backbone", cls=Command)(backbone.backbone)
app.command("distil", cls=Command)(backbone.distil)
