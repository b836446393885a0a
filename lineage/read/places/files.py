"""What lies at a remote place, and its bytes."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

from lineage.errors import ImageError, ImageOutOfReach, MissingExtra, RemoteError, UsageError
from lineage.machine.one_line import without_secrets
from lineage.read.local import opened
from lineage.read.places import link
from lineage.read.places.bucket import KINDS, listing
from lineage.read.places.link import Fault
from lineage.read.places.names import is_remote, scheme

UNREADABLE: Final = (ImageError, RemoteError, MissingExtra, UsageError)  # all that `read` raises
_MOST: Final = 64 * 2**20  # bytes of a file that are held in memory at once; each worker holds one
_MOST_ELSEWHERE: Final = 256 * 2**20  # bytes of a file of another machine, which travels whole
_SECOND: Final = 1_000_000_000  # ns
_TIMES: Final = ("LastModified", "last_modified", "Last-Modified", "mtime", "updated", "created")
_TAGS: Final = ("ETag", "etag", "Content-MD5", "md5Hash")


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder.

    Attributes:
        name: the last part of its path; empty of a folder between two slashes of a key, `a//b.jpg`
        folder: whether it is one
        size: bytes; 0 where the place does not say
        mtime_ns: time of the last change, ns since the epoch. Where there is an ETag, a digest of it stands in place of
            the fraction of a second, so that a file which is replaced within one second looks changed. Where there is
            neither time nor ETag it is now: such a file looks changed whenever it is looked at.
    """

    name: str
    folder: bool
    size: int
    mtime_ns: int


def look(root: str, path: str = "", *, patient: bool = True) -> Found:
    """What lies at a place.

    Raises:
        UsageError: nothing
        RemoteError: it cannot be reached or lets nobody in
        MissingExtra: the package for this kind of place is not installed
    """
    address = _address(root, path)
    system, name = link.find(root, path)
    try:
        return _found(link.call(address, system.info, name, patient=patient))
    except Fault as fault:
        raise _told(address, fault) from fault


def below(root: str, path: str = "") -> list[Found]:
    """What a folder holds, by name; errors as in `look`."""
    address = _address(root, path)
    system, name = link.find(root, path)
    try:
        lists = partial(listing, system) if scheme(address) in KINDS else system.ls
        details = link.call(address, lists, name, detail=True)
    except Fault as fault:
        raise _told(address, fault) from fault
    # Tools that show object stores as folders write empty objects of the folder's own name. A folder of that name is
    # the part between two slashes of a key, which no path can name.
    own = name.strip("/")
    held = (one for one in details if str(one["name"]).strip("/") != own or _is_folder(one))
    found = (replace(_found(one), name="") if str(one["name"]).strip("/") == own else _found(one) for one in held)
    return sorted(found, key=lambda one: one.name)


def read(root: str, path: str) -> bytes:
    """The bytes of a file, remote or not.

    Args:
        root: folder, absolute, or address
        path: relative to it, or an address itself

    Raises:
        ImageOutOfReach: it cannot be had just now
        ImageError: the place elsewhere has no such file, or lets nobody read it
        RemoteError, MissingExtra, UsageError: no file of this place can be read
    """
    if not is_remote(root) and not is_remote(path):
        with opened(Path(root, path), path) as file:
            return file.read()
    system, name = link.find(root, path)
    try:
        return link.content(_address(root, path), system, name, most=_MOST_ELSEWHERE)
    except Fault as fault:
        kind = ImageOutOfReach if fault.kind in ("out of reach", "forbidden") else ImageError
        raise kind(path, fault.reason) from fault


def read_with_digest(
    root: str, path: str, *, most: int = _MOST, look: Callable[[BufferedReader], object] = lambda _: None
) -> tuple[bytes | Path, str]:
    """The bytes of a file, or the file itself where they are more than `most`, and their SHA-256; errors as in `read`.

    So a file of many gigabytes on this machine takes no memory, be it a picture or not. One elsewhere travels whole.
    Such a file is looked at before all of it is read: what `look` raises is raised.
    """
    if not is_remote(root) and not is_remote(path):
        with opened(Path(root, path), path) as file:
            if os.fstat(file.fileno()).st_size > most:
                look(file)
                return Path(root, path), hashlib.file_digest(file, "sha256").hexdigest()
            content = file.read(most + 1)  # it may grow meanwhile
        if len(content) > most:
            raise ImageOutOfReach(path, "it grows while it is read")
    else:
        content = read(root, path)
    return content, hashlib.sha256(content).hexdigest()


def _told(address: str, fault: Fault) -> UsageError | RemoteError:
    if fault.kind == "denied":
        return link.denial(address)
    return (UsageError if fault.kind == "absent" else RemoteError)(f"{without_secrets(address)}: {fault.reason}")


def _address(root: str, path: str) -> str:
    if is_remote(path):
        return path
    return f"{root}/{path}" if path else root


def _found(details: Mapping[str, Any]) -> Found:
    name = str(details["name"]).rstrip("/").rpartition("/")[2]
    return Found(name, _is_folder(details), int(details.get("size") or 0), _mtime_ns(details))


def _is_folder(details: Mapping[str, Any]) -> bool:
    return bool(details.get("type") == "directory")


def _mtime_ns(details: Mapping[str, Any]) -> int:
    moment = next((details[key] for key in _TIMES if details.get(key)), None)
    tag = next((details[key] for key in _TAGS if details.get(key)), None)
    whole = 0 if moment is None else _nanoseconds(moment)
    if tag is not None:
        return whole - whole % _SECOND + int.from_bytes(hashlib.sha256(str(tag).encode()).digest()[:8]) % _SECOND
    return whole or time.time_ns()


def _nanoseconds(moment: datetime | float | str) -> int:
    """Time as a file system gives it → ns since the epoch, whole microseconds; 0 where it cannot be understood."""
    try:
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment) if moment[:4].isdigit() else parsedate_to_datetime(moment)
        seconds = moment.timestamp() if isinstance(moment, datetime) else float(moment)
    except ValueError:
        return 0
    return round(seconds * 1e6) * 1000
