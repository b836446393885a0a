"""Names of files and accounts that would break a line, steer a terminal, or be taken for markup."""

from __future__ import annotations

from pathlib import Path

ODD = "two\nlines \x1b[2J \u202e\u2028 [red]a[b] :smile: $x$"
SHOWN = "two\\nlines \\x1b[2J \\u202e\\u2028 [red]a[b] :smile: $x$"
"""As a terminal shows it."""
_RAW = "\x1b\u202e\u2028"


def raw_in(folder: Path) -> dict[str, set[str]]:
    """The texts of a folder in which there is a character of `ODD` that steers, turns or breaks a line."""
    texts = [file for file in folder.rglob("*") if file.suffix in (".html", ".json", ".jsonl", ".csv", ".tsv", ".md")]
    assert texts
    found = {file.name: set(_RAW) & set(file.read_text(encoding="utf-8")) for file in texts}
    return {name: raw for name, raw in found.items() if raw}
