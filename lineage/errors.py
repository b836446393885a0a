"""Every error that lineage raises on purpose, and the exit code each one ends a command with.

    LineageError                    1
    ├── UsageError                  2   what was asked for makes no sense or does not exist
    ├── ImageError                  1   a file cannot be read as a picture
    │   ├── ImageTooLarge           1   more pixels, or more memory to decode, than the limit
    │   └── ImageOutOfReach         1   a file cannot be had just now
    ├── StoreError                  3   the store cannot be reached or cannot do what was asked
    │   ├── StoreMissing            3   there is no index at that place
    │   ├── StoreLocked             3   another process has the embedded index, or writes the one on a server
    │   └── StampMismatch           3   the index was written by another backbone or schema
    ├── RemoteError                 3   a remote place cannot be reached or lets nobody in
    ├── AuditError                  3   the audit log cannot be written, so that nothing is answered or decided
    ├── WeightsError                3   weights are missing, damaged or not those they claim to be
    └── MissingExtra                3   an optional package is not installed

Messages are one sentence for a person: what happened, to which file, what to do.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar


class LineageError(Exception):
    """Base of all errors with a message made for the user."""

    exit_code: ClassVar[int] = 1


class UsageError(LineageError):
    """What was asked for makes no sense or does not exist."""

    exit_code = 2


class ImageError(LineageError):
    """A file cannot be read as a picture.

    Attributes:
        name: the file as the user knows it
        reason: why, as a short clause without the name
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason

    def __reduce__(self) -> tuple[type[ImageError], tuple[str, str]]:
        # Exceptions cross process borders by pickling; the default would pass the joined message as `name`.
        return type(self), (self.name, self.reason)


class ImageTooLarge(ImageError):
    """More pixels than the limit against decompression bombs, or more memory to decode than goes with it."""


class ImageOutOfReach(ImageError):
    """A file cannot be had just now, which says nothing about its content: a place elsewhere, a permission, a disk."""


class StoreError(LineageError):
    """The store cannot be reached or cannot do what was asked."""

    exit_code = 3


class StoreMissing(StoreError):
    """There is no index at that place."""


class StoreLocked(StoreError):
    """Another process has the embedded index open, or another run of this machine writes the one on a server.

    Attributes:
        held: which index it is, and by whom it is held
        address: URL of the service that it is; empty where it is none
    """

    def __init__(self, held: str, way: str, *, address: str = "") -> None:
        super().__init__(f"{held}; {way}")
        self.held = held
        self.way = way
        self.address = address

    def __reduce__(self) -> tuple[partial[StoreLocked], tuple[str, str]]:
        return partial(type(self), address=self.address), (self.held, self.way)


class StampMismatch(StoreError):
    """The index was written by another backbone or schema; vectors of two backbones never mix."""


class EntryDamaged(StoreError):
    """What the index keeps of one asset is not what was written.

    Attributes:
        id: of the asset
        path: of the asset; its id where that cannot be read
    """

    def __init__(self, id: str, path: str = "") -> None:  # noqa: A002 - what an asset has is called so
        super().__init__(f"the entry of {path or id} in the index is damaged; see: lineage check")
        self.id = id
        self.path = path or id

    def __reduce__(self) -> tuple[type[EntryDamaged], tuple[str, str]]:
        return type(self), (self.id, self.path)


class NoteDamaged(StoreError):
    """What a journal keeps with a decision is not what was written.

    Attributes:
        id: of the note
    """

    def __init__(self, id: str) -> None:  # noqa: A002 - as above
        super().__init__(f"what the journal keeps with the record {id} is damaged; restore the journal from a copy")
        self.id = id

    def __reduce__(self) -> tuple[type[NoteDamaged], tuple[str]]:
        return type(self), (self.id,)


class RemoteError(LineageError):
    """A remote place cannot be reached or lets nobody in."""

    exit_code = 3


class AuditError(LineageError):
    """The audit log cannot be written, so that nothing is answered or decided."""

    exit_code = 3


class WeightsError(LineageError):
    """Weights are missing, damaged or not those they claim to be."""

    exit_code = 3


class MissingExtra(LineageError):
    """An optional package is not installed.

    Attributes:
        package: what is missing
        extra: the extra of asset-lineage that brings it
        instead: what may be done instead, as a clause; empty where there is nothing
    """

    exit_code = 3

    def __init__(self, package: str, extra: str, *, instead: str = "") -> None:
        way = f"install it with: pip install 'asset-lineage[{extra}]'{f', or {instead}' if instead else ''}"
        super().__init__(f"{package} is not installed; {way}")
        self.package = package
        self.extra = extra
        self.instead = instead

    def __reduce__(self) -> tuple[partial[MissingExtra], tuple[str, str]]:
        return partial(type(self), instead=self.instead), (self.package, self.extra)
