"""What every command says of itself, on terminals of two widths, and what stands before all commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from lineage import __version__, cli
from lineage.cli.commands import TASKS
from tests.command import call

LINEAGE = Path(sys.executable).parent / "lineage"

EVERY_HELP = """
import contextlib, io, json, sys
import typer
from lineage import cli

def shown(command, *path):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        root.main([*path, "--help"], prog_name="lineage", standalone_mode=False)
    told = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    names = [name for p in told for name in (*p.opts, *p.secondary_opts)]
    print(json.dumps({"command": " ".join(path), "help": out.getvalue(), "names": names}))
    for name, below in getattr(command, "commands", {}).items():
        shown(below, *path, name)

root = typer.main.get_command(cli.app)
shown(root)
print(json.dumps(sorted({m.split(".")[0] for m in sys.modules})))
"""


@pytest.fixture(scope="module", params=[40, 80])
def told(request):
    """Width, the help of every command as a terminal of that width shows it, and the packages that were imported."""
    environment = {**os.environ, "COLUMNS": str(request.param)}
    done = subprocess.run(
        [sys.executable, "-c", EVERY_HELP], env=environment, capture_output=True, text=True, check=True
    )
    *commands, packages = map(json.loads, done.stdout.splitlines())
    return request.param, {one["command"]: one for one in commands}, packages


def test_every_option_of_every_command_is_named_whole(told):
    _, commands, _ = told
    assert len(commands) > 30
    for one in commands.values():
        words = set(re.findall(r"(?<![\w-])-[\w-]+", one["help"]))
        assert set(one["names"]) <= words, one["command"]


def test_no_line_is_longer_than_the_terminal_is_wide_and_none_is_cut(told):
    width, commands, _ = told
    for one in commands.values():
        assert max(map(len, one["help"].splitlines())) <= width, one["command"]
        assert not re.search(r"\w…", one["help"]), one["command"]


def test_values_are_named_in_words(told):
    for one in told[1].values():
        assert not re.search(r"<str>|<int>|list\[", one["help"]), one["command"]


def test_help_imports_nothing_heavy(told):
    assert not {"torch", "cv2", "PIL", "numpy", "qdrant_client", "qdrant_edge", "sklearn"} & set(told[2])


def test_the_command_reference_is_what_the_commands_say():
    page = Path(__file__).parent.parent / "docs/commands.md"
    for columns in ("40", "200"):
        done = subprocess.run(
            [sys.executable, "-m", "lineage.cli.reference"],
            env={**os.environ, "COLUMNS": columns, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stdout == page.read_text(encoding="utf-8"), "python -m lineage.cli.reference > docs/commands.md"


def test_a_command_is_told_of_as_it_tells_of_itself():
    root: Any = typer.main.get_command(cli.app)
    own = {name: " ".join(command.help.split("\n\n")[0].split()) for name, command in root.commands.items()}
    assert own == {name: told for commands in TASKS.values() for name, told in commands.items()}


def test_commands_are_told_by_task(told):
    shown = told[1][""]["help"]
    assert sorted(TASKS, key=shown.index) == [*TASKS]
    decide = shown[shown.index("People decide") : shown.index("Measure and tune")]
    assert all(name in decide for name in ("confirm", "reject", "ignore", "quarantine"))


def test_the_installed_command_keeps_to_the_width_of_the_terminal():
    done = subprocess.run(
        [LINEAGE, "query", "-h"], env={**os.environ, "COLUMNS": "40"}, capture_output=True, text=True, check=True
    )
    assert "--false-known" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 40


def test_what_does_not_fit_beside_an_exit_code_stands_below_what_it_means(told):
    table = told[1][""]["help"].partition("Exit codes\n")[2].rstrip().splitlines()
    assert len([line for line in table if line[0].isdigit()]) == len(cli.EXIT_CODES.splitlines()) - 1
    assert all(line.startswith(" " * 5) for line in table if not line[0].isdigit())


def test_a_command_used_wrongly_is_shown_as_its_help_shows_it():
    assert "Usage: lineage query [OPTIONS] POSTS..." in call("query").stderr


def test_nothing_is_said_to_be_of_an_index_where_none_is_looked_into(told):
    shown = " ".join(told[1]["compare"]["help"].replace("│", " ").split())
    assert "else that of the settings, or lite" in shown
    assert "of the index" not in shown


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_told(option):
    assert call(option).stdout == f"lineage {__version__}\n"


def test_a_shell_completes_commands_and_options():
    def completed(words: str) -> list[str]:
        environment = {**os.environ, "_LINEAGE_COMPLETE": "complete_bash", "COMP_WORDS": words}
        environment["COMP_CWORD"] = str(len(words.split()) - 1)
        return subprocess.run([LINEAGE], env=environment, capture_output=True, text=True, check=False).stdout.split()

    assert completed("lineage qua") == ["quarantine"]
    assert completed("lineage query --evi") == ["--evidence"]


def test_the_commonest_options_have_short_forms(told):
    assert {"-s", "-b", "-j", "-e"} <= set(told[1]["query"]["names"])
    assert "-o" in told[1]["train decision"]["names"]
