"""A service as people run it: `lineage serve` in a process of its own, on the loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ADDRESS = re.compile(r"http://\S+")


@contextmanager
def begun(store: Path | str, *options: str | Path, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A service on an index, with options of the command and settings by their names: its address and its process."""
    environment = {**os.environ, **{f"LINEAGE_{name.upper()}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "lineage.cli", "serve", "--port", "0", "--store", store, *options]
    with subprocess.Popen(
        [*map(str, command)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            told = process.stderr.readline()
            address = _ADDRESS.search(told)
            assert address, told + process.stderr.read()
            yield address[0], process
        finally:
            process.kill()


@contextmanager
def served(store: Path | str, *options: str | Path, **settings: str) -> Iterator[str]:
    """The address of a service that is interrupted in the end, and then ends well."""
    with begun(store, *options, **settings) as (address, process):
        try:
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            out, complaints = process.communicate(timeout=60)
        assert (process.returncode, out, complaints) == (0, "", ""), complaints
