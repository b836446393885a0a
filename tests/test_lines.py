"""Lines on a terminal: broken between words, with names of files whole."""

from __future__ import annotations

import pytest
from rich.text import Text

from lineage.cli.lines import break_lines

ANSWER = """\
KNOWN   posts/one.jpg
        made from spring/a/file/with/a/long/name.jpg  (p 0.999)
        false-match risk ≤ 0.13 % of novel posts"""


def test_what_has_room_stays_as_it_is():
    assert break_lines(Text(ANSWER), 80).plain == ANSWER


def test_lines_break_between_words_and_stand_in():
    assert break_lines(Text(ANSWER), 40).plain.splitlines() == [
        "KNOWN   posts/one.jpg",
        "        made from spring/a/file/with/a/long/name.jpg",
        "          (p 0.999)",
        "        false-match risk ≤ 0.13 % of",
        "          novel posts",
    ]


@pytest.mark.parametrize("width", range(28, 70))
def test_no_word_is_lost_or_cut_and_no_number_parted_from_its_unit(width):
    found = break_lines(Text(ANSWER), width).plain
    assert found.split() == ANSWER.split()
    assert "0.13 %" in found
    assert all(len(line) <= width or "long/name" in line for line in found.splitlines())


def test_styles_are_kept():
    text = Text("one two three four five six seven", style="")
    text.stylize("bold", 8, 13)
    found = break_lines(text, 20)
    assert [found.plain[span.start : span.end] for span in found.spans] == ["three"]


def test_tables_are_not_broken():
    table = "| a wide column | another one | a third one |"
    assert break_lines(Text(table), 24).plain == table
