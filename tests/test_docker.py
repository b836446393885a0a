"""What the image and the compose file say; no daemon is asked. `lineage serve` itself runs in `test_serve.py`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_image_holds_the_core_and_the_web_alone():
    assert re.findall(r"pip install .*?'(.*?)'", DOCKERFILE) == [".[web]"]
    assert "web" in PROJECT["project"]["optional-dependencies"]


def test_the_image_is_made_of_all_that_is_installed():
    copied = {word for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for word in line.split()}
    assert {*PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]} <= copied
    assert {"pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]} <= copied
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    assert copied - {"./"} == sent


def test_nobody_in_the_container_is_root():
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER (?!root|0)\w+", last, re.MULTILINE)
    assert last.index("USER") < last.index("CMD")


def test_what_is_written_lies_in_the_volume(monkeypatch):
    from platformdirs import user_data_path  # reads the environment when it is asked

    folder = re.search(r"XDG_DATA_HOME=(\S+)", DOCKERFILE)
    assert folder is not None
    assert f"VOLUME {folder[1]}" in DOCKERFILE
    monkeypatch.setenv("XDG_DATA_HOME", folder[1])
    assert str(user_data_path("lineage")).startswith(folder[1])


@pytest.mark.parametrize("text", [DOCKERFILE, (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")])
def test_health_is_asked_of_a_route_that_is_there(text):
    assert "/ready" in text


def test_the_compose_file_serves_the_index_of_its_server_with_keys():
    served = COMPOSE["services"]["lineage"]
    assert served["depends_on"]["qdrant"]["condition"] == "service_healthy"
    assert served["environment"]["LINEAGE_STORE"] == "http://qdrant:6333/lineage"
    assert served["environment"]["LINEAGE_KEY_FILE"].startswith("/run/secrets/")
    assert {*served["secrets"]} == {*COMPOSE["secrets"]}
    assert all(port.startswith("127.0.0.1:") for port in served["ports"])
    assert "lineage:/data" in served["volumes"]
    assert {"lineage", "qdrant"} == {*COMPOSE["volumes"]}
