"""`lineage serve`: an index over HTTP."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from lineage.cli.output import BackboneOption, FalseKnownOption, StoreOption, remark
from lineage.errors import UsageError
from lineage.machine.require import extra

HOST, PORT = "127.0.0.1", 8080
HERE = ("localhost", "127.0.0.1", "::1")


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
    backbone: BackboneOption = None,
    false_known: FalseKnownOption = None,
) -> None:
    """Answer for an index over HTTP: a page to look and decide on, and an API for programs.

    Example: lineage serve --store /srv/lineage
    """
    from lineage.settings import load_settings

    with extra("web"):
        import uvicorn

        from lineage.web.access import Access, read_keys
        from lineage.web.app import create_app
        from lineage.web.service import Service

    key_file = str(keys) if keys else None
    settings = load_settings(store=store, backbone=backbone, false_known=false_known, key_file=key_file)
    if not settings.key_file and host not in HERE:
        raise UsageError(f"{host} lets other machines ask, which takes keys; name a file of them with --keys")
    access = Access(read_keys(Path(settings.key_file)) if settings.key_file else None)
    listening = _listening(host, port)
    service = Service(settings)
    service.index.count()  # one that is not there, or held by somebody else, is told before anybody is answered
    remark(f"answers at {_address(listening, host)} · Ctrl-C ends it")
    config = uvicorn.Config(create_app(service, access), log_level="warning", access_log=False, lifespan="on")
    uvicorn.Server(config).run(sockets=[listening])


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
