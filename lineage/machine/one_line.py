"""Names of files on a terminal: whatever they hold, they break no line, give the terminal no orders, turn no text
around, and tell no passwords.
"""

from __future__ import annotations

import re
import unicodedata

_BREAKING = frozenset({"Cc", "Zl", "Zp"})  # control characters, separators of lines and of paragraphs
# What orders text from right to left: `a<U+202E>gpj.exe` is shown as `aexe.jpg`.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Of the web any login; elsewhere, as in abfs://container@account, what has a password.
_LOGIN = re.compile(r"(?:(?<=http://)|(?<=https://))[^/?#\s]+@|(?<=://)[^/?#\s@]*:[^/?#\s]*@")
_SECRET = re.compile(
    r"(?<=[?&;])([\w.%-]*(?:sig|signature|token|secret|password|passwd|pwd|credential|accesskeyid|api_?key|auth)"
    r"[\w.%-]*|key|policy)=(?:[^&;#\s]*[^&;#\s:])?",
    re.IGNORECASE,
)


def one_line(text: str) -> str:
    """The text as a person may see it: escaped, and without secrets."""
    return without_secrets(escaped(text))


def escaped(text: str) -> str:
    """The text with what would break, steer or turn a line written as escapes: `two\\nlines`."""
    return "".join(map(_escaped, text)) if not text.isprintable() else text


def without_secrets(text: str) -> str:
    """The text with logins and signatures of addresses in it as `***`."""
    if "://" not in text:
        return text
    return _SECRET.sub(r"\1=***", _LOGIN.sub("***@", text))


def _escaped(character: str) -> str:
    if character in _TURNING or unicodedata.category(character) in _BREAKING:
        return character.encode("unicode_escape").decode("ascii")
    return character
