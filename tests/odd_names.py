"""Names of files and accounts that would break a line, steer a terminal, or be taken for markup."""

from __future__ import annotations

ODD = "two\nlines \x1b[2J [red]a[b] :smile: $x$"
SHOWN = "two\\nlines \\x1b[2J [red]a[b] :smile: $x$"
"""As a terminal shows it."""
