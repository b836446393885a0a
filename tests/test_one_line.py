"""Names on one line, whatever they hold."""

from __future__ import annotations

import pytest

from lineage.machine.one_line import one_line
from tests.odd_names import ODD, SHOWN


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (ODD, SHOWN),
        ("lip\u202egpj.exe", "lip\\u202egpj.exe"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("صورة.jpg", "صورة.jpg"),
        ("a\u200fb", "a\\u200fb"),
    ],
)
def test_what_breaks_steers_or_turns_a_line_is_written_as_escapes(name, shown):
    assert one_line(name) == shown
