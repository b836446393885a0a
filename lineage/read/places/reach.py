"""Which addresses may be read from: whoever writes a list of them must not look around behind this machine's walls.

A server is asked where its name leads to, a redirect too; what is no public address is refused when the connection is
made, so that no name that changes its mind in between gets past. `LINEAGE_PRIVATE_ADDRESSES` allows more: networks such
as `10.0.0.0/8`, with spaces between, or `all`.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from typing import Any, Final

from lineage.errors import UsageError
from lineage.machine.one_line import without_secrets
from lineage.read.places.names import BUCKETS, is_remote, scheme

ALLOWED: Final = "LINEAGE_PRIVATE_ADDRESSES"
_LISTED: Final = BUCKETS | {"http", "https"}  # what a list elsewhere may name, beside its own kind

_CHAIN: Final = re.compile(r"::(?![\da-f:.]*\])", re.IGNORECASE)  # and not the zeros of `http://[2001:db8::1]/`
_HOLDING: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PrivateAddress(OSError):
    """An address that is not public, and not allowed; the message is a clause for a person."""


def public_socket(where: tuple[Any, ...]) -> socket.socket:
    """A socket for what `getaddrinfo` gives, as aiohttp asks for one; `PrivateAddress` where none may be had."""
    family, kind, protocol, _, place = where
    address = ipaddress.ip_address(str(place[0]).partition("%")[0])
    meant = _meant(address)
    if not _may_be_reached(meant):
        raise PrivateAddress(f"{meant} is no public address; {ALLOWED}={meant} allows it")
    return socket.socket(family, kind, protocol)


def require_one(address: str) -> None:
    """`UsageError` where an address is a chain of file systems, `zip://a.jpg::http://…`: the second is not checked."""
    if _CHAIN.search(address.partition("?")[0]):
        raise UsageError(f"{without_secrets(address)}: an address may not lead through another one")


def require_listed(root: str, path: str) -> None:
    """`UsageError` where a list elsewhere names what only this machine has."""
    if is_remote(root) and scheme(path) not in _LISTED | {scheme(root)}:
        raise UsageError(f"{path}: a list elsewhere may name no {scheme(path)}:// addresses")


def _meant(address: Address) -> Address:
    """The address of 32 bit that is meant by one of 128 which holds it: mapped, 6to4, or of a NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    embedded = last if any(address in network for network in _HOLDING) else None
    return address.ipv4_mapped or address.sixtofour or embedded or address


def _may_be_reached(address: Address) -> bool:
    allowed = os.environ.get(ALLOWED, "").replace(",", " ").split()
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    public = address.is_global and not address.is_multicast and not local
    return "all" in allowed or public or any(_lies_in(address, network) for network in allowed)


def _lies_in(address: Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise UsageError(f"{ALLOWED}: {network} is no network, such as 10.0.0.0/8") from error
