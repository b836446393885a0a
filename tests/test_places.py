from __future__ import annotations

import hashlib
import os
import socket

import pytest

from lineage.errors import ImageError
from lineage.read.places import is_list, is_remote, read, read_with_digest, split
from lineage.read.places.files import _found
from lineage.read.places.link import Fault, call
from lineage.read.places.names import is_bucket
from lineage.read.places.reach import PrivateAddress, public_socket


def mtime_ns(**details: object) -> int:
    return _found({"name": "a.jpg", "size": 1, "type": "file", **details}).mtime_ns


@pytest.mark.parametrize("place", ["s3://b/p", "https://h/a.jpg", "memory://x", "az://c"])
def test_an_address_is_told_from_a_path(place):
    assert is_remote(place)


@pytest.mark.parametrize("place", ["dam/a.jpg", "/dam", "C:\\dam", "s3:/b", "a b://c"])
def test_a_path_is_told_from_an_address(place):
    assert not is_remote(place)


def test_a_list_is_known_by_its_suffix_whatever_the_query():
    assert [is_list(place) for place in ("https://h/l.TXT?v=2", "l.txt", "https://h/a.jpg?l=b.txt")] == [
        True,
        True,
        False,
    ]


def test_the_name_of_a_file_on_the_web_keeps_its_query():
    assert split("https://h/dam/a.jpg?path=/b/c") == ("https://h/dam", "a.jpg?path=/b/c")


def test_a_bucket_is_told_from_what_lies_in_it():
    assert [is_bucket(place) for place in ("s3://b", "s3://b/", "s3://b/p", "https://h")] == [True, True, False, False]


def test_times_of_all_services_are_understood():
    second = 1_700_000_000_000_000_000
    assert mtime_ns(mtime=1_700_000_000.0) == second
    assert mtime_ns(updated="2023-11-14T22:13:20.000Z") == second
    assert mtime_ns(**{"Last-Modified": "Tue, 14 Nov 2023 22:13:20 GMT"}) == second


def test_another_etag_within_the_same_second_is_another_time():
    one, other = (mtime_ns(mtime=1_700_000_000.25, ETag=tag) for tag in ('"a"', '"b"'))
    assert one != other
    assert one // 10**9 == other // 10**9 == 1_700_000_000


def test_without_time_and_etag_a_file_looks_changed_each_time():
    assert mtime_ns() < mtime_ns()


def test_a_time_that_nobody_understands_is_none():
    assert mtime_ns(ETag="a", mtime="soon") == mtime_ns(ETag="a")


def test_a_file_here_is_read_too(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    assert read(str(tmp_path), "a") == b"x"
    with pytest.raises(ImageError, match="no such file"):
        read(str(tmp_path), "b")


class Answer(Exception):
    """As the packages of the services raise them: the status is an attribute of one name or another."""

    def __init__(self, **status: object) -> None:
        super().__init__("told so\nand more")
        self.__dict__.update(status)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Answer(status=404), "absent"),
        (Answer(code="410"), "absent"),
        (Answer(status_code=403), "denied"),
        (Answer(code=401), "denied"),
        (Answer(status=400), "absent"),
        (Answer(status=503), "out of reach"),
        (Answer(code="SlowDown"), "out of reach"),
        (TimeoutError(), "out of reach"),
        (PermissionError(13, "no"), "denied"),
        (FileNotFoundError("a"), "absent"),
    ],
)
def test_what_went_wrong_is_one_of_three(error, kind):
    def request() -> None:
        raise error

    with pytest.raises(Fault) as caught:
        call("gs://b/a", request)
    assert caught.value.kind == kind
    assert "\n" not in caught.value.reason


def test_a_large_file_is_not_held_in_memory_and_has_the_same_digest(tmp_path):
    (tmp_path / "a.jpg").write_bytes(content := b"0123456789" * 100)
    digest = hashlib.sha256(content).hexdigest()
    assert read_with_digest(str(tmp_path), "a.jpg") == (content, digest)
    assert read_with_digest(str(tmp_path), "a.jpg", most=999) == (tmp_path / "a.jpg", digest)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "fd00::1"]
)
def test_an_address_that_is_not_public_gets_no_socket(address, monkeypatch):
    monkeypatch.delenv("LINEAGE_PRIVATE_ADDRESSES", raising=False)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(PrivateAddress):
        public_socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))


@pytest.mark.parametrize("allowed", ["all", "10.0.0.0/8, 192.168.0.0/16", "10.1.2.3"])
def test_what_is_allowed_gets_one(allowed, monkeypatch):
    monkeypatch.setenv("LINEAGE_PRIVATE_ADDRESSES", allowed)
    public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.1.2.3", 80))).close()


def test_a_file_that_has_become_a_pipe_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    for reading in (read, read_with_digest):
        with pytest.raises(ImageError, match=r"^a\.jpg: not a regular file"):
            reading(str(tmp_path), "a.jpg")
