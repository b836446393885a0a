"""Who may ask: a file with a line for each key.

A `#` begins a comment at the start of a line or after a space; within a key it belongs to the key.

read    nightly   5f0c…   # asks
review  anna      91be…   # decides too, as anna
admin   ops       sha256:ab12…   # fills the index too; the digest of a key in the place of the key
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from lineage.errors import UsageError

Role = Literal["read", "review", "admin"]
"""What one may do; each may do what those before it may."""

HERE = ("localhost", "127.0.0.1", "::1")
"""Names of this machine, where everybody may ask who can reach it."""
_DIGEST = "sha256:"
_COMMENT = re.compile(r"(?:^|\s)#.*")
SHORTEST = 16
"""Characters of a key: fewer can be guessed."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        name: of the key; empty where there are no keys
        role: what they may do
    """

    name: str
    role: Role


def read_keys(file: Path) -> dict[str, Caller]:
    """The keys of a file.

    Raises:
        UsageError: it cannot be read, or a line is no key
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: no file of keys can be read there ({error})") from error
    keys: dict[str, Caller] = {}
    for number, line in enumerate(lines, 1):
        words = _COMMENT.sub("", line).split()
        if not words:
            continue
        role = next((one for one in get_args(Role) if one == words[0]), None)
        if role is None or len(words) != 3:
            raise UsageError(f"{file}, line {number}: must be role, name and key, and the role read, review or admin")
        try:
            digest = _digest(words[2])
        except ValueError as error:
            raise UsageError(f"{file}, line {number}: {error}") from error
        if digest in keys:
            raise UsageError(f"{file}, line {number}: the same key as that of {keys[digest].name}; make another")
        keys[digest] = Caller(words[1], role)
    if not keys:
        raise UsageError(f"{file}: holds no key; a line is: role name key")
    return keys


def _digest(key: str) -> str:
    """The digest that a key has, or that stands in its place; `ValueError` where it is neither."""
    if key.startswith(_DIGEST):
        digest = key.removeprefix(_DIGEST).lower()
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise ValueError("after sha256: must be 64 hexadecimal digits")
        return digest
    if len(key) < SHORTEST:
        raise ValueError(f"a key must have {SHORTEST} characters or more; openssl rand -hex 32 makes one")
    return digest_of(key)


def digest_of(key: str) -> str:
    """SHA-256 of a key, 64 hex digits."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
