"""What lies at a remote place, and its bytes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

from lineage.errors import ImageError, ImageOutOfReach, MissingExtra, RemoteError, UsageError
from lineage.read.places import link
from lineage.read.places.link import Fault
from lineage.read.places.names import is_remote

UNREADABLE: Final = (ImageError, RemoteError, MissingExtra, UsageError)  # all that `read` raises
_MOST: Final = 64 * 2**20  # bytes of a file that are held in memory at once; each worker holds one
_SECOND: Final = 1_000_000_000  # ns
_TIMES: Final = ("LastModified", "last_modified", "Last-Modified", "mtime", "updated", "created")
_TAGS: Final = ("ETag", "etag", "Content-MD5", "md5Hash")


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder.

    Attributes:
        name: the last part of its path
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
        details = link.call(address, system.ls, name, detail=True)
    except Fault as fault:
        raise _told(address, fault) from fault
    # Tools that show object stores as folders write empty objects of the folder's own name.
    held = (one for one in details if str(one["name"]).strip("/") != name.strip("/"))
    return sorted(map(_found, held), key=lambda one: one.name)


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
        try:
            return Path(root, path).read_bytes()
        except OSError as error:
            raise ImageOutOfReach(path, _lowered(error.strerror or str(error))) from error
    system, name = link.find(root, path)
    try:
        content: bytes = link.call(_address(root, path), system.cat_file, name)
    except Fault as fault:
        kind = ImageOutOfReach if fault.kind == "out of reach" else ImageError
        raise kind(path, fault.reason) from fault
    return content


def read_with_digest(root: str, path: str, *, most: int = _MOST) -> tuple[bytes | Path, str]:
    """The bytes of a file, or the file itself where they are more than `most`, and their SHA-256; errors as in `read`.

    So a file of many gigabytes on this machine takes no memory, be it a picture or not. One elsewhere travels whole.
    """
    if not is_remote(root) and not is_remote(path):
        file = Path(root, path)
        try:
            if file.stat().st_size > most:
                with file.open("rb") as stream:
                    return file, hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise ImageOutOfReach(path, _lowered(error.strerror or str(error))) from error
    content = read(root, path)
    return content, hashlib.sha256(content).hexdigest()


def _told(address: str, fault: Fault) -> UsageError | RemoteError:
    if fault.kind == "denied":
        return link.denial(address)
    return (UsageError if fault.kind == "absent" else RemoteError)(f"{address}: {fault.reason}")


def _address(root: str, path: str) -> str:
    if is_remote(path):
        return path
    return f"{root}/{path}" if path else root


def _found(details: Mapping[str, Any]) -> Found:
    name = str(details["name"]).rstrip("/").rpartition("/")[2]
    return Found(name, details.get("type") == "directory", int(details.get("size") or 0), _mtime_ns(details))


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


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]
