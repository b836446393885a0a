"""The command line in this process: as people run it, without the seconds that a process of its own takes to start."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from lineage import cli


class _Stream(io.StringIO):
    encoding = "utf-8"


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Exit code and output of `lineage ARGUMENTS`."""
    out, err = _Stream(), _Stream()
    with mock.patch.object(sys, "argv", ["lineage", *map(str, arguments)]), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
            code = 0
        except SystemExit as ending:
            code = int(ending.code or 0)
    return subprocess.CompletedProcess(sys.argv, code, out.getvalue(), err.getvalue())
