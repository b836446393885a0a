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
def served(store: Path | str, *options: str | Path, **settings: str) -> Iterator[str]:
    """The address of a service on an index, with options of the command and settings by their names."""
    environment = {**os.environ, **{f"LINEAGE_{name.upper()}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "lineage.cli", "serve", "--port", "0", "--store", store, *options]
    process = subprocess.Popen(
        [*map(str, command)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    told = process.stderr.readline()
    address = _ADDRESS.search(told)
    try:
        assert address, told + process.stderr.read()
        yield address[0]
    finally:
        process.send_signal(signal.SIGINT)
        out, complaints = process.communicate(timeout=60)
    assert (process.returncode, out, complaints) == (0, "", ""), complaints
