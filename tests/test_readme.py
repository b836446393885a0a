"""Every command and every line of Python that is shown is run, and what is shown as output is what comes out."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lineage
from tests.serving import served

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
VOLATILE = re.compile(r"\d+\.\d+ s( \(\d+/(s|min)\))?|\b[0-9a-f]{8}-[0-9a-f-]{27}\b")
"""Seconds, rates, and the random id of an index."""


PYTHON = re.compile(r"^```pycon\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands(document: str) -> Iterator[tuple[str, str]]:
    """(command, output shown) of the `console` blocks, in order."""
    for block in BLOCK.findall((ROOT / document).read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A folder with the samples, in which the commands run one after the other as a reader would run them."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "samples", folder / "samples")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "docs/start.md"])
def test_the_commands_print_what_the_document_shows(checkout, document):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LINEAGE_STORE": "index", "COLUMNS": "120"}
    environment.pop("LINEAGE_BACKBONE", None)
    shown_commands = list(commands(document))
    assert shown_commands
    for command, shown in shown_commands:
        done = subprocess.run(
            command, shell=True, cwd=checkout, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert VOLATILE.sub("…", done.stdout) == VOLATILE.sub("…", shown), command


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "docs/start.md"])
def test_python_answers_what_the_document_shows(checkout, document, monkeypatch):
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("LINEAGE_STORE", "index")
    with lineage.open() as index:
        index.index("samples/library")
    shown = "\n".join(PYTHON.findall((ROOT / document).read_text(encoding="utf-8")))
    told: list[str] = []
    session = doctest.DocTestParser().get_doctest(shown, {}, document, document, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert session.examples
    assert runner.run(session, out=told.append).failed == 0, "".join(told)


DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))


def prose(document: Path) -> Iterator[str]:
    """Lines that are neither shown as code nor rows of a table."""
    fenced = False
    for line in document.read_text(encoding="utf-8").splitlines():
        fenced ^= line.startswith("```")
        if not fenced and not line.startswith(("```", "|")):
            yield line


def anchors(document: Path) -> set[str]:
    """What headings are linked to by."""
    titles = [line.lstrip("# ").lower() for line in prose(document) if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_what_documents_link_to_exists(document):
    for target, anchor in re.findall(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)", document.read_text(encoding="utf-8")):
        page = document.parent / target if target else document
        assert page.exists(), target
        assert not anchor or anchor in anchors(page), f"{target}#{anchor}"


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.name != "CHANGELOG.md"], ids=lambda one: one.name)
def test_prose_is_narrow_and_shares_have_their_zero(document):
    for line in prose(document):
        assert len(line) <= 100 or " " not in line.strip(), line
        assert not re.search(r"(?<![\w.)/])\.\d", re.sub(r"`[^`]*`", "", line)), line


@pytest.mark.slow
def test_a_service_answers_what_its_page_shows(checkout):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "120"}
    with lineage.open(checkout / "served") as index:
        index.index(checkout / "samples" / "library")
    with served(checkout / "served") as address:
        for command, shown in commands("docs/serve.md"):
            asked = command.replace("http://localhost:8080", address)
            done = subprocess.run(
                asked, shell=True, cwd=checkout, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            assert VOLATILE.sub("…", done.stdout).rstrip("\n") == VOLATILE.sub("…", shown).rstrip("\n"), command
