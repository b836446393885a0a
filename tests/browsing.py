"""A browser for the tests of the pages: Debian's Chromium, and axe-core, as `scripts/browser` gets them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parent.parent / ".venv" / "share" / "axe-core" / "axe.min.js"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

with_browser = pytest.mark.skipif(not CHROMIUM, reason="waits for a machine with chromium; see scripts/browser")
with_axe = pytest.mark.skipif(not AXE.is_file(), reason="waits for axe-core, which scripts/browser gets by npm")


@contextmanager
def a_browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Root's browser has no sandbox; it sees pages of this machine only.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def barriers(page: Any, *, only: str = "") -> list[str]:
    """What axe-core finds on a page that is serious or critical, a line each; by one rule alone where it is named."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"], **({"runOnly": [only]} if only else {})}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{one['id']}: {one['help']} ({node['html'][:160]})"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
