"""Posts by their addresses: from hosts that somebody has allowed, and never from this network.

A name is looked up once and its address is asked, so that it cannot mean another machine a moment later; addresses
that are not public are refused, whatever the list says. A redirect is refused, for it leads elsewhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from lineage.errors import ImageOutOfReach, ImageTooLarge, UsageError
from lineage.web.problems import Refused

_SECONDS = 20.0
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an address of IPv4
_PORTS = {"http": 80, "https": 443}


class Fetcher:
    """Fetches posts.

    Args:
        hosts: that may be asked: `cdn.example.org`, or `*.example.org` for all below it
        most: bytes of a post
    """

    def __init__(self, hosts: Sequence[str], *, most: int) -> None:
        self._hosts = [host.lower() for host in hosts]
        self._most = most

    async def fetch(self, url: str) -> bytes:
        """The bytes at an address.

        Raises:
            Refused: its host is not allowed
            UsageError: it is no address of a web server
            ImageOutOfReach: it cannot be had
        """
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise UsageError(f"{url}: is no address ({error})") from error
        if parts.scheme not in _PORTS or not host or parts.username:
            raise UsageError(f"{url}: is no address of a web server")
        if not any(fnmatchcase(host, allowed) for allowed in self._hosts) or port not in (None, _PORTS[parts.scheme]):
            raise Refused(
                403, f"{url}: posts are not fetched from there (setting fetch_hosts); send the picture itself"
            )
        address = await _public_address(host, _PORTS[parts.scheme], url)
        import httpx  # most fetch nothing, and need not wait for it

        try:
            return await asyncio.wait_for(self._read(url, host, address), _SECONDS)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise UsageError(f"{url}: is no address ({error})") from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise ImageOutOfReach(url, f"cannot be fetched ({str(error) or type(error).__name__})") from error

    async def _read(self, url: str, host: str, address: str) -> bytes:
        import httpx

        target = httpx.URL(url).copy_with(host=address)
        headers = {"Host": host, "Accept-Encoding": "identity"}  # a few bytes could unpack to many
        request = httpx.Request("GET", target, headers=headers, extensions={"sni_hostname": host})
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=_SECONDS) as client:
            answer = await client.send(request, stream=True)
            try:
                if answer.status_code != httpx.codes.OK:
                    raise ImageOutOfReach(url, f"cannot be fetched (its server answers {answer.status_code})")
                if (packing := answer.headers.get("content-encoding", "identity")) != "identity":
                    raise ImageOutOfReach(url, f"cannot be fetched (its server packs it as {packing})")
                content = bytearray()
                async for part in answer.aiter_raw():
                    content += part
                    if len(content) > self._most:
                        raise ImageTooLarge(url, f"has more than {self._most:,} bytes (setting upload_limit)")
                return bytes(content)
            finally:
                await answer.aclose()


async def _public_address(host: str, port: int, url: str) -> str:
    """An address of the host; `Refused` unless all that it has are public."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise UsageError(f"{url}: is no address ({error})") from error
    except OSError as error:
        raise ImageOutOfReach(url, f"its host is not known ({error.strerror})") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(is_public(one) for one in addresses):
        raise Refused(403, f"{url}: its host lies in a network that is not public")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the public network."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _TRANSLATED else None
        inside = found.ipv4_mapped or found.sixtofour or translated
        if inside is not None:
            return is_public(str(inside))
        if found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved
