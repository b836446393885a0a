"""Disks of a test's own, in a namespace of its own: small ones, and ones that go and come."""

from __future__ import annotations

import subprocess

import pytest

UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")


def own_mounts() -> tuple[str, ...]:
    """What a command is put behind so that it may mount; skips the test where nobody may."""
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("waits for a Linux on which users may mount in a namespace of their own (unshare --user --mount)")
    return UNSHARE
