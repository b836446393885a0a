"""Posts that a service fetches by their addresses: from whom, and from whom never."""

from __future__ import annotations

import asyncio

import pytest

from lineage.errors import ImageOutOfReach, ImageTooLarge, UsageError
from lineage.web import fetch
from lineage.web.problems import Refused
from tests.web import web


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *(
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fec0::1",
            "fe80::1%eth0",
            "fd00::1",
            "ff02::1",
        ),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("240.0.0.1", "fec0::1"),
    ],
)
def test_addresses_of_this_network_are_not_public(address):
    assert not fetch.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_of_others_are(address):
    assert fetch.is_public(address)


@pytest.fixture
def host(monkeypatch):
    """A web server that is taken for a public one."""

    async def public(*_: object) -> str:
        return "127.0.0.1"

    with web() as server:
        monkeypatch.setitem(fetch._PORTS, "http", server.server_port)
        monkeypatch.setattr(fetch, "_public_address", public)
        server.files["/post.jpg"] = b"x" * 1000
        yield server


def fetched(url: str, *, most: int = 10_000, hosts: tuple[str, ...] = ("cdn.example.org", "*.example.com")) -> bytes:
    return asyncio.run(fetch.Fetcher(hosts, most=most).fetch(url))


def test_a_post_is_fetched_from_a_host_that_is_allowed(host):
    for name in ("cdn.example.org", "CDN.example.org", "a.b.example.com"):
        assert fetched(f"http://{name}:{host.server_port}/post.jpg") == b"x" * 1000


@pytest.mark.parametrize("name", ["example.org", "cdn.example.org.evil.net", "example.com", "127.0.0.1"])
def test_no_other_host_is_asked(host, name):
    with pytest.raises(Refused, match="fetch_hosts"):
        fetched(f"http://{name}:{host.server_port}/post.jpg")
    assert not host.read


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_what_is_elsewhere_or_not_there_is_not_fetched(host, status):
    host.faults.append(status)
    with pytest.raises(ImageOutOfReach, match=str(status)):
        fetched(f"http://cdn.example.org:{host.server_port}/post.jpg")
    assert len(host.read) == 1


def test_no_more_is_read_than_is_taken(host):
    with pytest.raises(ImageTooLarge, match="upload_limit"):
        fetched(f"http://cdn.example.org:{host.server_port}/post.jpg", most=500)


@pytest.mark.parametrize("url", ["ftp://cdn.example.org/x", "http://", "http://[::1/x", "cdn.example.org/x"])
def test_what_is_no_address_of_a_web_server_is_told(url):
    with pytest.raises(UsageError, match="no address"):
        fetched(url)


@pytest.mark.parametrize(
    "url", [f"http://{'a' * 64}.example.com/x", "http://.example.com/x", "http://a.example.com/\x00"]
)
def test_what_no_host_can_be_called_is_told(url):
    with pytest.raises((UsageError, ImageOutOfReach), match=r"no address|not known"):
        fetched(url)


def test_a_host_in_this_network_is_refused_by_its_address():
    with pytest.raises(Refused, match="not public"):
        fetched("http://localhost/post.jpg", hosts=("localhost",))
