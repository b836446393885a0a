"""`lineage serve`: an index over HTTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import BackboneOption, FalseKnownOption, StoreOption, remark
from lineage.errors import UsageError
from lineage.machine.heap import kept_for_good
from lineage.machine.processors import at_once
from lineage.machine.require import EXTRAS, require

if TYPE_CHECKING:
    from fastapi import FastAPI

    from lineage.library import Index
    from lineage.settings import Settings
    from lineage.web.keys import Caller

HOST, PORT = "127.0.0.1", 8080


def serve(
    *,
    store: StoreOption = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0: every one of this machine.")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen at; 0: any that is free.", min=0, max=65535)] = PORT,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Who may ask: a line for each key, with role (read, review, admin), name and key; else the setting "
            "key_file. Needed to answer other machines.",
            show_default=False,
        ),
    ] = None,
    catalogue: Annotated[
        Path | None,
        typer.Option(
            help="CSV with the column asset and campaign, brand or label, by which pages list and count.",
            show_default=False,
        ),
    ] = None,
    backbone: BackboneOption = None,
    false_known: FalseKnownOption = None,
) -> None:
    """Answer for an index over HTTP: a page to look and decide on, and an API for programs.

    Example: lineage serve --store /srv/lineage
    """
    from lineage.settings import load_settings
    from lineage.web.keys import HERE, read_keys

    key_file = str(keys) if keys else None
    settings = load_settings(store=store, backbone=backbone, false_known=false_known, key_file=key_file)
    if not settings.key_file and host not in HERE:
        raise UsageError(f"{host} lets other machines ask, which takes keys; name a file of them with --keys")
    for module in EXTRAS["web"]:
        require(module, "web")
    who = read_keys(Path(settings.key_file)) if settings.key_file else None
    with _listening(host, port) as listening, _started(settings) as index:
        app = _app(index, who, catalogue)
        _tell(index, listening, _address(listening, host))
        from lineage.web.listening import answer_at

        answer_at(listening, app)


@contextmanager
def _started(settings: Settings) -> Iterator[Index]:
    """The index, ready to be asked; what answers for it is imported while its network is loaded."""
    from lineage.library import Index

    with Index(settings, threads=at_once()) as index:
        with kept_for_good(), ThreadPoolExecutor(1) as beside:
            starting = beside.submit(index.start)
            import lineage.web.app  # noqa: F401 - see above

            starting.result()
        yield index


def _app(index: Index, keys: Mapping[str, Caller] | None, catalogue: Path | None) -> FastAPI:
    from lineage.web.access import Access
    from lineage.web.app import create_app
    from lineage.web.catalogue import read_catalogue
    from lineage.web.service import Service

    known = read_catalogue(catalogue) if catalogue else None
    return create_app(Service(index.settings, index, catalogue=known), Access(keys))


def _tell(index: Index, listening: socket.socket, address: str) -> None:
    """Whoever waits for it may ask from now on; and whoever is refused the index is told whom to ask."""
    from lineage.store import is_url
    from lineage.store.folder import announce

    place = index.settings.store
    if not is_url(place):
        announce(Path(place), address)
    listening.listen()
    remark(f"answers at {address} · Ctrl-C ends it")


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise UsageError(f"nobody can listen at {host}, port {port}: {error.strerror}; name others") from error
    return listening


def _address(listening: socket.socket, host: str) -> str:
    """URL by which the service is asked from this machine."""
    port = listening.getsockname()[1]
    named = {"0.0.0.0": HOST, "::": "::1"}.get(host, host)
    return f"http://[{named}]:{port}" if ":" in named else f"http://{named}:{port}"
