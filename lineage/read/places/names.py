"""Addresses and their parts."""

from __future__ import annotations

import re
from pathlib import Path

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://")
LIST_SUFFIX = ".txt"
BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})


def is_remote(place: str | Path) -> bool:
    """Whether a place is named by an address and not by a path."""
    return isinstance(place, str) and _ADDRESS.match(place) is not None


def is_list(place: str | Path) -> bool:
    """Whether a place is a list of addresses, by its suffix: `https://example.org/list.txt?v=2` is one."""
    return str(place).partition("?")[0].lower().endswith(LIST_SUFFIX)


def scheme(address: str) -> str:
    """`s3` of `s3://bucket/prefix`."""
    return address.partition("://")[0]


def is_bucket(address: str) -> bool:
    """Whether nothing follows the bucket or container of an object store."""
    kind, _, rest = address.partition("://")
    return kind in BUCKETS and "/" not in rest.rstrip("/")


def split(address: str) -> tuple[str, str]:
    """Address of a file → (root, path): the last part, with the query of a web address, is the path."""
    head, mark, query = address.partition("?")
    root, _, name = head.rpartition("/")
    return root, f"{name}{mark}{query}"
